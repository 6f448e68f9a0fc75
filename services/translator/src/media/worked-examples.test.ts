/**
 * The worked examples of the mapping, in both directions: raw UDP as in the STOX media draft §11.1 (with its typing
 * errors set right), and ICE, DTLS and BUNDLE.
 */
import { describe, expect, it } from 'vitest';
import { CALLEE, CALLER, jingle, linesOf, mapped, text } from '../testing/media-world.ts';
import { answerFromJingle } from './answer-from-jingle.ts';
import { jingleFromAnswer } from './jingle-from-answer.ts';
import { jingleFromOffer } from './jingle-from-offer.ts';
import { offerFromJingle } from './offer-from-jingle.ts';

const crlf = (lines: string): string => lines.trim().replace(/\n\s*/g, '\r\n').concat('\r\n');
const flat = (elements: string): string => elements.trim().replace(/>\s+</g, '><');
const mediaPart = (sdp: string): string[] => linesOf(sdp.slice(sdp.indexOf('m=')));

describe('worked example - raw UDP', () => {
  const VOICE = flat(`
    <content creator='initiator' name='voice' senders='both'>
      <description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'>
        <payload-type id='96' name='speex' clockrate='16000'/>
        <payload-type id='97' name='speex' clockrate='8000'/>
        <payload-type id='18' name='G729'/>
      </description>
      <transport xmlns='urn:xmpp:jingle:transports:raw-udp:1'>
        <candidate component='1' generation='0' id='c1' ip='192.0.2.101' port='49172'/>
      </transport>
    </content>`);
  const OFFER = crlf(`
    v=0
    o=juliet 2890844526 1 IN IP4 192.0.2.101
    s=-
    c=IN IP4 192.0.2.101
    t=0 0
    m=audio 49172 RTP/AVP 96 97 18
    a=sendrecv
    a=rtpmap:96 speex/16000
    a=rtpmap:97 speex/8000
    a=rtpmap:18 G729/8000`);
  const ANSWER = crlf(`
    v=0
    o=romeo 2890844527 2890844527 IN IP4 client.example.net
    s=-
    c=IN IP4 192.0.2.201
    t=0 0
    m=audio 3456 RTP/AVP 97
    a=rtpmap:97 speex/8000`);
  const context = { ...CALLER, sdpOrigin: '192.0.2.101' };

  it('session-initiate to offer, answer to session-accept', () => {
    const offer = mapped(offerFromJingle(jingle(VOICE), context));
    expect(offer.sdp).toBe(OFFER);
    const accept = mapped(jingleFromAnswer(ANSWER, offer.media, context));
    expect(accept.children.map(text).join('')).toBe(
      flat(`
        <content creator='initiator' name='voice' senders='both'>
          <description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'>
            <payload-type id='97' name='speex' clockrate='8000'/>
          </description>
          <transport xmlns='urn:xmpp:jingle:transports:raw-udp:1'>
            <candidate component='1' generation='0' id='c1' ip='192.0.2.201' port='3456'/>
          </transport>
        </content>`),
    );
    expect(accept.removed).toEqual([]);
  });

  it('offer to session-initiate, session-accept to answer', () => {
    const initiate = mapped(jingleFromOffer(OFFER, CALLEE));
    const named = VOICE.replace("name='voice'", "name='audio'");
    expect(initiate.children.map(text).join('')).toBe(
      named.replace("name='G729'", "name='G729' clockrate='8000'"),
    );
    const accept = named
      .replace(/<payload-type id='(?:96|18)'[^>]*>/g, '')
      .replace('192.0.2.101', '192.0.2.201')
      .replace('49172', '3456');
    expect(mapped(answerFromJingle(jingle(accept), initiate.media, CALLEE)).sdp).toBe(
      crlf(`
        v=0
        o=juliet 2890844526 1 IN IP4 203.0.113.1
        s=-
        c=IN IP4 192.0.2.201
        t=0 0
        m=audio 3456 RTP/AVP 97
        a=sendrecv
        a=rtpmap:97 speex/8000`),
    );
  });
});

