/**
 * What clients and phones really send, and what the other side gets of it: golden files beside the fixtures.
 */
import { parseSdp } from '@stoxgate/wire-sdp';
import { describe, expect, it } from 'vitest';
import { CALLEE, CALLER, fixture, mapped, pretty, xml } from '../testing/media-world.ts';
import { answerFromJingle } from './answer-from-jingle.ts';
import { jingleFromOffer } from './jingle-from-offer.ts';
import { offerFromJingle } from './offer-from-jingle.ts';

/** As the configuration has it unless told otherwise. */
const passthrough = 'element';
const caller = { ...CALLER, passthrough } as const;
const callee = { ...CALLEE, passthrough } as const;

describe('clients - session-initiate to offer', () => {
  it.each(['conversations', 'dino', 'gajim', 'jingle-js', 'monal', 'movim', 'stox-draft'])(
    '%s',
    async (client) => {
      const { sdp } = mapped(offerFromJingle(xml(fixture(`${client}.xml`)), caller));
      expect(parseSdp(sdp)).toMatchObject({ ok: true });
      await expect(sdp.replaceAll('\r\n', '\n')).toMatchFileSnapshot(`fixtures/${client}.xml.golden.sdp`);
    },
  );
});

describe('phones - offer to session-initiate', () => {
  it.each(['asterisk', 'baresip', 'chrome', 'cisco', 'firefox', 'freeswitch', 'linphone', 'polycom', 'sipp'])(
    '%s',
    async (phone) => {
      const { children, media } = mapped(jingleFromOffer(fixture(`${phone}.sdp`), callee));
      await expect(children.map((child) => pretty(child)).join('')).toMatchFileSnapshot(
        `fixtures/${phone}.sdp.golden.xml`,
      );
      // Accepting all of it as it stands gives an answer with every m-line in use.
      const accept = { name: 'jingle', attrs: {}, children };
      const answer = parseSdp(mapped(answerFromJingle(accept, media, callee)).sdp);
      const offer = parseSdp(fixture(`${phone}.sdp`));
      if (!answer.ok || !offer.ok) throw new Error('no SDP');
      const heads = (sdp: typeof offer) =>
        sdp.description.media.map(({ media: kind, protocol }) => [kind, protocol]);
      expect(heads(answer)).toEqual(heads(offer));
      expect(answer.description.media.every(({ port }) => port > 0)).toBe(true);
    },
  );
});
