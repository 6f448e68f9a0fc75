/**
 * An offer in a call that is up means the same by its changes as it would in a new call; and whatever both sides do, our
 * SDP has every m-line it ever had, in its place.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { childOf, childrenOf } from '@stoxgate/wire-xmpp';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CALLEE, content, ice, jingle, linesOf, mapped, sdp } from '../testing/media-world.ts';
import { answerFromJingle } from './answer-from-jingle.ts';
import { jingleFromOffer } from './jingle-from-offer.ts';
import type { MediaState } from './media-state.ts';
import { answerReoffer, withAccepted } from './reoffer-answer.ts';
import { deltaOfOffer } from './reoffer-delta.ts';
import { changeFromJingle } from './reoffer-from-jingle.ts';
import { nextOffer } from './reoffer-next.ts';

/** One m-line of the SIP party; the same kind at the same place all along. */
interface Line {
  readonly port: number;
  readonly direction: string;
  readonly payloads: readonly number[];
  readonly ufrag: string | undefined;
}

const line: fc.Arbitrary<Line> = fc.record({
  port: fc.constantFrom(0, 4000, 4002, 4004),
  direction: fc.constantFrom('sendrecv', 'sendonly', 'recvonly', 'inactive'),
  payloads: fc.shuffledSubarray([0, 8, 9], { minLength: 1 }),
  ufrag: fc.constantFrom(undefined, undefined, 'abcd', 'efgh'),
});
const first = line.map((one): Line => ({ ...one, port: 4000, direction: 'sendrecv', payloads: [0, 8, 9] }));

const textOf = ({ port, direction, payloads, ufrag }: Line): string[] => [
  `m=audio ${port} RTP/AVP ${payloads.join(' ')}`,
  `a=${direction}`,
  ...(ufrag === undefined ? [] : [`a=ice-ufrag:${ufrag}`, `a=ice-pwd:${ufrag.repeat(6)}`]),
];
const sdpOf = (lines: readonly Line[]): string => sdp(...lines.flatMap(textOf));

const PAYLOADS = [
  "<payload-type id='0' name='PCMU' clockrate='8000'/>",
  "<payload-type id='8' name='PCMA' clockrate='8000'/>",
  "<payload-type id='9' name='G722' clockrate='8000'/>",
].join('');
const acceptOf = (contents: readonly XmlElement[]): XmlElement =>
  jingle(
    ...contents.map((element) => {
      const { creator, name } = element.attrs;
      const isIce = transportIn(element)[0]?.includes('ice-udp') === true;
      return content({
        attrs: `creator='${creator}' name='${name}'`,
        description: PAYLOADS,
        ...(isIce ? { transport: ice() } : {}),
      });
    }),
  );

/** What a client makes of a content: senders, payload types, addresses, credentials. */
interface Meaning {
  readonly senders: string;
  readonly payloads: readonly string[];
  readonly transport: readonly string[];
}

const idsIn = (element: XmlElement): string[] => {
  const description = childOf(element, 'description');
  return description === undefined
    ? []
    : childrenOf(description, 'payload-type').map(({ attrs }) => attrs.id ?? '');
};
function transportIn(element: XmlElement): string[] {
  const transport = childOf(element, 'transport');
  if (transport === undefined) return [];
  const { xmlns = '', ufrag = '' } = transport.attrs;
  return [
    xmlns,
    ufrag,
    ...childrenOf(transport, 'candidate').map(({ attrs }) => `${attrs.ip}:${attrs.port}`),
  ];
}
const meaningOf = (element: XmlElement): Meaning => ({
  senders: element.attrs.senders ?? 'both',
  payloads: idsIn(element),
  transport: transportIn(element),
});

/** A client that does what it is told. */
class Client {
  readonly contents = new Map<string, Meaning>();

  apply(action: string, children: readonly XmlElement[]): void {
    for (const element of children.filter(({ name }) => name === 'content')) {
      const name = element.attrs.name ?? '';
      const known = this.contents.get(name);
      const said = meaningOf(element);
      if (action === 'content-remove') this.contents.delete(name);
      else if (action === 'content-add' || action === 'session-initiate') this.contents.set(name, said);
      else if (known === undefined) throw new Error(`${action} of ${name}, which is not there`);
      else if (action === 'content-modify') this.contents.set(name, { ...known, senders: said.senders });
      else if (action === 'description-info') this.contents.set(name, { ...known, payloads: said.payloads });
      else if (action === 'transport-info' && said.payloads.length > 0) this.contents.set(name, said);
      else this.contents.set(name, { ...known, transport: said.transport });
    }
  }
}

