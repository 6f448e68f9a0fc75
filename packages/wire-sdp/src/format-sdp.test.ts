import { parse as parseLoosely } from 'sdp-transform';
import { describe, expect, it } from 'vitest';
import { formatSdp } from './format-sdp.ts';
import { inheritMedia } from './inherit.ts';
import { parseSdp } from './parse-sdp.ts';
import { mediaDescription, type SessionDescription, sessionDescription } from './session-description.ts';

const origin = { userName: '-', sessionId: '1', version: '1', family: 'IP4', address: '192.0.2.1' } as const;

const FULL = `v=0
o=juliet 9223372036854775807 3 IN IP4 192.0.2.1
s=-
c=IN IP4 192.0.2.9
b=CT:1000
t=0 0
a=group:BUNDLE voice
a=ice-lite
a=ice-options:trickle
a=msid-semantic: WMS *
m=audio 8998 UDP/TLS/RTP/SAVPF 111 126
c=IN IP4 10.0.1.1
b=AS:64
b=TIAS:64000
a=rtcp:9 IN IP4 0.0.0.0
a=ice-ufrag:8hhy
a=ice-pwd:asd88fgpdd777uzjYhagZg
a=fingerprint:sha-256 02:1A
a=setup:actpass
a=mid:voice
a=bundle-only
a=sendrecv
a=rtcp-mux
a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:abc KDR=1
a=rtpmap:111 opus/48000/2
a=rtcp-fb:111 transport-cc
a=fmtp:111 minptime=10; useinbandfec=1
a=rtpmap:126 telephone-event/8000
a=fmtp:126 0-16
a=rtcp-fb:* nack pli
a=ptime:20
a=maxptime:60
a=extmap-allow-mixed
a=extmap:1/sendonly urn:ietf:params:rtp-hdrext:ssrc-audio-level a=b
a=candidate:Hf3a 1 UDP 2130706431 10.0.1.1 8998 typ host
a=candidate:Sf9b 1 UDP 1694498815 192.0.2.3 45664 typ srflx raddr 10.0.1.1 rport 8998
a=candidate:T 1 TCP 1518280447 10.0.1.1 9 typ host tcptype active
a=remote-candidates:1 192.0.2.3 45664
a=ssrc-group:FID 1 2
a=ssrc:1 cname:Yv/w
a=ssrc:2 marker
a=rtcp-rsize
`.replaceAll('\n', '\r\n');

function reread(text: string): SessionDescription {
  const result = parseSdp(text);
  if (!result.ok) throw new Error(`line ${result.line}: ${result.reason}`);
  return result.description;
}

describe('format-sdp - line order', () => {
  it('v o s c b t a, then m c b a, CRLF; what it writes it reads back unchanged', () => {
    const wandering = FULL.replace('a=msid-semantic: WMS *', 'a=msid-semantic:WMS *');
    expect(formatSdp(reread(FULL))).toBe(wandering);
    expect(formatSdp(reread(wandering))).toBe(wandering);
  });

  it('sdp-transform reads the same out of it', () => {
    const loose = parseLoosely(formatSdp(reread(FULL))).media[0];
    expect(loose).toMatchObject({
      type: 'audio',
      port: 8998,
      payloads: '111 126',
      direction: 'sendrecv',
      rtp: [
        { payload: 111, codec: 'opus', rate: 48000, encoding: 2 },
        { payload: 126, codec: 'telephone-event', rate: 8000 },
      ],
      iceUfrag: '8hhy',
      setup: 'actpass',
      ptime: 20,
    });
    expect(loose?.candidates).toHaveLength(3);
    expect(loose?.invalid).toBeUndefined();
  });

  it('writes an m-line with several ports and one without anything', () => {
    const media = [
      mediaDescription({ media: 'audio', port: 4, portCount: 2, protocol: 'RTP/AVP', formats: ['0'] }),
      mediaDescription({ media: 'video', port: 0, protocol: 'RTP/AVP', formats: ['31'] }),
    ];
    expect(formatSdp(sessionDescription({ origin, media })).split('\r\n').slice(4)).toEqual([
      'm=audio 4/2 RTP/AVP 0',
      'm=video 0 RTP/AVP 31',
      '',
    ]);
  });
});

describe('format-sdp - injection', () => {
  it('no value starts another line', () => {
    const evil = 'x\r\nm=audio 9 RTP/AVP 0\na=evil\rb=1\0';
    const media = mediaDescription({
      media: 'audio',
      port: 1,
      protocol: evil,
      formats: [evil],
      mid: evil,
      iceUfrag: evil,
      icePwd: evil,
      rtpmaps: [{ payload: 0, name: evil }],
      fmtps: [{ payload: 0, text: evil }],
      sources: [{ ssrc: 1, name: evil, value: evil }],
      attributes: [{ name: evil, value: evil }],
      candidates: [
        { foundation: evil, component: 1, protocol: evil, priority: 1, address: evil, port: 1, type: evil },
      ],
    });
    const text = formatSdp(sessionDescription({ origin: { ...origin, userName: evil }, media: [media] }));
    const lines = text.split('\r\n');
    expect(lines.map((line) => line.slice(0, 2)).join('')).toBe(`v=o=s=t=m=${'a='.repeat(8)}`);
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n\0]/);
  });
});

describe('inherit - session level', () => {
  const session = reread(`v=0
o=- 1 1 IN IP4 192.0.2.1
c=IN IP4 192.0.2.9
a=ice-ufrag:sess
a=ice-pwd:sesssesssesssesssesssess
a=ice-options:trickle
a=fingerprint:sha-256 AA
a=setup:actpass
a=extmap:1 urn:a
a=extmap-allow-mixed
a=sendonly
m=audio 1 RTP/AVP 0
m=audio 2 RTP/AVP 0
c=IN IP4 192.0.2.8
a=ice-ufrag:media
a=ice-options:ice2
a=fingerprint:sha-1 BB
a=setup:active
a=extmap:2 urn:b
a=inactive
`);
  const [bare, own] = session.media.map((media) => inheritMedia(session, media));

  it('holds for an m-line without its own', () => {
    expect(bare).toMatchObject({
      connection: { address: '192.0.2.9' },
      iceUfrag: 'sess',
      icePwd: 'sesssesssesssesssesssess',
      iceOptions: ['trickle'],
      fingerprints: [{ value: 'AA' }],
      setup: 'actpass',
      extmaps: [{ id: 1 }],
      extmapAllowMixed: true,
      direction: 'sendonly',
    });
  });

  it('gives way to an m-line with its own; a media ufrag does not take the session password', () => {
    expect(own).toMatchObject({
      connection: { address: '192.0.2.8' },
      iceUfrag: 'media',
      iceOptions: ['trickle', 'ice2'],
      fingerprints: [{ value: 'BB' }],
      setup: 'active',
      extmaps: [{ id: 2 }],
      direction: 'inactive',
    });
    expect(own?.icePwd).toBeUndefined();
  });

  it('is sendrecv when nobody says', () => {
    const silent = reread('v=0\no=- 1 1 IN IP4 192.0.2.1\nm=audio 1 RTP/AVP 0\n');
    const [media] = silent.media;
    expect(media && inheritMedia(silent, media).direction).toBe('sendrecv');
  });
});
