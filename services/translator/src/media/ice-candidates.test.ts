import { describe, expect, it } from 'vitest';
import { acceptOf, acceptXml, content, ice, initiateXml, offerLines, text } from '../testing/media-world.ts';
import { noFoundations, openFoundations } from './foundations.ts';

const CREDENTIALS = ['a=ice-ufrag:8hhy', 'a=ice-pwd:asd88fgpdd777uzjYhagZg'];
const AUDIO = ['m=audio 5000 RTP/AVP 0', ...CREDENTIALS];
const candidateLines = (...candidates: string[]): string[] =>
  offerLines(content({ transport: ice(candidates.map((attrs) => `<candidate ${attrs}/>`).join('')) })).filter(
    (line) => line.startsWith('a=candidate'),
  );
const candidatesOf = (children: string): string[] => children.match(/<candidate[^>]*>/g) ?? [];
const candidates = (...lines: string[]): string[] =>
  candidatesOf(initiateXml(...AUDIO, ...lines.map((line) => `a=candidate:${line}`)));
const HOST = "component='1' foundation='0' id='a' ip='10.0.1.1' port='8998' priority='2130706431'";

describe('ice-udp - Jingle to SDP', () => {
  it('every field of a candidate', () => {
    expect(
      candidateLines(
        `${HOST} protocol='udp' type='host' generation='0' network='1'`,
        "component='2' foundation='1' id='b' ip='192.0.2.3' port='45664' priority='1694498815' protocol='udp' " +
          "type='srflx' rel-addr='10.0.1.1' rel-port='8998'",
      ),
    ).toEqual([
      'a=candidate:0 1 UDP 2130706431 10.0.1.1 8998 typ host',
      'a=candidate:1 2 UDP 1694498815 192.0.2.3 45664 typ srflx raddr 10.0.1.1 rport 8998',
    ]);
  });

  it('raddr and rport are accepted for names; missing related address: 0.0.0.0 9 or :: 9', () => {
    const reflexive = (more: string, ip = '192.0.2.3') =>
      candidateLines(`${HOST.replace('10.0.1.1', ip)} protocol='udp' type='prflx' ${more}`)[0];
    expect(reflexive("raddr='10.0.1.2' rport='7'")).toMatch(/typ prflx raddr 10\.0\.1\.2 rport 7$/);
    expect(reflexive('')).toMatch(/raddr 0\.0\.0\.0 rport 9$/);
    expect(reflexive('', '2001:db8::1')).toMatch(/raddr :: rport 9$/);
  });

  it('tcp with tcptype passes, other protocols are dropped', () => {
    expect(candidateLines(`${HOST} protocol='tcp' tcptype='passive' type='host'`)).toEqual([
      'a=candidate:0 1 TCP 2130706431 10.0.1.1 8998 typ host tcptype passive',
    ]);
    expect(candidateLines(`${HOST} protocol='ssltcp' type='host'`)).toEqual([]);
    expect(candidateLines(`${HOST} protocol='Udp' type='host'`)).toHaveLength(1);
    for (const tcpType of ['active', 'passive', 'so']) {
      expect(candidateLines(`${HOST} protocol='tcp' tcptype='${tcpType}'`)[0]).toContain(
        ` tcptype ${tcpType}`,
      );
    }
    expect(candidateLines(`${HOST} protocol='tcp' tcptype='x'`)[0]).not.toContain('tcptype');
    expect(candidateLines(`${HOST} protocol='udp' tcptype='so'`)[0]).not.toContain('tcptype');
  });

  it('priority is clamped to 1..2^31-1', () => {
    const priority = (value: string) => candidateLines(HOST.replace('2130706431', value))[0]?.split(' ')[3];
    expect(priority('0')).toBe('1');
    expect(priority('4294967295')).toBe('2147483647');
  });

  it('mDNS and host names pass, zones are stripped', () => {
    expect(candidateLines(HOST.replace('10.0.1.1', 'b7c1.local'))[0]).toContain(' b7c1.local 8998 ');
    expect(candidateLines(HOST.replace('10.0.1.1', 'fe80::1%25wlan0'))[0]).toContain(' fe80::1 8998 ');
  });

  it('a foundation SDP can take is kept, another is renamed, the same one always alike', () => {
    const foundation = (value: string) => HOST.replace("foundation='0'", `foundation='${value}'`);
    expect(
      candidateLines(foundation('a b'), foundation('ok+/1'), foundation('é'), foundation('a b')).map(
        (line) => line.split(' ')[0],
      ),
    ).toEqual(['a=candidate:stox/0', 'a=candidate:ok+/1', 'a=candidate:stox/1', 'a=candidate:stox/0']);
  });

  it('what lacks a needed field, or has a bad one, is dropped', () => {
    const broken = ['component', 'foundation', 'ip', 'port', 'priority'].map((name) =>
      HOST.replace(new RegExp(`${name}='[^']*'`), ''),
    );
    const bad = [
      HOST.replace("component='1'", "component='0'"),
      HOST.replace('8998', '0'),
      HOST.replace('8998', '65536'),
      HOST.replace('10.0.1.1', '10.0.1'),
      HOST.replace('10.0.1.1', '224.2.1.1'),
      HOST.replace('10.0.1.1', '::'),
      `${HOST} type='magic'`,
    ];
    expect(candidateLines(...broken, ...bad)).toEqual([]);
    expect(candidateLines(HOST)).toHaveLength(1);
  });

  it('the 256 of highest priority are kept', () => {
    const many = [...Array(300).keys()].map((n) => HOST.replace('2130706431', String(n + 1)));
    const kept = candidateLines(...many).map((line) => Number(line.split(' ')[3]));
    expect(kept).toHaveLength(256);
    expect(Math.min(...kept)).toBe(45);
  });

  it('credentials pass as they are; ice-options is not said', () => {
    const lines = offerLines(content({ transport: ice() }));
    expect(lines).toEqual(expect.arrayContaining(CREDENTIALS));
    expect(lines.join()).not.toContain('ice-options');
    const short = offerLines(
      content({ transport: ice().replace('8hhy', 'x').replace('asd88fgpdd777uzjYhagZg', 'y') }),
    );
    expect(short).toEqual(expect.arrayContaining(['a=ice-ufrag:x', 'a=ice-pwd:y']));
  });

  it('remote candidates; malformed ones are dropped', () => {
    const remote = (component: string, ip: string, port: string) =>
      `<remote-candidate component='${component}' ip='${ip}' port='${port}'/>`;
    const good = remote('1', '192.0.2.3', '1000');
    const bad = [remote('2', 'x y', '1'), remote('2', '192.0.2.3', 'x'), remote('0', '192.0.2.3', '1')];
    const lines = offerLines(content({ transport: ice([good, ...bad].join('')) }));
    expect(lines.filter((line) => line.startsWith('a=remote'))).toEqual([
      'a=remote-candidates:1 192.0.2.3 1000',
    ]);
  });
});

