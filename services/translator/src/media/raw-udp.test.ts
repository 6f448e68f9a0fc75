import { describe, expect, it } from 'vitest';
import {
  acceptXml,
  CALLEE,
  CALLER,
  content,
  faultOf,
  initiateXml,
  jingle,
  linesOf,
  mapped,
  offerLines,
  sdp,
  text,
} from '../testing/media-world.ts';
import { jingleFromAnswer } from './jingle-from-answer.ts';
import { jingleFromOffer } from './jingle-from-offer.ts';
import { offerFromJingle } from './offer-from-jingle.ts';

const NS = "xmlns='urn:xmpp:jingle:transports:raw-udp:1'";
const raw = (...candidates: string[]) =>
  content({
    transport: `<transport ${NS}>${candidates.map((attrs) => `<candidate ${attrs}/>`).join('')}</transport>`,
  });
const where = (lines: string[]): string[] => lines.filter((line) => /^(c=|m=|a=rtcp:)/.test(line));
const candidatesOf = (children: string): string[] => children.match(/<candidate[^>]*>/g) ?? [];
const AUDIO = 'm=audio 5000 RTP/AVP 0';

describe('raw-udp - Jingle to SDP', () => {
  it('component 1 is c= and the port of the m-line', () => {
    expect(where(offerLines(raw("component='1' generation='0' id='a' ip='192.0.2.1' port='13540'")))).toEqual(
      ['c=IN IP4 192.0.2.1', 'm=audio 13540 RTP/AVP 0'],
    );
  });

  it('component 2 is a=rtcp only where it is not the next port of the same address', () => {
    const one = "component='1' ip='192.0.2.1' port='5000'";
    const rtcp = (attrs: string) => where(offerLines(raw(one, `component='2' ${attrs}`))).slice(2);
    expect(rtcp("ip='192.0.2.1' port='5001'")).toEqual([]);
    expect(rtcp("ip='192.0.2.1' port='6000'")).toEqual(['a=rtcp:6000 IN IP4 192.0.2.1']);
    expect(rtcp("ip='192.0.2.2' port='5001'")).toEqual(['a=rtcp:5001 IN IP4 192.0.2.2']);
  });

  it('of several component-1 candidates the first counts', () => {
    expect(
      where(
        offerLines(raw("component='1' ip='192.0.2.1' port='1'", "component='1' ip='192.0.2.2' port='2'")),
      ),
    ).toEqual(['c=IN IP4 192.0.2.1', 'm=audio 1 RTP/AVP 0']);
  });

  it('IPv6 without brackets and zone', () => {
    expect(where(offerLines(raw("component='1' ip='[2001:db8::1%eth0]' port='5000'")))[0]).toBe(
      'c=IN IP6 2001:db8::1',
    );
  });

  it('a host name passes', () => {
    expect(where(offerLines(raw("component='1' ip='phone.example.com' port='5000'")))[0]).toBe(
      'c=IN IP4 phone.example.com',
    );
  });

  it('no usable candidate: our own address, port 9', () => {
    const unusable = ['1.2.3', '224.2.1.1', '0.0.0.0', 'a b'].map((ip) => [`ip='${ip}' port='5000'`]);
    for (const bad of [[], ["ip='1.2.3.4' port='0'"], ["ip='1.2.3.4' port='99999'"], ...unusable]) {
      expect(where(offerLines(raw(...bad)))).toEqual(['c=IN IP4 203.0.113.1', 'm=audio 9 RTP/AVP 0']);
    }
  });

  it('c= per media where contents differ, else once', () => {
    const at = (name: string, ip: string) =>
      raw(`component='1' ip='${ip}' port='5000'`).replace('voice', name);
    expect(where(offerLines(at('a', '192.0.2.1'), at('b', '192.0.2.2')))).toEqual([
      AUDIO,
      'c=IN IP4 192.0.2.1',
      AUDIO,
      'c=IN IP4 192.0.2.2',
    ]);
    expect(where(offerLines(at('a', '192.0.2.1'), at('b', '192.0.2.1')))[0]).toBe('c=IN IP4 192.0.2.1');
  });
});

