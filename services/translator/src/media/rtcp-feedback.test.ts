import { describe, expect, it } from 'vitest';
import { acceptXml, answerLines, content, initiateXml, offerLines } from '../testing/media-world.ts';

const NS = "xmlns='urn:xmpp:jingle:apps:rtp:rtcp-fb:0'";
const VP8 = ['m=video 5000 RTP/AVPF 96', 'a=rtpmap:96 VP8/90000'];
const fb = (lines: string[]): string[] => lines.filter((line) => line.startsWith('a=rtcp-fb'));

describe('rtcp-fb - both ways', () => {
  it.each([
    ['a=rtcp-fb:96 nack pli', `<rtcp-fb ${NS} type='nack' subtype='pli'/>`],
    ['a=rtcp-fb:96 goog-remb', `<rtcp-fb ${NS} type='goog-remb'/>`],
    ['a=rtcp-fb:96 trr-int 100', `<rtcp-fb-trr-int ${NS} value='100'/>`],
    [
      'a=rtcp-fb:96 ccm tmmbr smaxpr=120',
      `<rtcp-fb ${NS} type='ccm' subtype='tmmbr'><parameter name='smaxpr' value='120'/></rtcp-fb>`,
    ],
  ])('%s is in its payload type', (line, element) => {
    expect(initiateXml(...VP8, line)).toContain(`clockrate='90000'>${element}</payload-type>`);
    const description = `<payload-type id='96' name='VP8'>${element}</payload-type>`;
    expect(fb(offerLines(content({ media: 'video', description })))).toEqual([line]);
  });

  it.each([
    ['a=rtcp-fb:* nack', `<rtcp-fb ${NS} type='nack'/>`],
    ['a=rtcp-fb:* trr-int 0', `<rtcp-fb-trr-int ${NS} value='0'/>`],
  ])('%s is a child of the description', (line, element) => {
    expect(initiateXml(...VP8, line)).toContain(
      `<payload-type id='96' name='VP8' clockrate='90000'/>${element}`,
    );
    const description = `<payload-type id='96' name='VP8'/>${element}`;
    expect(fb(offerLines(content({ media: 'video', description })))).toEqual([line]);
  });
});

describe('rtcp-fb - profile with feedback', () => {
  it('AVPF without rtcp-fb: trr-int 0 keeps it known', () => {
    expect(initiateXml(...VP8)).toContain(`<rtcp-fb-trr-int ${NS} value='0'/>`);
    expect(initiateXml('m=audio 5000 RTP/AVP 0')).not.toContain('trr-int');
  });

  it('a malformed element, or one of another namespace, is dropped', () => {
    const description =
      `<payload-type id='96' name='VP8'><rtcp-fb ${NS}/><rtcp-fb ${NS} type='a b'/><rtcp-fb type='nack'/>` +
      `<rtcp-fb-trr-int ${NS} value='soon'/></payload-type>`;
    expect(offerLines(content({ media: 'video', description }))).toContain('m=video 5000 RTP/AVP 96');
  });
});

describe('rtcp-fb - answer', () => {
  const offered = [...VP8, 'a=rtcp-fb:96 nack pli', 'a=rtcp-fb:* ccm fir'];
  const payload = (children: string) => `<payload-type id='96' name='VP8'>${children}</payload-type>`;

  it('from XMPP: a subset, what was not offered is dropped', () => {
    const nackPli = `<rtcp-fb ${NS} type='nack' subtype='pli'/>`;
    const fir = `<rtcp-fb ${NS} type='ccm' subtype='fir'/>`;
    const description = payload(`${nackPli}<rtcp-fb ${NS} type='nack'/>${fir}`).concat(nackPli);
    const accept = content({ attrs: "creator='initiator' name='video'", media: 'video', description });
    expect(fb(answerLines(offered, accept))).toEqual(['a=rtcp-fb:96 nack pli', 'a=rtcp-fb:96 ccm fir']);
  });

  it('from SIP: a subset, what was not offered is dropped', () => {
    const description = payload(`<rtcp-fb ${NS} type='nack' subtype='pli'/>`);
    const accept = acceptXml(
      [content({ media: 'video', description })],
      ...VP8,
      'a=rtcp-fb:96 nack pli',
      'a=rtcp-fb:96 goog-remb',
    );
    expect(accept.match(/<rtcp-fb[^>]*>/g)).toEqual([`<rtcp-fb ${NS} type='nack' subtype='pli'/>`]);
  });
});
