import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatSdp } from './format-sdp.ts';
import { parseSdp } from './parse-sdp.ts';
import {
  type Connection,
  type MediaDescription,
  mediaDescription,
  type SessionDescription,
  sessionDescription,
} from './session-description.ts';

const CHARS = [..."ABCxyz019!#$%&'*+-.^_`{|}~"];
const token = fc.string({ unit: fc.constantFrom(...CHARS), minLength: 1, maxLength: 12 });
const word = fc.string({ unit: fc.constantFrom(...CHARS, ...'=;,/:é"'), minLength: 1, maxLength: 12 });
const name = token.map((text) => `x-${text}`);
const words = fc.array(word, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(' '));
const optional = <T>(arb: fc.Arbitrary<T>) => fc.option(arb, { nil: undefined });
const some = <T>(arb: fc.Arbitrary<T>, maxLength = 3) => fc.array(arb, { maxLength });
const direction = fc.constantFrom('sendrecv', 'sendonly', 'recvonly', 'inactive');
const setup = fc.constantFrom('actpass', 'active', 'passive', 'holdconn');
const port = fc.integer({ min: 0, max: 65_535 });
const uint31 = fc.integer({ min: 1, max: 2_147_483_647 });
const ssrc = fc.integer({ min: 0, max: 4_294_967_295 });
const connection: fc.Arbitrary<Connection> = fc.oneof(
  fc.ipV4().map((address) => ({ family: 'IP4' as const, address })),
  fc
    .constantFrom('::', '2001:db8::1', '::ffff:192.0.2.1')
    .map((address) => ({ family: 'IP6' as const, address })),
  fc.constant({ family: 'IP4' as const, address: 'phone.example.com' }),
);
const hex = fc
  .array(fc.constantFrom('00', 'A1', 'FF'), { minLength: 1, maxLength: 4 })
  .map((bytes) => bytes.join(':'));

const shared = {
  connection: optional(connection),
  bandwidths: fc.uniqueArray(fc.record({ type: token, value: uint31 }), {
    selector: ({ type }) => type,
    maxLength: 2,
  }),
  direction: optional(direction),
  iceUfrag: optional(token),
  icePwd: optional(token),
  iceOptions: some(token),
  fingerprints: some(fc.record({ hash: fc.constantFrom('sha-1', 'sha-256'), value: hex })),
  setup: optional(setup),
  extmaps: fc.uniqueArray(
    fc.record({
      id: fc.integer({ min: 1, max: 255 }),
      direction: optional(direction),
      uri: word,
      attributes: optional(words),
    }),
    { selector: ({ id }) => id, maxLength: 3 },
  ),
  extmapAllowMixed: fc.boolean(),
  attributes: some(fc.record({ name, value: optional(words) })),
};

const payloads = fc.uniqueArray(fc.integer({ min: 0, max: 127 }), { minLength: 1, maxLength: 4 });
const candidate = fc.record({
  foundation: token,
  component: fc.integer({ min: 1, max: 256 }),
  protocol: fc.constantFrom('udp', 'tcp'),
  priority: uint31,
  address: connection.map(({ address }) => address),
  port,
  type: fc.constantFrom('host', 'srflx', 'prflx', 'relay'),
  tcpType: optional(fc.constantFrom('active', 'passive', 'so')),
});

const media: fc.Arbitrary<MediaDescription> = payloads.chain((ids) => {
  const payload = fc.constantFrom(...ids);
  return fc
    .record({
      ...shared,
      media: token,
      port,
      portCount: fc.constantFrom(1, 1, 2),
      protocol: fc.constantFrom('RTP/AVP', 'UDP/TLS/RTP/SAVPF'),
      formats: fc.constant(ids.map(String)),
      rtpmaps: fc.constant(
        ids.map((id) => ({
          payload: id,
          name: 'opus',
          clockRate: 48_000,
          ...(id % 2 ? { channels: 2 } : {}),
        })),
      ),
      fmtps: fc.uniqueArray(fc.record({ payload, text: words }), { selector: (fmtp) => fmtp.payload }),
      rtcpFeedbacks: some(
        fc.record({ payload: fc.constant('*' as const), type: token, rest: optional(words) }),
      ),
      ptime: optional(fc.integer({ min: 1, max: 1000 })),
      maxptime: optional(fc.integer({ min: 1, max: 1000 })),
      mid: optional(token),
      bundleOnly: fc.boolean(),
      rtcp: optional(fc.record({ port, connection: optional(connection) })),
      rtcpMux: fc.boolean(),
      cryptos: some(
        fc.record({
          tag: fc.integer({ min: 0, max: 999 }),
          suite: token,
          keyParams: word,
          sessionParams: optional(words),
        }),
      ),
      candidates: some(
        fc.tuple(candidate, optional(fc.tuple(fc.ipV4(), port))).map(([base, related]) => ({
          ...base,
          ...(related && { relatedAddress: related[0], relatedPort: related[1] }),
        })),
      ),
      remoteCandidates: some(fc.record({ component: fc.constantFrom(1, 2), address: fc.ipV4(), port })),
      sourceGroups: some(
        fc.record({ semantics: fc.constantFrom('FID', 'FEC-FR'), ssrcs: fc.array(ssrc, { minLength: 1 }) }),
      ),
      sources: some(
        fc.record({ ssrc, name: fc.constantFrom('cname', 'msid', 'x_1'), value: optional(words) }),
      ),
    })
    .map((given) => {
      const order = new Map(ids.map((id, index) => [id, index]));
      const fmtps = given.fmtps.toSorted((a, b) => (order.get(a.payload) ?? 0) - (order.get(b.payload) ?? 0));
      return mediaDescription({ ...given, fmtps });
    });
});

