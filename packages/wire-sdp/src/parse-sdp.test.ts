import { describe, expect, it } from 'vitest';
import { parseSdp } from './parse-sdp.ts';
import type { MediaDescription, SessionDescription } from './session-description.ts';

const HEAD = 'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n';

function read(text: string): SessionDescription {
  const result = parseSdp(text);
  if (!result.ok) throw new Error(`line ${result.line}: ${result.reason}`);
  return result.description;
}

function audio(...attributes: string[]): MediaDescription {
  const lines = ['m=audio 8998 RTP/AVP 96 0', 'c=IN IP4 10.0.1.1', ...attributes.map((line) => `a=${line}`)];
  const [media] = read(HEAD + lines.map((line) => `${line}\r\n`).join('')).media;
  if (media === undefined) throw new Error('no media');
  return media;
}

describe('parse-sdp - session', () => {
  it('reads origin, connection, bandwidth, groups and shared attributes', () => {
    const session = read(
      [
        'v=0',
        'o=juliet 9223372036854775807 18446744073709551615 IN IP6 2001:db8::1',
        's=a subject',
        'i=information',
        'u=http://example.com',
        'e=j@example.com',
        'p=+1',
        'c=IN IP6 2001:db8::1',
        'b=X-rate:64',
        't=3034423619 3042462419',
        'r=604800 3600 0 90000',
        'k=clear:x',
        'a=group:BUNDLE a b a',
        'a=group:LS a',
        'a=ice-lite',
        'a=ice-options:trickle renomination',
        'a=fingerprint:SHA-256 ab:cd',
        'a=fingerprint:sha-1 01:02',
        'a=setup:passive',
        'a=extmap:1 urn:a',
        'a=extmap-allow-mixed',
        'a=recvonly',
        'a=tool:x',
        'a=identity',
      ].join('\n'),
    );
    expect(session).toEqual({
      origin: {
        userName: 'juliet',
        sessionId: '9223372036854775807',
        version: '18446744073709551615',
        family: 'IP6',
        address: '2001:db8::1',
      },
      connection: { family: 'IP6', address: '2001:db8::1' },
      bandwidths: [{ type: 'X-rate', value: 64 }],
      groups: [
        { semantics: 'BUNDLE', mids: ['a', 'b'] },
        { semantics: 'LS', mids: ['a'] },
      ],
      iceLite: true,
      iceOptions: ['trickle', 'renomination'],
      fingerprints: [
        { hash: 'sha-256', value: 'AB:CD' },
        { hash: 'sha-1', value: '01:02' },
      ],
      setup: 'passive',
      extmaps: [{ id: 1, uri: 'urn:a' }],
      extmapAllowMixed: true,
      direction: 'recvonly',
      attributes: [{ name: 'tool', value: 'x' }, { name: 'identity' }],
      media: [],
    });
  });

  it('accepts LF, CR and trailing blanks', () => {
    expect(read(HEAD.replaceAll('\r\n', '\n')).origin.address).toBe('192.0.2.1');
    expect(read(HEAD.replaceAll('\r\n', '\r')).origin.address).toBe('192.0.2.1');
    expect(read(HEAD.replaceAll('\r\n', '  \t\r\n\r\n')).origin.address).toBe('192.0.2.1');
  });

  it('drops control characters and lone surrogates, keeps other Unicode', () => {
    const session = read(`${HEAD}a=tool:a\0b\u0007c\ud800d\uffffe\ttab é 😀\r\n`);
    expect(session.attributes).toEqual([{ name: 'tool', value: 'abcde\ttab é 😀' }]);
  });

  it('ignores an attribute whose name is no token', () => {
    expect(read(`${HEAD}a=two words:x\r\na=:x\r\na=\r\n`).attributes).toEqual([]);
  });
});

