import { describe, expect, it } from 'vitest';
import { content, initiateXml, offerLines } from '../testing/media-world.ts';
import { staticRtpmap } from './static-payloads.ts';

const formats = (...payloads: string[]): string[] =>
  offerLines(content({ description: payloads.join('') })).filter((line) =>
    /^m=|^a=(rtpmap|m?a?x?ptime)/.test(line),
  );
const payloadsOf = (...lines: string[]): string[] =>
  initiateXml(...lines).match(/<payload-type[^>]*>/g) ?? [];

describe('payload types - Jingle to SDP', () => {
  it('document order is the order of formats and rtpmaps', () => {
    expect(
      formats(
        "<payload-type id='96' name='speex' clockrate='16000'/>",
        "<payload-type id='8' name='PCMA' clockrate='8000'/>",
        "<payload-type id='0' name='PCMU' clockrate='8000'/>",
      ),
    ).toEqual([
      'm=audio 5000 RTP/AVP 96 8 0',
      'a=rtpmap:96 speex/16000',
      'a=rtpmap:8 PCMA/8000',
      'a=rtpmap:0 PCMU/8000',
    ]);
  });

  it('channels: omitted when 1, given when more', () => {
    expect(
      formats(
        "<payload-type id='111' name='opus' clockrate='48000' channels='2'/>",
        "<payload-type id='97' name='iLBC' clockrate='8000' channels='1'/>",
      ).slice(1),
    ).toEqual(['a=rtpmap:111 opus/48000/2', 'a=rtpmap:97 iLBC/8000']);
  });

  it('static without clockrate or name: from the table, rtpmap emitted anyway', () => {
    expect(
      formats(
        "<payload-type id='18' name='G729'/>",
        "<payload-type id='10'/>",
        "<payload-type id='9'/>",
      ).slice(1),
    ).toEqual(['a=rtpmap:18 G729/8000', 'a=rtpmap:10 L16/44100/2', 'a=rtpmap:9 G722/8000']);
  });

  it('dynamic without clockrate: 8000 for audio, 90000 for video', () => {
    const payload = "<payload-type id='99' name='x'/>";
    expect(formats(payload)[1]).toBe('a=rtpmap:99 x/8000');
    expect(offerLines(content({ media: 'video', description: payload }))).toContain('a=rtpmap:99 x/90000');
  });

  it('dynamic without a name is dropped; of a repeated id the first wins; bad ids are dropped', () => {
    expect(
      formats(
        "<payload-type id='100'/>",
        "<payload-type id='101' name='a'/>",
        "<payload-type id='101' name='b'/>",
        "<payload-type id='128' name='c'/>",
        "<payload-type id='-1' name='d'/>",
        "<payload-type id='0x1' name='e'/>",
        "<payload-type name='f'/>",
        "<payload-type id='102' name='two words'/>",
        "<payload-type id='103' name='a/b'/>",
      ),
    ).toEqual(['m=audio 5000 RTP/AVP 101', 'a=rtpmap:101 a/8000']);
  });

  it('spelling of names is kept, compared without case', () => {
    expect(formats("<payload-type id='0' name='pcmu'/>")[1]).toBe('a=rtpmap:0 pcmu/8000');
  });

  it('ptime of the first payload type that has one; the largest maxptime', () => {
    expect(
      formats(
        "<payload-type id='8' maxptime='30'/>",
        "<payload-type id='0' ptime='20' maxptime='60'/>",
        "<payload-type id='3' ptime='30' maxptime='x'/>",
      ).slice(4),
    ).toEqual(['a=ptime:20', 'a=maxptime:60']);
  });

  it('media is guessed from the codecs where nobody says it', () => {
    const silent = (payload: string) =>
      offerLines(content({ description: payload }).replace(" media='audio'", '')).find((line) =>
        line.startsWith('m='),
      );
    expect(silent("<payload-type id='96' name='vp8'/>")).toMatch(/^m=video /);
    expect(silent("<payload-type id='96' name='opus'/>")).toMatch(/^m=audio /);
  });
});

