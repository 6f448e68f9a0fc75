import type { XmlElement } from '@stoxgate/contracts';
import { parseSdp } from '@stoxgate/wire-sdp';
import { el, elementsOf, NS, serialize } from '@stoxgate/wire-xmpp';
import { describe, expect, test } from 'vitest';
import { jingleFromOffer } from './jingle-from-offer.ts';
import type { MediaState, SdpContext } from './media-state.ts';
import { offerFromJingle } from './offer-from-jingle.ts';
import { fragmentOfTrickled, jingleFromFragment } from './sdp-fragment.ts';
import {
  awaitsCandidates,
  mergeTrickled,
  type TrickledMedia,
  transportInfoFromJingle,
  withTransportInfo,
} from './trickled-candidates.ts';

const CONTEXT: SdpContext = {
  sdpOrigin: '192.0.2.1',
  userName: 'juliet',
  sessionId: '1',
  xmppRole: 'initiator',
};
const CREDENTIALS = { ufrag: 'abcd', pwd: 'abcdefghijklmnopqrstuv' };

const candidate = (port: number, more: Record<string, string | number> = {}): XmlElement =>
  el('candidate', {
    component: 1,
    foundation: '1',
    generation: 0,
    id: `c${port}`,
    ip: '192.0.2.9',
    port,
    priority: 100,
    protocol: 'udp',
    type: 'host',
    ...more,
  });
const transport = (attrs: Record<string, string>, ...children: XmlElement[]): XmlElement =>
  el('transport', { xmlns: NS.JINGLE_ICE_UDP, ...attrs }, ...children);
const content = (name: string, media: string, inner: XmlElement): XmlElement =>
  el(
    'content',
    { creator: 'initiator', name },
    el(
      'description',
      { xmlns: NS.JINGLE_RTP, media },
      el('payload-type', { id: 0, name: 'PCMU', clockrate: 8000 }),
    ),
    inner,
  );
const jingle = (...children: XmlElement[]): XmlElement => el('jingle', {}, ...children);
const info = (name: string, inner: XmlElement): XmlElement =>
  jingle(el('content', { creator: 'initiator', name }, inner));

function offered(session: XmlElement): MediaState {
  const offer = offerFromJingle(session, CONTEXT);
  if (!offer.ok) throw new Error(offer.detail);
  return offer.media;
}
const session = jingle(
  content('voice', 'audio', transport(CREDENTIALS, candidate(1))),
  content('film', 'video', transport(CREDENTIALS, candidate(2))),
);
const media = offered(session);

describe('trickled candidates - transport-info', () => {
  test('trickled candidates - belong to the m-line of their content, with the credentials last sent', () => {
    const read = transportInfoFromJingle(info('film', transport({}, candidate(3))), media);
    expect(read.needsOffer).toBe(false);
    expect(read.trickled).toMatchObject([
      { index: 1, iceUfrag: 'abcd', icePwd: CREDENTIALS.pwd, candidates: [{ port: 3 }] },
    ]);
  });

  test.each([
    ['an unknown content', info('other', transport({}, candidate(3)))],
    ['no candidate', info('film', transport(CREDENTIALS))],
    ['no transport', info('film', el('transport', { xmlns: 'urn:other' }))],
    ['no content', jingle()],
  ])('trickled candidates - %s is nothing', (_, given) => {
    expect(transportInfoFromJingle(given, media)).toMatchObject({ trickled: [], needsOffer: false });
  });

  test('trickled candidates - new credentials, and an address without ICE, need an offer', () => {
    const restart = info('voice', transport({ ufrag: 'other', pwd: 'other' }, candidate(3)));
    expect(transportInfoFromJingle(restart, media)).toMatchObject({ trickled: [], needsOffer: true });
    const raw = el('transport', { xmlns: NS.JINGLE_RAW_UDP }, candidate(3));
    expect(transportInfoFromJingle(info('voice', raw), media).needsOffer).toBe(true);
  });

  test('trickled candidates - together each once, at most 256, new credentials instead of the old', () => {
    const many = (from: number, count: number, iceUfrag = 'a'): TrickledMedia => ({
      index: 0,
      iceUfrag,
      icePwd: 'p',
      candidates: Array.from({ length: count }, (__, n) => ({
        foundation: '1',
        component: 1,
        protocol: 'udp',
        priority: 1,
        address: '192.0.2.9',
        port: from + n,
        type: 'host',
      })),
    });
    const ports = (all: readonly TrickledMedia[]) => all.map(({ candidates }) => candidates.length);
    expect(ports(mergeTrickled([many(1, 3)], [many(2, 3)]))).toEqual([4]);
    expect(ports(mergeTrickled([many(1, 200)], [many(500, 200)]))).toEqual([256]);
    expect(ports(mergeTrickled([many(1, 3)], [many(2, 1, 'b')]))).toEqual([1]);
    expect(ports(mergeTrickled([many(1, 3)], [{ ...many(1, 1), index: 4 }]))).toEqual([3, 1]);
  });
});

