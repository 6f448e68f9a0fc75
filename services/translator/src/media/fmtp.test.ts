import { describe, expect, it } from 'vitest';
import { content, initiateXml, offerLines, text, xml } from '../testing/media-world.ts';
import { fmtpText, parametersOf } from './fmtp.ts';

const parameters = (fmtp: string, codec = 'x'): string => parametersOf(fmtp, codec).map(text).join('');
const line = (children: string, codec = 'x'): string | undefined => {
  const { children: elements } = xml(`<p>${children}</p>`);
  return fmtpText(
    elements.filter((child) => typeof child !== 'string'),
    codec,
  );
};

describe('fmtp - both ways', () => {
  it.each([
    ['telephone-event', '0-15,66,70', "<parameter name='' value='0-15,66,70'/>"],
    ['speex', 'vbr=on; cng=on', "<parameter name='vbr' value='on'/><parameter name='cng' value='on'/>"],
    [
      'opus',
      'minptime=10; useinbandfec=1',
      "<parameter name='minptime' value='10'/><parameter name='useinbandfec' value='1'/>",
    ],
    ['rtx', 'apt=96', "<parameter name='apt' value='96'/>"],
    ['red', '96/96', "<parameter name='' value='96/96'/>"],
    [
      'H264',
      'profile-level-id=42e01f; sprop-parameter-sets=Z0IA,aM4=; packetization-mode=1',
      "<parameter name='profile-level-id' value='42e01f'/>" +
        "<parameter name='sprop-parameter-sets' value='Z0IA,aM4='/>" +
        "<parameter name='packetization-mode' value='1'/>",
    ],
    ['G729', 'annexb=no', "<parameter name='annexb' value='no'/>"],
  ])('%s: %s', (codec, fmtp, elements) => {
    expect(parameters(fmtp, codec)).toBe(elements);
    expect(line(elements, codec)).toBe(fmtp);
  });
});

describe('fmtp - SDP to Jingle', () => {
  it('semicolons with and without blanks; empty tokens dropped', () => {
    const both = "<parameter name='a' value='1'/><parameter name='b' value='2'/>";
    expect(parameters('a=1;b=2')).toBe(both);
    expect(parameters('a=1; b=2;')).toBe(both);
    expect(parameters(' a=1 ;; b = 2 ')).toBe(both);
  });

  it('commas only where every token is a pair', () => {
    expect(parameters('a=1,b=2')).toBe("<parameter name='a' value='1'/><parameter name='b' value='2'/>");
    expect(parameters('sprop-parameter-sets=Z0IA,aM4=')).toBe(
      "<parameter name='sprop-parameter-sets' value='Z0IA,aM4='/>",
    );
    expect(parameters('sprop=Z0IA==,aM4==')).toBe("<parameter name='sprop' value='Z0IA==,aM4=='/>");
    expect(parameters('a=1,b')).toBe("<parameter name='a' value='1,b'/>");
  });

  it('tokens without = beside pairs stay unnamed; without any pair the whole string does', () => {
    expect(parameters('a=1; flag')).toBe("<parameter name='a' value='1'/><parameter name='' value='flag'/>");
    expect(parameters('one; two')).toBe("<parameter name='' value='one; two'/>");
    expect(parameters('=x')).toBe("<parameter name='' value='=x'/>");
  });

  it('a value keeps its = and may be empty', () => {
    expect(parameters('a=b=c; d=')).toBe("<parameter name='a' value='b=c'/><parameter name='d' value=''/>");
  });

  it('the default event list of telephone-event needs no parameter', () => {
    expect(parameters('0-15', 'telephone-event')).toBe('');
    expect(parameters(' 0-16 ', 'Telephone-Event')).toBe('');
    expect(parameters('0-15', 'other')).toBe("<parameter name='' value='0-15'/>");
  });
});

describe('fmtp - Jingle to SDP', () => {
  it('no name, an empty name: the bare value; no value: the bare name', () => {
    expect(line("<parameter value='0-15'/>")).toBe('0-15');
    expect(line("<parameter name='' value='0-15'/>")).toBe('0-15');
    expect(line("<parameter name='flag'/>")).toBe('flag');
    expect(line("<parameter name='' value='a'/><parameter value='b'/>")).toBe('a; b');
    expect(line("<parameter name='d' value=''/>")).toBe('d=');
  });

  it('no parameters, or empty ones: no line', () => {
    expect(line('')).toBeUndefined();
    expect(line("<parameter/><parameter name='' value=''/>")).toBeUndefined();
  });

  it("telephone-event's list may be called events", () => {
    expect(line("<parameter name='events' value='0-11'/>", 'telephone-event')).toBe('0-11');
    expect(line("<parameter name='events' value='0-11'/>", 'x')).toBe('events=0-11');
  });
});

describe('fmtp - lines', () => {
  it('two lines of one id become one list', () => {
    expect(
      initiateXml('m=audio 5000 RTP/AVP 96', 'a=rtpmap:96 x/8000', 'a=fmtp:96 a=1', 'a=fmtp:96 b=2; a=3'),
    ).toContain(
      "<parameter name='a' value='1'/><parameter name='b' value='2'/><parameter name='a' value='3'/></payload-type>",
    );
  });

  it('a line for an id that is no format is ignored; a static one may have it', () => {
    const children = initiateXml('m=audio 5000 RTP/AVP 18', 'a=fmtp:18 annexb=no', 'a=fmtp:99 x=y');
    expect(children).toContain("<parameter name='annexb' value='no'/>");
    expect(children).not.toContain("'x'");
  });

  it('stands behind the rtpmap of its payload type', () => {
    const description =
      "<payload-type id='18'><parameter name='annexb' value='no'/></payload-type><payload-type id='0'/>";
    expect(offerLines(content({ description })).slice(-3)).toEqual([
      'a=rtpmap:18 G729/8000',
      'a=fmtp:18 annexb=no',
      'a=rtpmap:0 PCMU/8000',
    ]);
  });
});