const OPTIONS = { profile: 'auto', holdAs: 'content-modify', isRefresh: true } as const;
const isContent = ({ name }: XmlElement): boolean => name === 'content';

function begin(lines: readonly Line[]): { client: Client; media: MediaState } {
  const offer = mapped(jingleFromOffer(sdpOf(lines), CALLEE));
  const client = new Client();
  client.apply('session-initiate', offer.children);
  const contents = offer.children.filter(isContent);
  return { client, media: mapped(answerFromJingle(acceptOf(contents), offer.media, CALLEE)).media };
}

const mediaIn = (text: string): string[] => linesOf(text).filter((each) => each.startsWith('m='));

describe('later offers', () => {
  it('later offers - applied one after the other they mean what a new call would', () => {
    const steps = fc.array(fc.array(line, { minLength: 1, maxLength: 4 }), { maxLength: 4 });
    fc.assert(
      fc.property(fc.array(first, { minLength: 1, maxLength: 2 }), steps, (start, offers) => {
        let { media } = begin(start);
        const { client } = begin(start);
        for (const offer of offers) {
          const delta = deltaOfOffer(sdpOf(offer), media, CALLEE, OPTIONS);
          if (!delta.ok) continue;
          for (const { action, children } of delta.changes) client.apply(action, children);
          const adds = delta.changes.find(({ action }) => action === 'content-add')?.children ?? [];
          const accepted = withAccepted(acceptOf(adds.filter(isContent)), delta.added, delta.media, CALLEE);
          const answer = answerReoffer(accepted, CALLEE, delta.isUnchanged);
          expect(mediaIn(answer.sdp)).toHaveLength(offer.length);
          ({ media } = answer);
          const fresh = mapped(jingleFromOffer(sdpOf(offer), CALLEE)).children.filter(isContent);
          const inUse = offer.flatMap(({ port }, index) => (port === 0 ? [] : [media.contents[index]?.name]));
          expect([...client.contents.keys()].sort()).toEqual([...inUse].sort());
          for (const [index, element] of fresh.entries()) {
            const name = inUse[index] ?? '';
            expect({ name, ...client.contents.get(name) }).toEqual({ name, ...meaningOf(element) });
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('later offers - m-lines are never fewer nor moved, whoever changes what', () => {
    const change = fc.constantFrom(
      ['content-add', content({ attrs: "creator='responder' name='more'", media: 'video' })],
      ['content-remove', "<content creator='responder' name='more'/>"],
      ['content-remove', "<content creator='initiator' name='audio'/>"],
      ['content-modify', "<content creator='initiator' name='audio' senders='none'/>"],
      ['session-info', "<hold xmlns='urn:xmpp:jingle:apps:rtp:info:1'/>"],
      ['session-info', "<active xmlns='urn:xmpp:jingle:apps:rtp:info:1'/>"],
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(change, line), { maxLength: 12 }), (steps) => {
        let { media } = begin([{ port: 4000, direction: 'sendrecv', payloads: [0, 8, 9], ufrag: undefined }]);
        for (const step of steps) {
          const before = mediaIn(media.localSdp ?? '').map((each) => each.split(' ')[0]);
          if ('port' in step) {
            const kept = media.contents.map((state) => ({ ...step, kind: state.media }));
            const text = sdp(
              ...kept.flatMap((each) => textOf(each).join('\n').replace('audio', each.kind).split('\n')),
            );
            const delta = deltaOfOffer(text, media, CALLEE, OPTIONS);
            if (!delta.ok) continue;
            ({ media } = answerReoffer(delta.media, CALLEE));
          } else {
            const [action = '', child = ''] = step;
            const next = changeFromJingle(action, jingle(child), media, CALLEE);
            if (!next.ok) continue;
            ({ media } = nextOffer(next.media, CALLEE));
          }
          const after = mediaIn(media.localSdp ?? '').map((each) => each.split(' ')[0]);
          expect(after.slice(0, before.length)).toEqual(before);
          expect(after).toHaveLength(media.contents.length);
        }
      }),
      { numRuns: 60 },
    );
  });
});