describe('trickled candidates - a session-initiate that waits for them', () => {
  const of = (inner: XmlElement) => jingle(content('voice', 'audio', inner));

  test.each([
    ['ICE without candidates', of(transport(CREDENTIALS)), true],
    ['ICE with candidates', of(transport(CREDENTIALS, candidate(1))), false],
    ['ICE with candidates and more to come', of(transport(CREDENTIALS, candidate(1), el('trickle'))), true],
    ['raw UDP', of(el('transport', { xmlns: NS.JINGLE_RAW_UDP })), false],
    [
      'one of two',
      jingle(...elementsOf(session).slice(0, 1), content('b', 'audio', transport(CREDENTIALS))),
      true,
    ],
  ] as const)('trickled candidates - %s', (_, given, expected) => {
    expect(awaitsCandidates(given)).toBe(expected);
  });

  test('trickled candidates - go into the transport they are for, and nowhere else', () => {
    const merged = withTransportInfo(session, info('voice', transport({}, candidate(3))));
    expect(serialize(merged).match(/port='3'|port="3"/g)).toHaveLength(1);
    expect(offered(merged).localSdp).toMatch(/a=candidate:.* 3 typ host/);
    expect(withTransportInfo(session, info('other', transport({}, candidate(3))))).toEqual(session);
    const raw = el('transport', { xmlns: NS.JINGLE_RAW_UDP }, candidate(3));
    expect(withTransportInfo(session, info('voice', raw))).toEqual(session);
  });

  test('trickled candidates - new credentials replace the old with their candidates', () => {
    const restart = transport({ ufrag: 'efgh', pwd: 'efghefghefghefghefghef' }, candidate(3));
    const sdp = offered(withTransportInfo(session, info('voice', restart))).localSdp ?? '';
    const [, voice = ''] = sdp.split('m=');
    expect(voice).toContain('a=ice-ufrag:efgh');
    expect(voice).not.toMatch(/ 1 typ host/);
    expect(voice).toMatch(/ 3 typ host/);
  });

  test('trickled candidates - never more than 256 in a content', () => {
    const many = transport({}, ...Array.from({ length: 400 }, (_, n) => candidate(1000 + n)));
    const merged = withTransportInfo(session, info('voice', many));
    expect(serialize(merged).match(/<candidate/g)?.length).toBeLessThanOrEqual(257);
  });
});

