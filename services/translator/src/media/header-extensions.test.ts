import { describe, expect, it } from 'vitest';
import { acceptXml, answerLines, content, initiateXml, offerLines } from '../testing/media-world.ts';

const NS = "xmlns='urn:xmpp:jingle:apps:rtp:rtp-hdrext:0'";
const AUDIO = 'm=audio 5000 RTP/AVP 0';
const URI = 'urn:ietf:params:rtp-hdrext:ssrc-audio-level';
const extensions = (lines: string[]): string[] => lines.filter((line) => line.startsWith('a=extmap'));
const hdrext = (attrs: string, children = '') =>
  children === '' ? `<rtp-hdrext ${NS} ${attrs}/>` : `<rtp-hdrext ${NS} ${attrs}>${children}</rtp-hdrext>`;
const withExtension = (element: string) => content({ description: `<payload-type id='0'/>${element}` });

describe('extmap - both ways', () => {
  it('absent direction: senders omitted', () => {
    expect(initiateXml(AUDIO, `a=extmap:1 ${URI}`)).toContain(hdrext(`id='1' uri='${URI}'`));
    expect(extensions(offerLines(withExtension(hdrext(`id='1' uri='${URI}'`))))).toEqual([
      `a=extmap:1 ${URI}`,
    ]);
  });

  it('direction by the role of whom the SDP describes', () => {
    // The SIP party initiates: its sendonly is the initiator's.
    expect(initiateXml(AUDIO, `a=extmap:1/sendonly ${URI}`)).toContain("senders='initiator'");
    expect(initiateXml(AUDIO, `a=extmap:1/recvonly ${URI}`)).toContain("senders='responder'");
    expect(initiateXml(AUDIO, `a=extmap:1/inactive ${URI}`)).toContain("senders='none'/><");
    expect(extensions(offerLines(withExtension(hdrext(`id='1' uri='${URI}' senders='initiator'`))))).toEqual([
      `a=extmap:1/sendonly ${URI}`,
    ]);
  });

  it('attributes: pairs have a value, others a name only', () => {
    const children = "<parameter name='a' value='b'/><parameter name='25@600/24'/>";
    expect(initiateXml(AUDIO, `a=extmap:1 ${URI} a=b 25@600/24`)).toContain(
      hdrext(`id='1' uri='${URI}'`, children),
    );
    expect(extensions(offerLines(withExtension(hdrext(`id='1' uri='${URI}'`, children))))).toEqual([
      `a=extmap:1 ${URI} a=b 25@600/24`,
    ]);
  });

  it('ids 1–255 and 4096–4351; the first of an id counts; others are dropped', () => {
    const bad = ["id='0'", "id='256'", "id='4095'", "id='4352'", "id='x'", '']
      .map((id) => hdrext(`${id} uri='urn:x'`))
      .join('');
    const good = ['1', '255', '4096', '4351', '1'].map((id) => hdrext(`id='${id}' uri='urn:y'`)).join('');
    const noUri = hdrext("id='2'") + hdrext("id='3' uri='two words'");
    expect(extensions(offerLines(withExtension(bad + good + noUri)))).toEqual([
      'a=extmap:1 urn:y',
      'a=extmap:255 urn:y',
      'a=extmap:4096 urn:y',
      'a=extmap:4351 urn:y',
    ]);
  });
});

describe('extmap-allow-mixed', () => {
  const element = `<extmap-allow-mixed ${NS}/>`;
  it('session level in SDP, in every description in Jingle', () => {
    const [first = '', second = ''] = ['a', 'b'].map((name) =>
      content({
        attrs: `creator='initiator' name='${name}'`,
        description: `<payload-type id='0'/>${element}`,
      }),
    );
    const lines = offerLines(first, second);
    expect(lines.indexOf('a=extmap-allow-mixed')).toBeLessThan(
      lines.findIndex((line) => line.startsWith('m=')),
    );
    expect(extensions(lines)).toHaveLength(1);
    const both = initiateXml('a=extmap-allow-mixed', AUDIO, 'm=audio 6000 RTP/AVP 0');
    expect(both.split(element)).toHaveLength(3);
  });

  it('media level where not all have it', () => {
    const plain = content({ attrs: "creator='initiator' name='b'" });
    const lines = offerLines(withExtension(element), plain);
    expect(lines.indexOf('a=extmap-allow-mixed')).toBeGreaterThan(
      lines.findIndex((line) => line.startsWith('m=')),
    );
  });

  it('is answered only where it was offered', () => {
    const accept = withExtension(element).replace('voice', 'audio');
    expect(answerLines([AUDIO], accept)).not.toContain('a=extmap-allow-mixed');
    expect(answerLines([AUDIO, 'a=extmap-allow-mixed'], accept)).toContain('a=extmap-allow-mixed');
  });
});

describe('extmap - answer', () => {
  it('from XMPP: a subset; both may be narrowed, a one-way extension may not be turned', () => {
    const offer = [
      AUDIO,
      'a=extmap:1 urn:a',
      'a=extmap:2/sendonly urn:b',
      'a=extmap:3/sendonly urn:c',
      'a=extmap:6/recvonly urn:f',
    ];
    const accept = content({
      attrs: "creator='initiator' name='audio'",
      description:
        "<payload-type id='0'/>" +
        hdrext("id='1' uri='urn:a' senders='initiator'") +
        hdrext("id='2' uri='urn:b' senders='initiator'") +
        hdrext("id='3' uri='urn:c' senders='responder'") +
        hdrext("id='4' uri='urn:d'") +
        hdrext("id='5' uri='urn:a'") +
        hdrext("id='6' uri='urn:f' senders='responder'"),
    });
    expect(extensions(answerLines(offer, accept))).toEqual([
      'a=extmap:1/recvonly urn:a',
      'a=extmap:2/recvonly urn:b',
      'a=extmap:6/sendonly urn:f',
    ]);
  });

  it('from SIP: a subset', () => {
    const offer = withExtension(hdrext("id='1' uri='urn:a'"));
    const accept = acceptXml(
      [offer],
      AUDIO,
      'a=extmap:1/sendonly urn:a',
      'a=extmap:2 urn:b',
      'a=extmap:1 urn:c',
    );
    expect(accept.match(/<rtp-hdrext[^>]*>/g)).toEqual([hdrext("id='1' uri='urn:a' senders='responder'")]);
  });
});
