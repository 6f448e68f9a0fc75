import type { XmlElement } from '@stoxgate/contracts';
import { el } from '@stoxgate/wire-xmpp';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CALLEE,
  CALLER,
  content,
  faultOf,
  jingle,
  linesOf,
  mapped,
  offerLines,
  sdp,
  xml,
} from '../testing/media-world.ts';
import { answerFromJingle } from './answer-from-jingle.ts';
import { jingleFromAnswer } from './jingle-from-answer.ts';
import { jingleFromOffer } from './jingle-from-offer.ts';
import { offerFromJingle } from './offer-from-jingle.ts';

const offer = (element: XmlElement) => offerFromJingle(element, CALLER);

describe('malformed Jingle', () => {
  it.each([
    ['no content', jingle()],
    ['no name', jingle(content({ attrs: "creator='initiator'" }))],
    ['empty name', jingle(content({ attrs: "creator='initiator' name=''" }))],
    ['unknown creator', jingle(content({ attrs: "creator='me' name='a'" }))],
    ['two contents of one name', jingle(content(), content())],
    [
      '65 contents',
      jingle(...[...Array(65).keys()].map((n) => content({ attrs: `creator='initiator' name='${n}'` }))),
    ],
  ])('%s', (_what, element) => {
    expect(faultOf(offer(element))).toBe('malformed');
  });

  it('64 contents are fine, and so is a name that both creators use', () => {
    const names = [...Array(64).keys()].map((n) => content({ attrs: `creator='initiator' name='${n}'` }));
    expect(offerLines(...names).filter((line) => line.startsWith('m='))).toHaveLength(64);
    expect(offerLines(content(), content({ attrs: "creator='responder' name='voice'" })).join()).toContain(
      'm=',
    );
  });

  it('a missing creator is the initiator', () => {
    const { media } = mapped(offer(jingle(content({ attrs: "name='a'" }))));
    expect(media.contents[0]?.creator).toBe('initiator');
  });

  it('10,000 payload types: each id once', () => {
    const payloads = [...Array(10_000).keys()].map((n) => el('payload-type', { id: n % 300, name: `x${n}` }));
    const description = el(
      'description',
      { xmlns: 'urn:xmpp:jingle:apps:rtp:1', media: 'audio' },
      ...payloads,
    );
    const transport = el('transport', { xmlns: 'urn:xmpp:jingle:transports:raw-udp:1' });
    const { sdp: text } = mapped(
      offer(el('jingle', {}, el('content', { name: 'a' }, description, transport))),
    );
    const [line = ''] = linesOf(text).filter((each) => each.startsWith('m='));
    expect(line.split(' ').slice(3)).toEqual([...Array(128).keys()].map(String));
  });

  it('an answer without an offer, and SDP that is none', () => {
    const { media } = mapped(offer(jingle(content())));
    expect(faultOf(answerFromJingle(jingle(content()), media, CALLEE))).toBe('malformed');
    expect(faultOf(jingleFromOffer('', CALLEE))).toBe('malformed');
    expect(faultOf(jingleFromOffer(sdp(), CALLEE))).toBe('no-usable-media');
    const { media: received } = mapped(jingleFromOffer(sdp('m=audio 9 RTP/AVP 0'), CALLEE));
    expect(faultOf(jingleFromAnswer(sdp('m=audio 9 RTP/AVP 0'), received, CALLEE))).toBe('malformed');
  });
});

const FULL = xml(
  "<jingle xmlns='urn:xmpp:jingle:1'><group xmlns='urn:xmpp:jingle:apps:grouping:0' semantics='BUNDLE'><content name='a'/></group>" +
    "<content creator='initiator' name='a' senders='both' media='audio' disposition='session'>" +
    "<description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio' ssrc='1'><payload-type id='96' name='opus' clockrate='48000' channels='2' ptime='20' maxptime='60'>" +
    "<parameter name='a' value='b'/><rtcp-fb xmlns='urn:xmpp:jingle:apps:rtp:rtcp-fb:0' type='ccm' subtype='tmmbr'><parameter name='x' value='y'/></rtcp-fb></payload-type>" +
    "<payload-type id='0' name='PCMU'/><rtcp-fb-trr-int xmlns='urn:xmpp:jingle:apps:rtp:rtcp-fb:0' value='100'/>" +
    "<encryption required='1'><crypto tag='1' crypto-suite='A' key-params='inline:x' session-params='y'/>" +
    "<zrtp-hash xmlns='urn:xmpp:jingle:apps:rtp:zrtp:1' version='1.10'>ab</zrtp-hash></encryption>" +
    "<bandwidth type='AS'>64</bandwidth><rtcp-mux/>" +
    "<rtp-hdrext xmlns='urn:xmpp:jingle:apps:rtp:rtp-hdrext:0' id='1' uri='urn:x' senders='both'><parameter name='a' value='b'/></rtp-hdrext>" +
    "<ssrc-group xmlns='urn:xmpp:jingle:apps:rtp:ssma:0' semantics='FID'><source ssrc='1'/></ssrc-group>" +
    "<source xmlns='urn:xmpp:jingle:apps:rtp:ssma:0' ssrc='1'><parameter name='cname' value='x'/></source></description>" +
    "<transport xmlns='urn:xmpp:jingle:transports:ice-udp:1' ufrag='8hhy' pwd='asd88fgpdd777uzjYhagZg'>" +
    "<fingerprint xmlns='urn:xmpp:jingle:apps:dtls:0' hash='sha-256' setup='actpass'>02:1A</fingerprint>" +
    "<candidate component='1' foundation='0' generation='0' id='c' ip='10.0.1.1' network='0' port='8998' priority='1' protocol='tcp' tcptype='active' type='host' rel-addr='10.0.0.1' rel-port='1'/>" +
    "<remote-candidate component='1' ip='10.0.1.1' port='1'/></transport></content></jingle>",
);
const EVIL = 'x\r\na=evil:1\nm=evil 1 RTP/AVP 0\rc=evil\0';

