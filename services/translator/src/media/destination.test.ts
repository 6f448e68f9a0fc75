import { describe, expect, it } from 'vitest';
import { content, ice, offerLines } from '../testing/media-world.ts';

const candidate = (
  component: number,
  type: string,
  ip: string,
  port: number,
  priority = 1,
  protocol = 'udp',
) =>
  `<candidate component='${component}' foundation='1' id='x' ip='${ip}' port='${port}' priority='${priority}' ` +
  `protocol='${protocol}' type='${type}' rel-addr='10.0.0.1' rel-port='1'/>`;
const where = (...candidates: string[]): string[] =>
  offerLines(content({ transport: ice(candidates.join('')) })).filter((line) =>
    /^(c=|m=|a=rtcp:)/.test(line),
  );

describe('default destination', () => {
  it('relay before srflx before host, whatever the priority', () => {
    const host = candidate(1, 'host', '10.0.0.1', 1000, 999);
    const srflx = candidate(1, 'srflx', '192.0.2.1', 2000, 500);
    const relay = candidate(1, 'relay', '198.51.100.1', 3000, 1);
    expect(where(host, srflx, relay)).toEqual(['c=IN IP4 198.51.100.1', 'm=audio 3000 RTP/AVP 0']);
    expect(where(host, srflx)[0]).toBe('c=IN IP4 192.0.2.1');
    expect(where(host)[0]).toBe('c=IN IP4 10.0.0.1');
  });

  it('IPv4 before IPv6; then the highest priority', () => {
    const v6 = candidate(1, 'host', '2001:db8::1', 1000, 999);
    expect(
      where(v6, candidate(1, 'host', '10.0.0.1', 2000), candidate(1, 'host', '10.0.0.2', 3000, 5)),
    ).toEqual(['c=IN IP4 10.0.0.2', 'm=audio 3000 RTP/AVP 0']);
    expect(where(v6)[0]).toBe('c=IN IP6 2001:db8::1');
  });

  it('a=rtcp from the component-2 candidate of the same type', () => {
    const relay = candidate(1, 'relay', '198.51.100.1', 3000);
    const hostRtcp = candidate(2, 'host', '10.0.0.1', 4000);
    expect(where(relay, hostRtcp)).toHaveLength(2);
    expect(where(relay, hostRtcp, candidate(2, 'relay', '198.51.100.1', 4000))[2]).toBe(
      'a=rtcp:4000 IN IP4 198.51.100.1',
    );
    expect(where(relay, candidate(2, 'relay', '198.51.100.1', 3001))).toHaveLength(2);
  });

  it('TCP candidates and host names are no default', () => {
    expect(
      where(candidate(1, 'host', 'b7c1.local', 1000), candidate(1, 'host', '10.0.0.1', 9, 9, 'tcp')),
    ).toEqual(['c=IN IP4 0.0.0.0', 'm=audio 9 RTP/AVP 0']);
  });

  it('no candidate: port 9, unspecified address with credentials, our own without', () => {
    expect(where()).toEqual(['c=IN IP4 0.0.0.0', 'm=audio 9 RTP/AVP 0']);
    const transport = "<transport xmlns='urn:xmpp:jingle:transports:ice-udp:1'/>";
    expect(offerLines(content({ transport }))).toEqual(
      expect.arrayContaining(['c=IN IP4 203.0.113.1', 'm=audio 9 RTP/AVP 0']),
    );
  });
});
