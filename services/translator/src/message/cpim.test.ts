import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpimBody, readCpim } from './cpim.ts';

const lines = (...all: string[]): string => all.join('\r\n');

describe('cpim', () => {
  it('cpim - headers, and the body inside by its own type (RFC 3862)', () => {
    const read = readCpim(
      lines(
        'From: MR SANDERS <im:piglet@100akerwood.com>',
        'To: Depressed Donkey <im:eeyore@100akerwood.com>',
        'DateTime: 2000-12-13T13:40:00-08:00',
        'Subject: the weather will be fine today',
        'Subject:;lang=fr beau temps',
        'NS: MyFeatures <mid:MessageFeatures@id.foo.com>',
        '',
        'Content-type: text/xml; charset=utf-8',
        'Content-ID: <1234567890@foo.com>',
        '',
        '<body>',
        'Here',
      ),
    );
    expect(read).toEqual({
      from: { name: 'MR SANDERS', uri: 'im:piglet@100akerwood.com' },
      dateTime: '2000-12-13T13:40:00-08:00',
      subject: 'the weather will be fine today',
      unknown: [],
      body: {
        contentType: 'text/xml; charset=utf-8',
        content: '<body>\r\nHere',
        encoding: 'utf8',
      },
    });
  });

  it('cpim - what is asked for, under whatever prefix the namespace has (RFC 5438 §6)', () => {
    const asked = (...headers: string[]) =>
      readCpim(lines('From: <sip:a@b>', ...headers, '', 'Content-Type: text/plain', '', 'x'))?.asked;
    expect(
      asked(
        'NS: x <urn:ietf:params:imdn>',
        'x.Message-ID: 7',
        'X.Disposition-Notification: Positive-Delivery, display;a=b',
      ),
    ).toEqual({ messageId: '7', dispositions: { delivery: true, failure: false, display: true } });
    const bare = ['Message-ID: 8', 'Disposition-Notification: display'];
    const prefixed = bare.map((header) => `imdn.${header}`);
    expect(asked('NS: <urn:ietf:params:imdn>', ...bare)?.messageId).toBe('8');
    expect(asked(...prefixed)).toBeUndefined();
    expect(asked('NS: imdn <urn:other>', ...prefixed)).toBeUndefined();
    expect(asked('NS: imdn <urn:ietf:params:imdn>', ...prefixed)?.messageId).toBe('8');
    expect(asked('NS: imdn <urn:ietf:params:imdn>', 'imdn.Message-ID: 8')).toBeUndefined();
    expect(asked('NS: imdn <urn:ietf:params:imdn>', `imdn.${bare[1]}`)).toBeUndefined();
  });

  it('cpim - how the sender calls itself (RFC 3862 §4.1)', () => {
    const from = (value: string) =>
      readCpim(lines(`From: ${value}`, '', 'Content-Type: text/plain', '', 'x'))?.from;
    expect(from('"Dr. \\"Romeo\\"" <sip:a@b>')).toEqual({ name: 'Dr. "Romeo"', uri: 'sip:a@b' });
    expect(from('Romeo M<sip:a@b>')).toEqual({ name: 'Romeo M', uri: 'sip:a@b' });
    for (const none of ['<sip:a@b>', 'sip:a@b', 'Romeo <>', 'Romeo <a', 'Romeo >a<']) {
      expect(from(none)).toBeUndefined();
    }
  });

  it('cpim - a header that must be understood and is not', () => {
    const unknown = (require: string) =>
      readCpim(lines('From: <sip:a@b>', `Require: ${require}`, '', 'Content-Type: text/plain', '', 'x'))
        ?.unknown;
    expect(unknown('Subject, To')).toEqual([]);
    expect(unknown('MyFeatures.VitalMessageOption')).toEqual(['myfeatures.vitalmessageoption']);
  });

  it.each([
    ['nothing', ''],
    ['no headers', '\r\n\r\nx'],
    ['a header line that is none', 'From: a\r\nwhat\r\n\r\n\r\nx'],
    ['a coding that is none', lines('From: a', '', 'Content-Transfer-Encoding: base64', '', '=')],
    ['a coding that is not known', lines('From: a', '', 'Content-Transfer-Encoding: x', '', 'y')],
    ['headers without end', 'a: b\r\n'.repeat(100)],
  ])('cpim - not read: %s', (_, text) => {
    expect(readCpim(text)).toBeUndefined();
  });

  it('cpim - bare line ends, base64 inside, escapes in the subject', () => {
    const text = 'From: a\nSubject: \\u00fcber \\"x\\"\n\nContent-Transfer-Encoding: base64\n\nSGVs\nbG8=';
    expect(readCpim(text)).toMatchObject({
      subject: 'über "x"',
      body: { contentType: 'text/plain', content: 'Hello', encoding: 'utf8' },
    });
  });

  it('cpim - what is written reads back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.boolean(), (content, display) => {
        const dispositions = { delivery: true, failure: !display, display };
        const body = cpimBody(
          {
            fromUri: 'sip:a@b;gr=x',
            toUri: 'sip:c@d',
            at: 1,
            messageId: 'abc',
            dispositions,
            contentType: 'text/plain',
          },
          content,
        );
        expect(body.contentType).toBe('message/cpim');
        expect(readCpim(body.content)).toMatchObject({
          asked: { messageId: 'abc', dispositions },
          dateTime: '1970-01-01T00:00:00.001Z',
          body: { contentType: 'text/plain', content },
        });
      }),
    );
  });
});
