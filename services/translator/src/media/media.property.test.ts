/**
 * Meaning survives: a call described in Jingle reads the same in the SDP made of it (by another reader, sdp-transform),
 * and goes back unchanged; an SDP goes to Jingle and back unchanged.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { el } from '@stoxgate/wire-xmpp';
import fc from 'fast-check';
import { parse as parseLoosely } from 'sdp-transform';
import { describe, expect, it } from 'vitest';
import { CALLEE, CALLER, linesOf, mapped, text } from '../testing/media-world.ts';
import { jingleFromOffer } from './jingle-from-offer.ts';
import { offerFromJingle } from './offer-from-jingle.ts';

const name = fc.string({ unit: fc.constantFrom(...'abcXYZ09-.'), minLength: 1, maxLength: 8 });
const ip = fc.ipV4().filter((address) => !/^(0\.0\.0\.0$|2(2[4-9]|3\d)\.)/.test(address));
const port = fc.integer({ min: 1, max: 65_534 });

const payload = fc.record({
  id: fc.integer({ min: 96, max: 127 }),
  codec: fc.constantFrom('opus', 'speex', 'VP8', 'iLBC'),
  clock: fc.constantFrom(8_000, 16_000, 48_000, 90_000),
  channels: fc.constantFrom(1, 2),
  parameters: fc.uniqueArray(fc.record({ name, value: name }), { selector: (p) => p.name, maxLength: 3 }),
  feedback: fc.uniqueArray(fc.constantFrom('nack', 'nack pli', 'ccm fir', 'transport-cc'), { maxLength: 3 }),
});

const candidate = fc.record({
  foundation: fc.integer({ min: 0, max: 255 }),
  component: fc.constantFrom(1, 2),
  ip,
  port,
  priority: fc.integer({ min: 1, max: 2_147_483_647 }),
});

const described = fc.record({
  media: fc.constantFrom('audio', 'video'),
  senders: fc.constantFrom('both', 'initiator', 'responder', 'none'),
  payloads: fc.uniqueArray(payload, { selector: ({ id }) => id, minLength: 1, maxLength: 5 }),
  ptime: fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined }),
  mux: fc.boolean(),
  bandwidth: fc.option(fc.integer({ min: 1, max: 9_999 }), { nil: undefined }),
  extensions: fc.uniqueArray(fc.integer({ min: 1, max: 14 }), { maxLength: 3 }),
  ssrc: fc.option(fc.integer({ min: 0, max: 4_294_967_295 }), { nil: undefined }),
  dtls: fc.boolean(),
  ice: fc.option(fc.uniqueArray(candidate, { selector: (c) => c.foundation, maxLength: 3 }), {
    nil: undefined,
  }),
  raw: fc.record({ ip, port }),
});
type Described = typeof described extends fc.Arbitrary<infer T> ? T : never;
const call = fc.array(described, { minLength: 1, maxLength: 3 });

const FB = 'urn:xmpp:jingle:apps:rtp:rtcp-fb:0';

function transport({ dtls, ice, raw }: Described): XmlElement {
  const xmlns = { xmlns: 'urn:xmpp:jingle:apps:dtls:0', hash: 'sha-256', setup: 'actpass' };
  const fingerprint = dtls ? el('fingerprint', xmlns, 'AA:BB') : undefined;
  if (ice === undefined) {
    const candidate = el('candidate', { component: 1, generation: 0, id: 'c', ...raw });
    return el('transport', { xmlns: 'urn:xmpp:jingle:transports:raw-udp:1' }, fingerprint, candidate);
  }
  const candidates = ice.map((c, n) => el('candidate', { ...c, id: `c${n}`, protocol: 'udp', type: 'host' }));
  const attrs = {
    xmlns: 'urn:xmpp:jingle:transports:ice-udp:1',
    ufrag: '8hhy',
    pwd: 'asd88fgpdd777uzjYhagZg',
  };
  return el('transport', attrs, fingerprint, ...candidates);
}

const contentOf = (each: Described, index: number): XmlElement =>
  el(
    'content',
    { creator: 'initiator', name: `c${index}`, senders: each.senders },
    el(
      'description',
      { xmlns: 'urn:xmpp:jingle:apps:rtp:1', media: each.media },
      ...each.payloads.map((p) =>
        el(
          'payload-type',
          { id: p.id, name: p.codec, clockrate: p.clock, channels: p.channels, ptime: each.ptime },
          ...p.parameters.map((parameter) => el('parameter', parameter)),
          ...p.feedback.map((feedback) => {
            const [type, subtype] = feedback.split(' ');
            return el('rtcp-fb', { xmlns: FB, type, subtype });
          }),
        ),
      ),
      each.bandwidth === undefined ? undefined : el('bandwidth', { type: 'AS' }, String(each.bandwidth)),
      each.mux ? el('rtcp-mux') : undefined,
      ...each.extensions.map((id) =>
        el('rtp-hdrext', { xmlns: 'urn:xmpp:jingle:apps:rtp:rtp-hdrext:0', id, uri: `urn:x:${id}` }),
      ),
      each.ssrc === undefined
        ? undefined
        : el(
            'source',
            { xmlns: 'urn:xmpp:jingle:apps:rtp:ssma:0', ssrc: each.ssrc },
            el('parameter', { name: 'cname', value: 'x' }),
          ),
    ),
    transport(each),
  );

const jingleOf = (all: readonly Described[]): XmlElement => el('jingle', {}, ...all.map(contentOf));
const DIRECTIONS = { both: 'sendrecv', initiator: 'sendonly', responder: 'recvonly', none: 'inactive' };

describe('property - Jingle to SDP', () => {
  it('another reader finds in the SDP what Jingle said', () => {
    fc.assert(
      fc.property(call, (all) => {
        const loose = parseLoosely(mapped(offerFromJingle(jingleOf(all), CALLER)).sdp);
        expect(loose.media).toHaveLength(all.length);
        for (const [index, each] of all.entries()) {
          const media = loose.media[index];
          if (media === undefined) throw new Error('no m-line');
          expect(media.type).toBe(each.media);
          expect(String(media.payloads).split(' ')).toEqual(each.payloads.map(({ id }) => String(id)));
          expect(media.rtp).toEqual(
            each.payloads.map(({ id, codec, clock, channels }) => ({
              payload: id,
              codec,
              rate: clock,
              ...(channels === 2 ? { encoding: 2 } : {}),
            })),
          );
          expect(media.direction).toBe(DIRECTIONS[each.senders]);
          expect(media.ptime).toBe(each.ptime);
          expect(media.rtcpMux !== undefined).toBe(each.mux);
          expect(media.fingerprint?.hash).toBe(each.dtls ? 'AA:BB' : undefined);
          expect((media.rtcpFb ?? []).length).toBe(each.payloads.flatMap(({ feedback }) => feedback).length);
          expect((media.ext ?? []).map(({ value }) => value)).toEqual(each.extensions);
          expect(media.candidates?.map(({ ip, port: at }) => [ip, at]) ?? []).toEqual(
            (each.ice ?? []).map(({ ip, port: at }) => [ip, at]),
          );
          if (each.ice === undefined) expect(media.port).toBe(each.raw.port);
        }
      }),
      { numRuns: 100 },
    );
  });
});

/** XEP-0293 marks a profile with feedback by `trr-int 0` where nothing else shows it: that may come to stand in the SDP. */
const withoutMark = (sdp: string): string[] =>
  linesOf(sdp).filter((line) => line !== 'a=rtcp-fb:* trr-int 0');

describe('property - there and back', () => {
  it('SDP to Jingle to SDP is the same SDP; Jingle to SDP to Jingle the same Jingle', () => {
    fc.assert(
      fc.property(call, (all) => {
        const first = mapped(offerFromJingle(jingleOf(all), CALLER)).sdp;
        const there = mapped(jingleFromOffer(first, CALLEE)).children;
        const second = mapped(offerFromJingle(el('jingle', {}, ...there), CALLER)).sdp;
        expect(withoutMark(second)).toEqual(withoutMark(first));
        const again = mapped(jingleFromOffer(second, CALLEE)).children;
        expect(again.map(text)).toEqual(there.map(text));
        expect(there).toHaveLength(all.length);
      }),
      { numRuns: 100 },
    );
  });
});