describe('parse-sdp - m-line', () => {
  it('reads media, port, number of ports, protocol and formats', () => {
    const [media] = read(`${HEAD}m=video 49170/2 UDP/TLS/RTP/SAVPF 96 97 96\r\n`).media;
    expect(media).toMatchObject({
      media: 'video',
      port: 49170,
      portCount: 2,
      protocol: 'UDP/TLS/RTP/SAVPF',
      formats: ['96', '97'],
    });
  });

  it('reads an m-line that is not RTP', () => {
    const { media } = read(`${HEAD}m=message 2855 TCP/MSRP *\r\na=path:msrp://a:1/x;tcp\r\n`);
    expect(media[0]).toMatchObject({
      media: 'message',
      formats: ['*'],
      attributes: [{ name: 'path', value: 'msrp://a:1/x;tcp' }],
    });
  });

  it('keeps unknown attributes in order', () => {
    const { attributes } = audio('msid:a b', 'rtcp-rsize', 'rtcp-muxed', 'recvonlyfoo', 'end-of-candidates');
    expect(attributes.map(({ name }) => name)).toEqual([
      'msid',
      'rtcp-rsize',
      'rtcp-muxed',
      'recvonlyfoo',
      'end-of-candidates',
    ]);
  });
});

describe('parse-sdp - attributes', () => {
  it('rtpmap: clock, channels, any token for a name, clock missing; first of an id wins', () => {
    const media = audio(
      'rtpmap:96 a+b!c/48000/2',
      'rtpmap:0 PCMU/8000/1',
      'rtpmap:18 G729',
      'rtpmap:96 other/1',
    );
    expect(media.rtpmaps).toEqual([
      { payload: 96, name: 'a+b!c', clockRate: 48000, channels: 2 },
      { payload: 0, name: 'PCMU', clockRate: 8000 },
      { payload: 18, name: 'G729' },
    ]);
  });

  it('fmtp: the whole rest of the line', () => {
    const { fmtps } = audio('fmtp:96 profile-level-id=42e01f; sprop-parameter-sets=Z0IA,aM4=', 'fmtp:0 0-15');
    expect(fmtps).toEqual([
      { payload: 96, text: 'profile-level-id=42e01f; sprop-parameter-sets=Z0IA,aM4=' },
      { payload: 0, text: '0-15' },
    ]);
  });

  it('rtcp-fb: wildcard, sub-type and its parameters', () => {
    const { rtcpFeedbacks } = audio(
      'rtcp-fb:* nack',
      'rtcp-fb:96 ccm tmmbr smaxpr=120',
      'rtcp-fb:96 trr-int 100',
    );
    expect(rtcpFeedbacks).toEqual([
      { payload: '*', type: 'nack' },
      { payload: 96, type: 'ccm', rest: 'tmmbr smaxpr=120' },
      { payload: 96, type: 'trr-int', rest: '100' },
    ]);
  });

  it('extmap: direction and all attributes; first of an id wins', () => {
    const { extmaps } = audio('extmap:3/recvonly urn:x a=b c', 'extmap:4096 urn:y', 'extmap:3 urn:z');
    expect(extmaps).toEqual([
      { id: 3, direction: 'recvonly', uri: 'urn:x', attributes: 'a=b c' },
      { id: 4096, uri: 'urn:y' },
    ]);
  });

  it('crypto: all session parameters', () => {
    const { cryptos } = audio('crypto:1 AES_CM_128_HMAC_SHA1_80 inline:abc|2^20|1:32 KDR=1 UNENCRYPTED_SRTP');
    expect(cryptos).toEqual([
      {
        tag: 1,
        suite: 'AES_CM_128_HMAC_SHA1_80',
        keyParams: 'inline:abc|2^20|1:32',
        sessionParams: 'KDR=1 UNENCRYPTED_SRTP',
      },
    ]);
  });

  it('candidate: host, related address, tcp, extensions, sloppy blanks, priority clamped', () => {
    const { candidates } = audio(
      'candidate:Hf3a 1 UDP 2130706431 10.0.1.1 8998 typ host generation 0 ufrag x network-cost 10',
      'candidate: 1  1 udp 99999999999 2001:db8::1 9 typ srflx raddr 10.0.1.1 rport 8998',
      'candidate:0012 2 tcp 0 [fe80::1%eth0] 9 typ host tcptype active',
    );
    expect(candidates).toEqual([
      {
        foundation: 'Hf3a',
        component: 1,
        protocol: 'udp',
        priority: 2130706431,
        address: '10.0.1.1',
        port: 8998,
        type: 'host',
      },
      {
        foundation: '1',
        component: 1,
        protocol: 'udp',
        priority: 2147483647,
        address: '2001:db8::1',
        port: 9,
        type: 'srflx',
        relatedAddress: '10.0.1.1',
        relatedPort: 8998,
      },
      {
        foundation: '0012',
        component: 2,
        protocol: 'tcp',
        priority: 1,
        address: 'fe80::1',
        port: 9,
        type: 'host',
        tcpType: 'active',
      },
    ]);
  });

  it('rtcp, rtcp-mux, mid, ptime, maxptime, ICE credentials, bundle-only, ssrc, remote candidates', () => {
    const media = audio(
      'rtcp:9 IN IP4 0.0.0.0',
      'rtcp-mux',
      'mid:voice',
      'mid:second',
      'ptime:20',
      'maxptime:60.5',
      'ice-ufrag:0012',
      'ice-pwd:123456789012345678901234',
      'bundle-only',
      'sendonly',
      'inactive',
      'ssrc:4294967295 cname:a:b c',
      'ssrc:1 marker',
      'ssrc-group:FEC-FR 1 2',
      'remote-candidates:1 192.0.2.3 1000 2 192.0.2.3 1001',
    );
    expect(media).toMatchObject({
      rtcp: { port: 9, connection: { family: 'IP4', address: '0.0.0.0' } },
      rtcpMux: true,
      mid: 'voice',
      ptime: 20,
      iceUfrag: '0012',
      icePwd: '123456789012345678901234',
      bundleOnly: true,
      direction: 'sendonly',
      sources: [
        { ssrc: 4294967295, name: 'cname', value: 'a:b c' },
        { ssrc: 1, name: 'marker' },
      ],
      sourceGroups: [{ semantics: 'FEC-FR', ssrcs: [1, 2] }],
      remoteCandidates: [
        { component: 1, address: '192.0.2.3', port: 1000 },
        { component: 2, address: '192.0.2.3', port: 1001 },
      ],
    });
    expect(media.maxptime).toBeUndefined();
  });

  it('leaves out what is malformed or out of range', () => {
    const media = audio(
      'rtpmap:128 x/8000',
      'rtpmap:96',
      'rtpmap:96 a b/8000',
      'fmtp:300 x',
      'fmtp:96',
      'rtcp-fb:96',
      'rtcp-fb:999 nack',
      'extmap:0 urn:x',
      'extmap:300 urn:x',
      'extmap:1/sideways urn:x',
      'extmap:1',
      'crypto:x AES inline:a',
      'crypto:1 AES',
      'candidate:1 0 UDP 1 10.0.0.1 1 typ host',
      'candidate:1 1 UDP 1 10.0.0.1 70000 typ host',
      'candidate:1 1 UDP 1 10.0.0.999 1 typ host',
      'candidate:1 1 UDP 1 10.0.0.1 1',
      'candidate:garbage',
      'fingerprint:sha-256 nothex',
      'fingerprint:sha-256',
      'ssrc:4294967296 cname:x',
      'ssrc-group:FID 1 x',
      'rtcp:70000',
      'ptime:0',
      'mid:a"b',
      'setup:sometimes',
      'ice-ufrag',
    );
    expect(media).toEqual({
      ...audio(),
      attributes: [],
    });
  });
});