/** Every element of the tree with one attribute, or its text, replaced. */
function* variants(element: XmlElement, value: string): Generator<XmlElement> {
  for (const name of Object.keys(element.attrs)) {
    if (name !== 'xmlns') yield { ...element, attrs: { ...element.attrs, [name]: value } };
  }
  for (const [index, child] of element.children.entries()) {
    const changed = typeof child === 'string' ? [value] : variants(child, value);
    for (const other of changed) yield { ...element, children: element.children.with(index, other) };
  }
}

const isClean = (text: string): boolean =>
  linesOf(text).every((line) => /^[vosctbma]=[^\r\n\0]*$/.test(line) && !/^(a|m|c)=evil/.test(line));

describe('hostile Jingle', () => {
  const values = [
    EVIL,
    '',
    '-1',
    '99999999999999999999',
    '1e3',
    '__proto__',
    'two words',
    '\u2028',
    'x'.repeat(9_000),
  ];

  it.each(values)('%j in any attribute starts no line and breaks nothing', (value) => {
    for (const element of variants(FULL, value)) {
      const result = offer(element);
      expect(result.ok ? isClean(result.sdp) : result.cause).not.toBe(false);
    }
  });

  it('in all attributes at once', () => {
    const spoil = (element: XmlElement): XmlElement =>
      el(
        element.name,
        Object.fromEntries(
          Object.entries(element.attrs).map(([k, v]) => [k, k === 'xmlns' ? v : `${v}${EVIL}`]),
        ),
        ...element.children.map((child) => (typeof child === 'string' ? child + EVIL : spoil(child))),
      );
    expect(offer(spoil(FULL))).toMatchObject({ ok: false });
    const { children } = spoil(FULL);
    const named = children.map((child) =>
      typeof child !== 'string' && child.name === 'content'
        ? { ...child, attrs: { creator: 'initiator', name: 'a' } }
        : child,
    );
    expect(offer({ ...FULL, children: named })).toMatchObject({ ok: false, cause: 'no-usable-media' });
  });

  it('a hostile answer gives nothing but the answer', () => {
    const { media } = mapped(
      jingleFromOffer(sdp('m=audio 9 UDP/TLS/RTP/SAVPF 96 0', 'a=rtpmap:96 opus/48000/2', 'a=mid:a'), CALLEE),
    );
    for (const element of variants(FULL, EVIL)) {
      const result = answerFromJingle(element, media, CALLEE);
      expect(result.ok ? isClean(result.sdp) : result.cause).not.toBe(false);
      if (result.ok) expect(linesOf(result.sdp).filter((line) => line.startsWith('m='))).toHaveLength(1);
    }
  });

  it('any tree at all: never throws', () => {
    const names = [
      'content',
      'description',
      'transport',
      'payload-type',
      'candidate',
      'group',
      'source',
      'crypto',
    ];
    const keys = [
      'name',
      'creator',
      'id',
      'ip',
      'port',
      'ssrc',
      'type',
      'value',
      'component',
      'xmlns',
      'priority',
    ];
    const texts = fc.constantFrom(
      ...[...values, 'initiator', '10.0.0.1', '1', 'opus', 'urn:xmpp:jingle:apps:rtp:1'],
      ...['urn:xmpp:jingle:transports:ice-udp:1', 'urn:xmpp:jingle:transports:raw-udp:1'],
    );
    const { tree } = fc.letrec<{ tree: XmlElement }>((tie) => ({
      tree: fc.record({
        name: fc.constantFrom(...names),
        attrs: fc.dictionary(fc.constantFrom(...keys), texts, { maxKeys: 5 }),
        children: fc.array(fc.oneof({ maxDepth: 3 }, texts, tie('tree')), { maxLength: 3 }),
      }),
    }));
    fc.assert(
      fc.property(fc.array(tree, { maxLength: 4 }), (children) => {
        const result = offer({ name: 'jingle', attrs: {}, children });
        expect(result.ok ? isClean(result.sdp) : result.cause).not.toBe(false);
      }),
      { numRuns: 150 },
    );
  });
});

describe('hostile SDP', () => {
  it('what XML cannot carry never reaches an element', () => {
    const { children } = mapped(
      jingleFromOffer(
        sdp('m=audio 9 RTP/AVP 96', 'a=rtpmap:96 op\0us\u0007/8000', 'a=fmtp:96 a=\ud800b\uffff', 'a=mid:x'),
        CALLEE,
      ),
    );
    expect(JSON.stringify(children)).toContain('"value":"b"');
    expect(JSON.stringify(children)).toContain('"name":"opus"');
  });
});