describe('raw-udp - SDP to Jingle', () => {
  const first = "<candidate component='1' generation='0' id='c1' ip='192.0.2.9' port='5000'/>";

  it('SIP without ICE is raw UDP; RTCP at the next port has no candidate', () => {
    const children = initiateXml(AUDIO);
    expect(children).toContain(`<transport ${NS}>${first}</transport>`);
  });

  it('a=rtcp is component 2, with its own address where it has one', () => {
    expect(candidatesOf(initiateXml(AUDIO, 'a=rtcp:6000'))).toEqual([
      first,
      "<candidate component='2' generation='0' id='c2' ip='192.0.2.9' port='6000'/>",
    ]);
    expect(candidatesOf(initiateXml(AUDIO, 'a=rtcp:6000 IN IP4 192.0.2.2'))[1]).toContain(
      "ip='192.0.2.2' port='6000'",
    );
  });

  it('a=rtcp at the same port, or nowhere, is none', () => {
    expect(candidatesOf(initiateXml(AUDIO, 'a=rtcp:5000'))).toHaveLength(1);
    expect(candidatesOf(initiateXml(AUDIO, 'a=rtcp:9 IN IP4 0.0.0.0'))).toHaveLength(1);
  });

  it('the answer has component 2 where the XMPP party sent one, unless rtcp-mux is agreed', () => {
    const two = raw("component='1' ip='192.0.2.1' port='5000'", "component='2' ip='192.0.2.1' port='5001'");
    const twoWithMux = two.replace('</description>', '<rtcp-mux/></description>');
    expect(candidatesOf(acceptXml([two], AUDIO))[1]).toContain("component='2'");
    expect(candidatesOf(acceptXml([two], AUDIO))[1]).toContain("port='5001'");
    expect(candidatesOf(acceptXml([raw("ip='192.0.2.1' port='5000'")], AUDIO))).toHaveLength(1);
    expect(candidatesOf(acceptXml([twoWithMux], AUDIO, 'a=rtcp-mux', 'a=rtcp:6000'))).toHaveLength(1);
  });

  it('RTCP at the next port has a candidate where so configured, unless rtcp-mux is agreed', () => {
    const context = { ...CALLEE, emitRtcpCandidate: true };
    const offered = mapped(jingleFromOffer(sdp(AUDIO), context))
      .children.map(text)
      .join('');
    expect(offered.match(/component='2'[^>]*/)?.[0]).toContain("port='5001'");
    const out = { ...CALLER, emitRtcpCandidate: true };
    const { media } = mapped(offerFromJingle(jingle(content()), out));
    const accepted = mapped(jingleFromAnswer(sdp(AUDIO), media, out))
      .children.map(text)
      .join('');
    expect(accepted.match(/component='2'[^>]*/)?.[0]).toContain("port='5001'");
  });

  it('IPv6', () => {
    expect(initiateXml(AUDIO, 'c=IN IP6 2001:db8::1')).toContain("ip='2001:db8::1'");
  });

  it('a host name that nobody found an address for cannot be used', () => {
    const named = sdp(AUDIO, 'c=IN IP4 phone.example.com');
    expect(faultOf(jingleFromOffer(named, CALLEE))).toBe('unsupported-transports');
  });

  it.each(['0.0.0.0', '::'])(
    'c= %s is hold: no candidate, nobody sends unless a direction says otherwise',
    (address) => {
      const line = `c=IN ${address === '::' ? 'IP6' : 'IP4'} ${address}`;
      expect(candidatesOf(initiateXml(AUDIO, line))).toEqual([]);
      expect(initiateXml(AUDIO, line)).toContain("senders='none'");
      expect(initiateXml(AUDIO, line, 'a=recvonly')).toContain("senders='responder'");
    },
  );

  it('no c= anywhere is malformed', () => {
    const text = linesOf(sdp(AUDIO))
      .filter((line) => !line.startsWith('c='))
      .join('\r\n');
    expect(faultOf(jingleFromOffer(text, CALLEE))).toBe('malformed');
  });

  it('multicast and several ports cannot be used', () => {
    expect(faultOf(jingleFromOffer(sdp(AUDIO, 'c=IN IP4 224.2.1.1/127'), CALLEE))).toBe(
      'unsupported-transports',
    );
    expect(faultOf(jingleFromOffer(sdp('m=audio 5000/2 RTP/AVP 0'), CALLEE))).toBe('unsupported-transports');
  });
});

describe('o= - of our SDP', () => {
  const origin = (userName: string): string | undefined =>
    linesOf(mapped(offerFromJingle(jingle(content()), { ...CALLER, userName })).sdp)[1];
  it('user name where it can stand there, else -', () => {
    expect(origin('juliet')).toBe('o=juliet 2890844526 1 IN IP4 203.0.113.1');
    for (const name of ['', 'two words', 'jul%69et', 'é', 'a\r\nm=x']) {
      expect(origin(name)).toBe('o=- 2890844526 1 IN IP4 203.0.113.1');
    }
  });
});