describe('payload types - SDP to Jingle', () => {
  it('format order is document order, whatever the order of rtpmaps', () => {
    expect(
      payloadsOf(
        'm=audio 5000 RTP/AVP 96 97 18',
        'a=rtpmap:18 G729',
        'a=rtpmap:97 speex/8000',
        'a=rtpmap:96 opus/48000/2',
      ),
    ).toEqual([
      "<payload-type id='96' name='opus' clockrate='48000' channels='2'/>",
      "<payload-type id='97' name='speex' clockrate='8000'/>",
      "<payload-type id='18' name='G729' clockrate='8000'/>",
    ]);
  });

  it.each([
    [0, 'PCMU', 8000],
    [3, 'GSM', 8000],
    [4, 'G723', 8000],
    [5, 'DVI4', 8000],
    [6, 'DVI4', 16000],
    [7, 'LPC', 8000],
    [8, 'PCMA', 8000],
    [9, 'G722', 8000],
    [11, 'L16', 44100],
    [12, 'QCELP', 8000],
    [13, 'CN', 8000],
    [14, 'MPA', 90000],
    [15, 'G728', 8000],
    [16, 'DVI4', 11025],
    [17, 'DVI4', 22050],
    [18, 'G729', 8000],
    [25, 'CelB', 90000],
    [26, 'JPEG', 90000],
    [28, 'nv', 90000],
    [31, 'H261', 90000],
    [32, 'MPV', 90000],
    [33, 'MP2T', 90000],
    [34, 'H263', 90000],
  ])('static %d without rtpmap is %s/%d', (id, name, clock) => {
    expect(payloadsOf(`m=audio 5000 RTP/AVP ${id}`)).toEqual([
      `<payload-type id='${id}' name='${name}' clockrate='${clock}'/>`,
    ]);
    expect(staticRtpmap(id)).toEqual({ payload: id, name, clockRate: clock });
  });

  it('static 10 has two channels', () => {
    expect(payloadsOf('m=audio 5000 RTP/AVP 10')).toEqual([
      "<payload-type id='10' name='L16' clockrate='44100' channels='2'/>",
    ]);
  });

  it('a dynamic id without rtpmap is dropped', () => {
    expect(payloadsOf('m=audio 5000 RTP/AVP 96 0', 'a=rtpmap:0 PCMU/8000')).toHaveLength(1);
  });

  it('ptime and maxptime stand on every payload type', () => {
    expect(payloadsOf('m=audio 5000 RTP/AVP 0 8', 'a=ptime:20', 'a=maxptime:60')).toEqual([
      "<payload-type id='0' name='PCMU' clockrate='8000' ptime='20' maxptime='60'/>",
      "<payload-type id='8' name='PCMA' clockrate='8000' ptime='20' maxptime='60'/>",
    ]);
  });
});

describe('bandwidth', () => {
  it('b= and <bandwidth/>, several, after the payload types', () => {
    expect(initiateXml('m=audio 5000 RTP/AVP 0', 'b=AS:64', 'b=TIAS:64000')).toContain(
      "<payload-type id='0' name='PCMU' clockrate='8000'/>" +
        "<bandwidth type='AS'>64</bandwidth><bandwidth type='TIAS'>64000</bandwidth>",
    );
    const description =
      "<payload-type id='0'/><bandwidth type='AS'> 64 </bandwidth><bandwidth type='CT' value='9'/>";
    const lines = offerLines(content({ description }));
    expect(lines.slice(6, 8)).toEqual(['b=AS:64', 'b=CT:9']);
  });

  it('a value that is no number, or a type that is no token, is dropped', () => {
    const description =
      "<payload-type id='0'/><bandwidth type='AS'>fast</bandwidth><bandwidth type='A:S'>1</bandwidth>";
    expect(offerLines(content({ description })).filter((line) => line.startsWith('b='))).toEqual([]);
  });
});
