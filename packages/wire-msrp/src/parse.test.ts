import { expect, test } from 'vitest';
import { MsrpFramer } from './framer.ts';
import { type MsrpParseResult, parseMsrpFrame } from './parse.ts';
import { endsInside, msrpResponseTo, serializeMsrpRequest, serializeMsrpResponse } from './serialize.ts';
import { MSRP_SAMPLES, MSRP_TORTURE } from './testing/samples.ts';
import { formatMsrpUri, parseMsrpUri } from './uri.ts';
import { encodeUtf8 } from './utf8.ts';

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));

function parseOne(bytes: Uint8Array): MsrpParseResult | 'close' {
  const [event] = new MsrpFramer().push(bytes);
  if (event?.type === 'fault') return 'close';
  if (event === undefined) throw new Error('no chunk');
  return parseMsrpFrame(event.frame);
}

const parsed = MSRP_SAMPLES.map((text) => parseOne(latin1(text)));

const requestOf = (at: number) => {
  const result = parsed[at];
  if (typeof result !== 'object' || !result.ok || result.kind !== 'request') throw new Error('no request');
  return result.message;
};

test('msrp parse - a SEND', () => {
  expect(requestOf(0)).toEqual({
    transactionId: 'd93kswow',
    method: 'SEND',
    toPath: [
      { scheme: 'msrp', host: 'bob.example.com', port: 8888, sessionId: '9di4eae923wzd', transport: 'tcp' },
    ],
    fromPath: [
      { scheme: 'msrp', host: 'alice.example.com', port: 7777, sessionId: 'iau39soe2843z', transport: 'tcp' },
    ],
    headers: [],
    messageId: '12339sdqwer',
    byteRange: { start: 1, end: 16, total: 16 },
    wantsSuccessReport: false,
    failureReport: 'yes',
    contentType: 'text/plain',
    body: encodeUtf8("Hi, I'm Alice!\r\n"),
    flag: '$',
  });
});

test('msrp parse - reports, ranges that are not known, bodies that are not there', () => {
  expect(requestOf(2)).toMatchObject({ method: 'REPORT', status: { code: 200, comment: 'OK' } });
  expect(requestOf(3)).toMatchObject({
    byteRange: { start: 1, end: undefined, total: 8 },
    wantsSuccessReport: true,
    failureReport: 'no',
    flag: '+',
  });
  expect(requestOf(4).failureReport).toBe('partial');
  expect(requestOf(5)).not.toHaveProperty('body');
  expect(requestOf(6).body).toEqual(new Uint8Array(0));
  expect(requestOf(10)).toMatchObject({
    byteRange: { start: 9, end: undefined, total: undefined },
    flag: '#',
  });
});

test('msrp parse - names in any case, IPv6, several hops, other headers, any bytes', () => {
  const message = requestOf(7);
  expect(message.toPath).toEqual([
    {
      scheme: 'msrps',
      host: '2001:db8::9',
      port: 9,
      sessionId: 's+/=',
      transport: 'tcp',
      parameters: ['a=b'],
    },
  ]);
  expect(message.fromPath.map(({ user, host }) => [user, host])).toEqual([
    ['u', 'h.example'],
    [undefined, 'h'],
  ]);
  expect(message.headers).toEqual([{ name: 'X-Own', value: 'ü' }]);
  expect(message.body).toEqual(latin1('\xff\xfe\0\r\n-------other$\r\n-------a=b%c.d-\r\n-------a=b%c.d-+x'));
});

test('msrp parse - a response', () => {
  expect(parsed[8]).toMatchObject({ kind: 'response', message: { code: 413, comment: 'Message Too Large' } });
});

test.each(MSRP_TORTURE)('msrp parse - refused: %s', (_name, text, owed) => {
  const result = parseOne(latin1(text));
  if (result === 'close') {
    expect(owed).toBe('close');
    return;
  }
  expect(result).toMatchObject({ ok: false });
  if (result.ok) return;
  expect(result.fault.status ?? 'drop').toBe(owed);
  expect(result.fault.answerable === undefined).toBe(owed === 'drop');
});

test('msrp serialize - what is accepted is the same when it was written', () => {
  for (const result of parsed) {
    if (typeof result !== 'object' || !result.ok) throw new Error('refused');
    const bytes =
      result.kind === 'request'
        ? serializeMsrpRequest(result.message)
        : serializeMsrpResponse(result.message);
    expect(parseOne(bytes)).toEqual(result);
  }
});

test('msrp serialize - no value starts a line of its own', () => {
  const headers = [{ name: 'X', value: 'a\r\nY: b' }];
  const text = new TextDecoder().decode(
    serializeMsrpRequest({ ...requestOf(0), headers, contentType: 'a/b\r\nZ: c' }),
  );
  expect(text).toContain('\r\nX: aY: b\r\n');
  expect(text).toContain('\r\nContent-Type: a/bZ: c\r\n');
});

test('msrp serialize - a response to a SEND goes one hop, to another request the whole path', () => {
  const answerable = { ...requestOf(7), method: 'SEND' };
  expect(msrpResponseTo(answerable, 200)).toMatchObject({ toPath: [{ host: 'h.example' }], comment: 'OK' });
  expect(msrpResponseTo({ ...answerable, method: 'AUTH' }, 501).toPath).toHaveLength(2);
});

test('msrp serialize - an id that would end the chunk inside its body is seen', () => {
  expect(endsInside(encodeUtf8('a\r\n-------abcd$\r\n'), 'abcd')).toBe(true);
  expect(endsInside(encodeUtf8('-------abcd'), 'abcd')).toBe(true);
  expect(endsInside(encodeUtf8('------abcd dddd'), 'abcd')).toBe(false);
});

test.each([
  'msrp://h:1/s;tcp',
  'msrps://[::1]/s;tcp',
  'msrp://u@192.0.2.1:2855/a+b=/c;tcp;x;y=z',
  'msrp://relay.example:9;tcp',
])('msrp uri - %s is written as it was read', (text) => {
  const uri = parseMsrpUri(text);
  expect(uri && formatMsrpUri(uri)).toBe(text);
});

test.each([
  '',
  'msrp://h:1/s',
  'msrp:h:1/s;tcp',
  'msrp://:1/s;tcp',
  'msrp://h:0/s;tcp',
  'msrp://h:99999/s;tcp',
  'msrp://[192.0.2.1]:1/s;tcp',
  'msrp://h:1/s s;tcp',
  'msrp://h:1/;tcp',
  'msrp://h:1/s;',
  'sip://h:1/s;tcp',
])('msrp uri - refused: "%s"', (text) => {
  expect(parseMsrpUri(text)).toBeUndefined();
});