describe('ice-udp - SDP to Jingle', () => {
  it('every field of a candidate', () => {
    expect(
      candidates(
        'Hf3a 1 UDP 2130706431 10.0.1.1 8998 typ host generation 3 network-id 2',
        'Sf9b 2 udp 1694498815 192.0.2.3 45664 typ srflx raddr 10.0.1.1 rport 8998',
        'T 1 TCP 1518280447 10.0.1.1 9 typ host tcptype active',
      ),
    ).toEqual([
      "<candidate component='1' foundation='0' generation='0' id='c1' ip='10.0.1.1' network='0' port='8998' " +
        "priority='2130706431' protocol='udp' type='host'/>",
      "<candidate component='2' foundation='1' generation='0' id='c2' ip='192.0.2.3' network='0' port='45664' " +
        "priority='1694498815' protocol='udp' rel-addr='10.0.1.1' rel-port='8998' type='srflx'/>",
      "<candidate component='1' foundation='2' generation='0' id='c3' ip='10.0.1.1' network='0' port='9' " +
        "priority='1518280447' protocol='tcp' tcptype='active' type='host'/>",
    ]);
  });

  it('unknown transports and types, and multicast addresses are dropped', () => {
    expect(
      candidates(
        '1 1 SCTP 1 10.0.1.1 8998 typ host',
        '1 1 UDP 1 10.0.1.1 8998 typ magic',
        '1 1 UDP 1 224.2.1.1 9 typ host',
      ),
    ).toEqual([]);
  });

  it('a foundation becomes an integer: its own byte where free, else the next free one; the same string alike', () => {
    const foundations = (...names: string[]) =>
      candidates(...names.map((name) => `${name} 1 UDP 1 10.0.1.1 8998 typ host`)).map(
        (element) => /foundation='([^']*)'/.exec(element)?.[1],
      );
    expect(foundations('a', 'b', 'a')).toEqual(['0', '1', '0']);
    expect(foundations('7', '07', '255', '256', '0')).toEqual(['7', '0', '255', '1', '2']);
    expect(foundations('a', '0', '1')).toEqual(['0', '1', '2']);
    const many = [...Array(256).keys()].map((n) => `f${n}`);
    expect(new Set(foundations(...many)).size).toBe(256);
  });

  it('more foundations than there are bytes go on above 255', () => {
    const table = openFoundations(noFoundations);
    const given = [...Array(300).keys()].map((n) => table.toJingle(`f${n}`));
    expect(given).toEqual([...Array(300).keys()]);
    expect(table.toJingle('f299')).toBe(299);
    expect(openFoundations(table.table()).toJingle('more')).toBe(300);
  });

  it('the table outlives the mapping: an answer goes on where it ended', () => {
    const offer = content({ transport: ice() });
    const first = acceptOf([offer], ...AUDIO, 'a=candidate:x 1 UDP 1 10.0.1.1 8998 typ host');
    expect(first.media.foundations.fromSip).toEqual([['x', 0]]);
    expect(first.media.candidateCount).toBe(1);
  });

  it('credentials stand on the transport, session level included', () => {
    const session = initiateXml(...CREDENTIALS, 'm=audio 5000 RTP/AVP 0');
    expect(session).toContain(`${ice().slice(0, -'></transport>'.length)}/>`);
  });

  it('remote candidates', () => {
    expect(initiateXml(...AUDIO, 'a=remote-candidates:1 192.0.2.3 1000')).toContain(
      "<remote-candidate component='1' ip='192.0.2.3' port='1000'/>",
    );
  });

  it('end-of-candidates, ice-options, ice-mismatch and ice-lite have no Jingle form', () => {
    const plain = initiateXml(...AUDIO);
    expect(
      initiateXml('a=ice-lite', 'a=ice-options:trickle', ...AUDIO, 'a=end-of-candidates', 'a=ice-mismatch'),
    ).toBe(plain);
  });

  it('ufrag or password alone is no ICE', () => {
    expect(initiateXml('m=audio 5000 RTP/AVP 0', 'a=ice-ufrag:8hhy')).toContain('raw-udp:1');
  });
});

describe('ice-udp - offered, answered without ICE', () => {
  const offer = content({ transport: ice(`<candidate ${HOST} protocol='udp' type='host'/>`) });

  it('one host candidate without credentials, and a transport-replace to raw UDP', () => {
    const accept = acceptOf([offer], 'm=audio 5000 RTP/AVP 0');
    expect(accept.children.map(text).join('')).toContain(
      "<transport xmlns='urn:xmpp:jingle:transports:ice-udp:1'><candidate component='1' foundation='0' generation='0' " +
        "id='c1' ip='192.0.2.9' network='0' port='5000' priority='2130706431' protocol='udp' type='host'/></transport>",
    );
    expect(accept.replaced.map(text)).toEqual([
      "<content creator='initiator' name='voice'><transport xmlns='urn:xmpp:jingle:transports:raw-udp:1'>" +
        "<candidate component='1' generation='0' id='c2' ip='192.0.2.9' port='5000'/></transport></content>",
    ]);
  });

  it('answered with ICE: no replacement', () => {
    expect(acceptOf([offer], ...AUDIO).replaced).toEqual([]);
    expect(acceptXml([offer], ...AUDIO)).toContain("ufrag='8hhy'");
  });
});