describe('worked example - ICE, DTLS, BUNDLE', () => {
  const SESSION = crlf(`
    v=0
    o=- 1 1 IN IP4 10.0.1.1
    s=-
    t=0 0
    a=group:BUNDLE voice`);
  const MEDIA = crlf(`
    m=audio 8998 UDP/TLS/RTP/SAVPF 111 126
    c=IN IP4 10.0.1.1
    a=rtcp:9 IN IP4 0.0.0.0
    a=ice-ufrag:8hhy
    a=ice-pwd:asd88fgpdd777uzjYhagZg
    a=fingerprint:sha-256 02:1A:7F
    a=setup:actpass
    a=mid:voice
    a=sendrecv
    a=rtcp-mux
    a=rtpmap:111 opus/48000/2
    a=rtcp-fb:111 transport-cc
    a=fmtp:111 minptime=10; useinbandfec=1
    a=rtpmap:126 telephone-event/8000
    a=fmtp:126 0-16
    a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
    a=candidate:Hf3a 1 UDP 2130706431 10.0.1.1 8998 typ host
    a=candidate:Sf9b 1 UDP 1694498815 192.0.2.3 45664 typ srflx raddr 10.0.1.1 rport 8998
    a=ssrc:1656081975 cname:Yv/w`);
  /** `events` stands where the default list of telephone-event may be said or left out. */
  const elements = (events: string): string =>
    flat(`
    <group xmlns='urn:xmpp:jingle:apps:grouping:0' semantics='BUNDLE'><content name='voice'/></group>
    <content creator='initiator' name='voice' senders='both'>
      <description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'>
        <payload-type id='111' name='opus' clockrate='48000' channels='2'>
          <parameter name='minptime' value='10'/>
          <parameter name='useinbandfec' value='1'/>
          <rtcp-fb xmlns='urn:xmpp:jingle:apps:rtp:rtcp-fb:0' type='transport-cc'/>
        </payload-type>
        <payload-type id='126' name='telephone-event' clockrate='8000'${events === '' ? '/>' : `>${events}</payload-type>`}
        <rtcp-mux/>
        <rtp-hdrext xmlns='urn:xmpp:jingle:apps:rtp:rtp-hdrext:0' id='1' uri='urn:ietf:params:rtp-hdrext:ssrc-audio-level'/>
        <source xmlns='urn:xmpp:jingle:apps:rtp:ssma:0' ssrc='1656081975'><parameter name='cname' value='Yv/w'/></source>
      </description>
      <transport xmlns='urn:xmpp:jingle:transports:ice-udp:1' ufrag='8hhy' pwd='asd88fgpdd777uzjYhagZg'>
        <fingerprint xmlns='urn:xmpp:jingle:apps:dtls:0' hash='sha-256' setup='actpass'>02:1A:7F</fingerprint>
        <candidate component='1' foundation='0' generation='0' id='c1' ip='10.0.1.1' network='0' port='8998' priority='2130706431' protocol='udp' type='host'/>
        <candidate component='1' foundation='1' generation='0' id='c2' ip='192.0.2.3' network='0' port='45664' priority='1694498815' protocol='udp' rel-addr='10.0.1.1' rel-port='8998' type='srflx'/>
      </transport>
    </content>`);

  it('offer to session-initiate', () => {
    expect(
      mapped(jingleFromOffer(SESSION + MEDIA, CALLEE))
        .children.map(text)
        .join(''),
    ).toBe(elements(''));
  });

  it('session-initiate to offer: the default destination is the reflexive candidate, foundations are those of Jingle', () => {
    const { sdp } = mapped(
      offerFromJingle(jingle(elements("<parameter name='' value='0-16'/>")), {
        ...CALLER,
        sdpOrigin: '10.0.1.1',
      }),
    );
    expect(sdp.slice(0, sdp.indexOf('m='))).toBe(
      crlf(`
        v=0
        o=juliet 2890844526 1 IN IP4 10.0.1.1
        s=-
        c=IN IP4 192.0.2.3
        t=0 0
        a=group:BUNDLE voice`),
    );
    expect(mediaPart(sdp)).toEqual(
      linesOf(MEDIA)
        .filter((line) => !/^(c=|a=rtcp:)/.test(line))
        .map((line) =>
          line.replace('m=audio 8998', 'm=audio 45664').replace('Hf3a', '0').replace('Sf9b', '1'),
        ),
    );
  });

  it('session-accept to answer and answer to session-accept', () => {
    const initiate = mapped(jingleFromOffer(SESSION + MEDIA, CALLEE));
    const accept = elements('').replace("setup='actpass'", "setup='active'");
    const answer = mapped(answerFromJingle(jingle(accept), initiate.media, CALLEE)).sdp;
    expect(linesOf(answer)).toEqual(
      expect.arrayContaining([
        'a=group:BUNDLE voice',
        'a=setup:active',
        'm=audio 45664 UDP/TLS/RTP/SAVPF 111 126',
      ]),
    );
    const offer = mapped(offerFromJingle(jingle(elements('')), CALLER));
    const back = mapped(jingleFromAnswer(answer, offer.media, CALLER));
    expect(back.children.map(text).join('')).toBe(accept);
  });
});