describe('SDP fragment', () => {
  const offer = [
    'v=0',
    'o=- 1 1 IN IP4 192.0.2.5',
    's=-',
    'c=IN IP4 192.0.2.5',
    't=0 0',
    'm=audio 4000 RTP/AVP 0',
    'a=mid:a',
    'a=ice-ufrag:sipu',
    'a=ice-pwd:sippasswordsippassword',
    'm=video 4002 RTP/AVP 96',
    'a=rtpmap:96 VP8/90000',
    'a=mid:v',
    'a=ice-ufrag:vidu',
    'a=ice-pwd:vidpasswordvidpassword',
    '',
  ].join('\r\n');
  const fromSip = jingleFromOffer(offer, { ...CONTEXT, xmppRole: 'responder' });
  const remote = fromSip.ok ? fromSip.media : media;
  const line = (port: number) => `a=candidate:1 1 UDP 100 192.0.2.9 ${port} typ host`;
  const read = (...lines: string[]): string[] =>
    (jingleFromFragment(lines.join('\r\n'), remote)?.children ?? []).map((each) => {
      const inner = each.children[0];
      const attrs = typeof inner === 'string' || inner === undefined ? {} : inner.attrs;
      return `${each.attrs.name} ${attrs.ufrag} ${serialize(each).match(/ port=['"](\d+)/)?.[1]}`;
    });

  test('SDP fragment - what is written is read back', () => {
    const trickled = transportInfoFromJingle(info('film', transport({}, candidate(3))), media).trickled;
    const text = fragmentOfTrickled(trickled, media);
    expect(text).not.toMatch(/^[vosct]=/m);
    expect(text).toMatch(/^m=video 9 /m);
    const state = { ...media, remoteSdp: media.localSdp ?? '' };
    const back = jingleFromFragment(text, state)?.children ?? [];
    expect(back.map(({ attrs }) => attrs.name)).toEqual(['film']);
  });

  test('SDP fragment - credentials that differ stand with their m-lines', () => {
    const one = { index: 0, iceUfrag: 'a', icePwd: 'p', candidates: [] };
    const text = fragmentOfTrickled([one, { ...one, index: 1, iceUfrag: 'b' }], media);
    expect(text.indexOf('a=ice-ufrag:a')).toBeGreaterThan(text.indexOf('m=audio'));
    expect(text.indexOf('a=ice-ufrag:b')).toBeGreaterThan(text.indexOf('m=video'));
  });

  test('SDP fragment - the m-line by its mid, else by its place', () => {
    expect(read('m=audio 9 RTP/AVP 0', 'a=mid:v', line(7))).toEqual(['v vidu 7']);
    expect(read('m=audio 9 RTP/AVP 0', line(7), 'm=video 9 RTP/AVP 96', line(8))).toEqual([
      'a sipu 7',
      'v vidu 8',
    ]);
    expect(read('a=mid:v', line(7))).toEqual(['v vidu 7']);
    expect(read(line(7))).toEqual(['a sipu 7']);
  });

  test('SDP fragment - candidates without credentials, said or known, are no transport-info', () => {
    const fragment = `m=audio 9 RTP/AVP 0\r\n${line(7)}\r\n`;
    expect(jingleFromFragment(fragment, media)?.children).toEqual([]);
    const said = `a=ice-ufrag:sipu\r\na=ice-pwd:sippasswordsippassword\r\n${fragment}`;
    expect(jingleFromFragment(said, media)?.children).toHaveLength(1);
  });

  test('SDP fragment - spaces and a port that sticks to the media are forgiven', () => {
    expect(read('m=audio9 RTP/AVP 0', 'a=mid: v', line(7).replace(':', ': '))).toEqual(['v vidu 7']);
    expect(read(offer.replace('a=mid:a', line(7)))).toEqual(['a sipu 7']);
  });

  test.each([
    [
      'another mid',
      ['m=audio 9 RTP/AVP 0', 'a=mid:x', 'm=video 9 RTP/AVP 0', 'm=video 9 RTP/AVP 0', line(7)],
    ],
    ['no candidate', ['m=audio 9 RTP/AVP 0', 'a=mid:a', 'a=end-of-candidates']],
    ['a candidate that is none', ['m=audio 9 RTP/AVP 0', 'a=candidate:x']],
  ])('SDP fragment - %s tells nothing', (_, lines) => {
    expect(read(...lines)).toEqual([]);
  });

  test.each(['m=', '', '\u0000', 'v=0', `a=${'x'.repeat(70_000)}`, '<xml/>'])(
    'SDP fragment - %j is no fragment, or an empty one',
    (text) => {
      expect(jingleFromFragment(text, remote)?.children ?? []).toEqual([]);
    },
  );

  test('SDP fragment - no value starts a line of its own', () => {
    const evil = transport({ ufrag: 'a\r\na=evil', pwd: 'b' }, candidate(3, { foundation: '1\r\na=evil' }));
    const fresh = offered(jingle(content('voice', 'audio', evil)));
    const { trickled } = transportInfoFromJingle(info('voice', evil), fresh);
    const text = fragmentOfTrickled(trickled, fresh);
    expect(text.split('\r\n').filter((each) => each.startsWith('a=evil'))).toEqual([]);
    expect(parseSdp(fresh.localSdp ?? '').ok).toBe(true);
  });
});