describe('parse-sdp - malformed', () => {
  const faults: [what: string, text: string, line: number, reason: RegExp][] = [
    ['nothing', '', 0, /v=0/],
    ['garbage', 'garbage', 1, /type=value/],
    ['no v=', HEAD.slice(5), 1, /v=0/],
    ['another version', HEAD.replace('v=0', 'v=1'), 1, /v=0/],
    ['no o=', 'v=0\r\ns=-\r\n', 0, /o=/],
    ['two o=', `${HEAD}o=- 1 1 IN IP4 192.0.2.1\r\n`, 2, /o=/],
    ['o= short', 'v=0\r\no=- 1 IN IP4 192.0.2.1\r\n', 2, /o=/],
    ['o= without address', 'v=0\r\no=- 1 1 IN IP4 \r\n', 2, /o=/],
    ['a line without type', `${HEAD}hello\r\n`, 5, /type=value/],
    ['c= garbage', `${HEAD}c=IN IP4 1.2.3\r\n`, 5, /c=/],
    ['c= wrong family', `${HEAD}c=IN IP6 192.0.2.1\r\n`, 5, /c=/],
    ['media c= garbage', `${HEAD}m=audio 1 RTP/AVP 0\r\nc=somewhere\r\n`, 6, /c=/],
    ['m= empty', `${HEAD}m=\r\n`, 5, /media/],
    ['m= without port', `${HEAD}m=audio\r\n`, 5, /port/],
    ['m= port too large', `${HEAD}m=audio 65536 RTP/AVP 0\r\n`, 5, /port/],
    ['m= port negative', `${HEAD}m=audio -1 RTP/AVP 0\r\n`, 5, /port/],
    ['m= zero ports', `${HEAD}m=audio 9/0 RTP/AVP 0\r\n`, 5, /port/],
    ['m= without protocol', `${HEAD}m=audio 9\r\n`, 5, /protocol/],
    ['m= without formats', `${HEAD}m=audio 9 RTP/AVP\r\n`, 5, /format/],
    ['m= format no token', `${HEAD}m=audio 9 RTP/AVP 0"\r\n`, 5, /format/],
    ['129 formats', `${HEAD}m=audio 9 RTP/AVP ${[...Array(129).keys()].join(' ')}\r\n`, 5, /128/],
    ['65 m-lines', HEAD + 'm=audio 9 RTP/AVP 0\r\n'.repeat(65), 69, /64/],
    ['64 KiB and more', HEAD + 'a=x\r\n'.repeat(13_200), 0, /65536/],
    ['64 KiB and more in bytes', `${HEAD}a=x:${'é'.repeat(33_000)}\r\n`, 0, /65536/],
    ['64 KiB and more in three-byte letters', `${HEAD}a=x:${'€'.repeat(22_000)}\r\n`, 0, /65536/],
    ['64 KiB and more in four-byte letters', `${HEAD}a=x:${'😀'.repeat(16_400)}\r\n`, 0, /65536/],
  ];
  it.each(faults)('refuses %s', (_what, text, line, reason) => {
    expect(parseSdp(text)).toEqual({ ok: false, line, reason: expect.stringMatching(reason) });
  });

  it('accepts what is just within the limits', () => {
    expect(read(HEAD + 'm=audio 9 RTP/AVP 0\r\n'.repeat(64)).media).toHaveLength(64);
    const formats = [...Array(128).keys()].join(' ');
    expect(read(`${HEAD}m=audio 9 RTP/AVP ${formats}\r\n`).media[0]?.formats).toHaveLength(128);
    const room = 65_536 - HEAD.length - 'a=x:\r\n'.length;
    expect(read(`${HEAD}a=x:${'x'.repeat(room)}\r\n`).attributes).toHaveLength(1);
    expect(read(`${HEAD}a=x:${'€'.repeat(21_000)}\r\n`).attributes).toHaveLength(1);
  });
});