const session: fc.Arbitrary<SessionDescription> = fc
  .record({
    ...shared,
    origin: fc.record({
      userName: word,
      sessionId: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map(String),
      version: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map(String),
      family: fc.constant('IP4' as const),
      address: fc.ipV4(),
    }),
    groups: some(fc.record({ semantics: token, mids: fc.uniqueArray(token, { maxLength: 3 }) })),
    iceLite: fc.boolean(),
    media: some(media),
  })
  .map(sessionDescription);

describe('sdp - property', () => {
  it('parse undoes format', () => {
    fc.assert(
      fc.property(session, (description) => {
        expect(parseSdp(formatSdp(description))).toEqual({ ok: true, description });
      }),
      { numRuns: 100 },
    );
  });
});

const SAMPLE = `v=0
o=- 1 1 IN IP4 192.0.2.1
s=-
c=IN IP4 192.0.2.1
t=0 0
a=group:BUNDLE 0
m=audio 9 UDP/TLS/RTP/SAVPF 111 0
c=IN IP4 0.0.0.0
b=AS:64
a=rtcp:9 IN IP4 0.0.0.0
a=candidate:1 1 UDP 2130706431 10.0.1.1 8998 typ srflx raddr 10.0.0.1 rport 9 tcptype active
a=ice-ufrag:8hhy
a=fingerprint:sha-256 AA:BB
a=rtpmap:111 opus/48000/2
a=fmtp:111 minptime=10;useinbandfec=1
a=rtcp-fb:* ccm tmmbr smaxpr=120
a=extmap:1/sendonly urn:x a=b
a=crypto:1 AES inline:x KDR=1
a=imageattr:97 send [x=800,y=640] recv *
a=simulcast:send 1,2;~3 recv 4
a=ssrc:1 cname:x
a=ssrc-group:FID 1 2
a=remote-candidates:1 10.0.0.1 9`.split('\n');

const broken = fc
  .array(
    fc.record({
      line: fc.nat(SAMPLE.length - 1),
      at: fc.nat(60),
      removed: fc.nat(8),
      inserted: fc.oneof(
        fc.string({ maxLength: 6, unit: 'binary' }),
        fc.constantFrom(
          '\r',
          '\n',
          ' ',
          ':',
          '/',
          '-1',
          '99999999999999999999',
          '\0',
          '__proto__',
          'a='.repeat(999),
        ),
      ),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((edits) => {
    const lines = [...SAMPLE];
    for (const { line, at, removed, inserted } of edits) {
      const text = lines[line] ?? '';
      lines[line] = text.slice(0, at) + inserted + text.slice(at + removed);
    }
    return lines.join('\n');
  });

describe('sdp - fuzz', () => {
  it('never throws; what it accepts it writes in a form that it reads alike', () => {
    let accepted = 0;
    fc.assert(
      fc.property(broken, (text) => {
        const first = parseSdp(text);
        if (!first.ok) return;
        accepted += 1;
        const written = formatSdp(first.description);
        const second = parseSdp(written);
        expect(second).toMatchObject({ ok: true });
        if (second.ok) expect(formatSdp(second.description)).toBe(written);
      }),
      { numRuns: 1_200 },
    );
    expect(accepted).toBeGreaterThan(100);
  });

  it('never throws on anything at all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        expect(parseSdp(text)).toMatchObject({ ok: false });
      }),
      { numRuns: 500 },
    );
  });
});
