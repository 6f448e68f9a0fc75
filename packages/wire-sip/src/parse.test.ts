import { describe, expect, test } from 'vitest';
import { DEFAULT_SIP_LIMITS } from './limits.ts';
import { parseSipMessage } from './parse.ts';
import { encodeUtf8 } from './utf8.ts';

const BASE = {
  start: 'OPTIONS sip:b@example.com SIP/2.0',
  via: 'Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1',
  from: 'From: <sip:a@example.org>;tag=f',
  to: 'To: <sip:b@example.com>',
  callId: 'Call-ID: c1',
  cseq: 'CSeq: 1 OPTIONS',
};

type Part = keyof typeof BASE;

const bytesOf = (change: Partial<Record<Part, string>>, more: readonly string[] = [], body = '') =>
  encodeUtf8(
    `${[...Object.values({ ...BASE, ...change }).filter((line) => line !== ''), ...more].join('\r\n')}\r\n\r\n${body}`,
  );

const parse = (change: Partial<Record<Part, string>>, more: readonly string[] = [], body = '') =>
  parseSipMessage(bytesOf(change, more, body));

function requestOf(change: Partial<Record<Part, string>>, more: readonly string[] = [], body = '') {
  const result = parse(change, more, body);
  if (!result.ok) throw new Error(result.fault.phrase);
  if (result.kind !== 'request') throw new Error('a response');
  return result.message;
}

const statusOf = (result: ReturnType<typeof parse>) => (result.ok ? 'ok' : result.fault.status);

test('parse - a plain request', () => {
  expect(requestOf({})).toEqual({
    method: 'OPTIONS',
    requestUri: 'sip:b@example.com',
    maxForwards: 70,
    vias: ['SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1'],
    from: { uri: 'sip:a@example.org', params: { tag: 'f' } },
    to: { uri: 'sip:b@example.com', params: {} },
    callId: 'c1',
    cseq: { number: 1, method: 'OPTIONS' },
    contacts: [],
    recordRoutes: [],
    headers: {},
    body: undefined,
  });
});

test('parse - every compact form', () => {
  const letters = 'a b d e j k n o r s u x y'.split(' ');
  const message = requestOf(
    { via: 'v: SIP/2.0/UDP h', from: 'f: <sip:a@b>', to: 't: <sip:c@d>', callId: 'i: z' },
    [...letters.map((letter) => `${letter}: 1`), 'm: <sip:m@m>', 'c: text/plain', 'l: 2'],
    'hi',
  );
  expect(Object.keys(message.headers)).toEqual([
    ...['accept-contact', 'referred-by', 'request-disposition', 'content-encoding', 'reject-contact'],
    ...['supported', 'identity-info', 'event', 'refer-to', 'subject', 'allow-events', 'session-expires'],
    'identity',
  ]);
  expect(message.contacts[0]?.uri).toBe('sip:m@m');
  expect(message.body).toEqual({ contentType: 'text/plain', content: 'hi', encoding: 'utf8' });
});

test('parse - header names that are properties of every object do no harm', () => {
  const message = requestOf({}, ['__proto__: x', 'constructor: y', 'toString: z', 'hasOwnProperty: w']);
  expect(message.headers).toEqual({ constructor: ['y'], tostring: ['z'], hasownproperty: ['w'] });
  expect(Object.getPrototypeOf(message.headers)).toBeNull();
  expect(requestOf({ from: 'From: <sip:a@b>;__proto__=x;constructor=y' }).from.params).toEqual({
    constructor: 'y',
  });
});

test('parse - repeated headers keep their order, values are left unsplit', () => {
  expect(requestOf({}, ['Supported: a, b', 'X-One: 1', 'k: c']).headers).toEqual({
    supported: ['a, b', 'c'],
    'x-one': ['1'],
  });
});

test('parse - comma-joined Via, Contact and Record-Route are split outside quotes and brackets', () => {
  const message = requestOf({ via: 'Via: SIP/2.0/UDP a;branch=1 , SIP/2.0/TCP b:5061;x="p,q"' }, [
    'Record-Route: <sip:p1;lr>,<sip:p2,5;lr>',
    'Record-Route: <sip:p3>',
    'Contact: "Doe, John" <sip:j@h;a=1,2>;q=0.5, sip:k@h;q=0.1',
  ]);
  expect(message.vias).toEqual(['SIP/2.0/UDP a;branch=1', 'SIP/2.0/TCP b:5061;x="p,q"']);
  expect(message.recordRoutes).toEqual(['<sip:p1;lr>', '<sip:p2,5;lr>', '<sip:p3>']);
  expect(message.contacts).toEqual([
    { displayName: 'Doe, John', uri: 'sip:j@h;a=1,2', params: { q: '0.5' } },
    { uri: 'sip:k@h', params: { q: '0.1' } },
  ]);
});

test('parse - Contact: *', () => {
  expect(requestOf({}, ['Contact: *']).contacts).toEqual([{ uri: '*', params: {} }]);
});

test('parse - raw UTF-8 in the user, in a display name and in other headers', () => {
  const message = requestOf(
    { start: 'OPTIONS sip:jürgen@example.com SIP/2.0', from: 'From: Jürgen <sip:ü@b>' },
    ['Subject: Grüße 🎉'],
  );
  expect(message.requestUri).toBe('sip:jürgen@example.com');
  expect(message.from).toEqual({ displayName: 'Jürgen', uri: 'sip:ü@b', params: {} });
  expect(message.headers.subject).toEqual(['Grüße 🎉']);
});

test('parse - a head that is not UTF-8 is read as Latin-1', () => {
  const bytes = bytesOf({ from: 'From: J?rgen <sip:a@b>' });
  bytes[bytes.indexOf(63)] = 0xfc;
  const result = parseSipMessage(bytes);
  expect(result.ok && result.message.from.displayName).toBe('Jürgen');
});

test('parse - CRLFs before the start line are ignored', () => {
  const bytes = encodeUtf8(`\r\n\r\n${new TextDecoder().decode(bytesOf({}))}`);
  expect(parseSipMessage(bytes).ok).toBe(true);
});

describe('parse - body', () => {
  const text = ['Content-Type: text/plain'];

  test('absent Content-Length: to the end of the datagram', () => {
    expect(requestOf({}, text, 'all of it').body?.content).toBe('all of it');
  });

  test('counts bytes, not characters; a surplus is ignored', () => {
    expect(requestOf({}, [...text, 'Content-Length: 12'], 'приветJUNK').body?.content).toBe('привет');
  });

  test('larger than the datagram: 400', () => {
    expect(statusOf(parse({}, [...text, 'Content-Length: 5'], 'four'))).toBe(400);
  });

  test('repeated with one value is one; with two values 400', () => {
    expect(requestOf({}, [...text, 'l: 2', 'Content-Length: 2'], 'four').body?.content).toBe('fo');
    expect(statusOf(parse({}, [...text, 'l: 2', 'l: 3'], 'four'))).toBe(400);
  });

  test.each(['-1', '1x', '', '1, 1', '0x1', '99999999999'])('Content-Length "%s": 400', (value) => {
    expect(statusOf(parse({}, [`Content-Length: ${value}`], 'body'))).toBe(400);
  });

  test('bytes that are not UTF-8 become base64', () => {
    const head = bytesOf({}, ['Content-Type: a/b']);
    const bytes = new Uint8Array([...head, 0xff, 0x00, 0xfe]);
    const result = parseSipMessage(bytes);
    expect(result.ok && result.message.body).toEqual({
      contentType: 'a/b',
      content: '/wD+',
      encoding: 'base64',
    });
  });

  test('no body: Content-Type stays among the headers', () => {
    expect(requestOf({}, [...text, 'l: 0'])).toMatchObject({
      body: undefined,
      headers: { 'content-type': ['text/plain'] },
    });
  });
});

describe('parse - refused requests', () => {
  const refused: readonly (readonly [
    string,
    Partial<Record<Part, string>>,
    readonly string[],
    number | undefined,
  ])[] = [
    ['no From', { from: '' }, [], 400],
    ['no To', { to: '' }, [], 400],
    ['no Call-ID', { callId: '' }, [], 400],
    ['no CSeq', { cseq: '' }, [], 400],
    ['no Via: no way back', { via: '' }, [], undefined],
    ['CSeq of another method', { cseq: 'CSeq: 1 INVITE' }, [], 400],
    ['CSeq without method', { cseq: 'CSeq: 1' }, [], 400],
    ['CSeq beyond 31 bits', { cseq: 'CSeq: 2147483648 OPTIONS' }, [], 400],
    ['CSeq negative', { cseq: 'CSeq: -1 OPTIONS' }, [], 400],
    ['two From', {}, ['f: <sip:x@y>'], 400],
    ['two To', {}, ['To: <sip:x@y>'], 400],
    ['two Call-ID', {}, ['i: c1'], 400],
    ['two CSeq', {}, ['CSeq: 1 OPTIONS'], 400],
    ['two Max-Forwards', {}, ['Max-Forwards: 1', 'Max-Forwards: 1'], 400],
    ['two Content-Type', {}, ['c: a/b', 'c: a/b'], 400],
    ['two Expires', {}, ['Expires: 1', 'Expires: 2'], 400],
    ['two addresses in From', { from: 'From: <sip:a@b>, <sip:c@d>' }, [], 400],
    ['Max-Forwards 256', {}, ['Max-Forwards: 256'], 400],
    ['Max-Forwards not a number', {}, ['Max-Forwards: x'], 400],
    ['Call-ID with a space', { callId: 'Call-ID: a b' }, [], 400],
    ['Call-ID empty', { callId: 'Call-ID:' }, [], 400],
    ['Contact * beside another', {}, ['Contact: *', 'Contact: <sip:a@b>'], 400],
    ['Contact beside *', {}, ['Contact: <sip:a@b>', 'Contact: *'], 400],
    ['empty Contact element', {}, ['Contact: <sip:a@b>,,'], 400],
    ['Record-Route without brackets closed', {}, ['Record-Route: <sip:a@b'], 400],
    ['line without colon', {}, ['nonsense'], 400],
    ['header name with a space', {}, ['a b: c'], 400],
    ['empty header name', {}, [': c'], 400],
    ['bare LF', {}, ['X: a\nY: b'], 400],
    ['bare CR', {}, ['X: a\rY: b'], 400],
    ['version 3.0', { start: 'OPTIONS sip:b@example.com SIP/3.0' }, [], 505],
    ['version 2.00', { start: 'OPTIONS sip:b@example.com SIP/2.00' }, [], 505],
    ['no version', { start: 'OPTIONS sip:b@example.com' }, [], 400],
    ['HTTP', { start: 'GET / HTTP/1.1' }, [], 400],
    ['Request-URI without scheme', { start: 'OPTIONS b@example.com SIP/2.0' }, [], 400],
    ['Request-URI without host', { start: 'OPTIONS sip:b@ SIP/2.0' }, [], 400],
    ['Request-URI with quotes', { start: 'OPTIONS sip:"b"@h SIP/2.0' }, [], 400],
    ['Request-URI with a broken escape', { start: 'OPTIONS sip:%zz@h SIP/2.0' }, [], 400],
    ['Request-URI with a NUL', { start: 'OPTIONS sip:a\0b@h SIP/2.0' }, [], 400],
    ['method with a colon', { start: 'OPT:IONS sip:b@h SIP/2.0' }, [], 400],
    ['a malformed ACK', { start: 'ACK sip:b@h SIP/2.0', cseq: 'CSeq: 1 INVITE' }, [], undefined],
    ['a malformed second Via', {}, ['Via: SIP/2.0/UDP'], 400],
  ];
  test.each(refused)('%s', (_name, change, more, status) => {
    expect(statusOf(parse(change, more))).toBe(status);
  });

  test('the fault has what the answer must echo', () => {
    const result = parse({ cseq: 'CSeq: 1 INVITE' }, ['Via: SIP/2.0/UDP second']);
    expect(result).toEqual({
      ok: false,
      fault: {
        cause: 'cseq',
        status: 400,
        phrase: 'CSeq Method Mismatch',
        answerable: {
          vias: ['SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1', 'SIP/2.0/UDP second'],
          from: '<sip:a@example.org>;tag=f',
          to: '<sip:b@example.com>',
          callId: 'c1',
          cseq: '1 INVITE',
        },
      },
    });
  });
});

describe('parse - responses', () => {
  const response = (start: string, more: readonly string[] = []) => parse({ start }, more);

  test.each(['SIP/2.0 200 OK', 'SIP/2.0 200 ', 'SIP/2.0 200', 'SIP/2.0 699 x', 'sip/2.0 100 Trying'])(
    '"%s" is read',
    (start) => {
      expect(response(start)).toMatchObject({ ok: true, kind: 'response' });
    },
  );

  test.each([
    'SIP/2.0 99 x',
    'SIP/2.0 700 x',
    'SIP/2.0 2000 x',
    'SIP/3.0 200 OK',
    'SIP/2.0 2x0 OK',
    'SIP/2.0  200 OK',
  ])('"%s" is dropped', (start) => {
    expect(response(start)).toMatchObject({ ok: false, fault: { status: undefined } });
  });

  test('malformed ones are dropped, never answered', () => {
    const dropped = response('SIP/2.0 200 OK', ['l: 9']);
    expect(dropped).toMatchObject({ ok: false, fault: { status: undefined, cause: 'length' } });
    expect(dropped).not.toHaveProperty('fault.answerable');
  });
});

describe('parse - limits', () => {
  const limited = (limits: Partial<typeof DEFAULT_SIP_LIMITS>, more: readonly string[] = [], body = '') =>
    statusOf(parseSipMessage(bytesOf({}, more, body), { ...DEFAULT_SIP_LIMITS, ...limits }));

  test('each limit refuses just above itself', () => {
    const size = bytesOf({}, [], 'body').length;
    expect(limited({ maxBytes: size }, [], 'body')).toBe('ok');
    expect(limited({ maxBytes: size - 1 }, [], 'body')).toBe(513);
    expect(limited({ maxHeadBytes: size - 4 }, [], 'body')).toBe('ok');
    expect(limited({ maxHeadBytes: size - 5 }, [], 'body')).toBe(513);
    expect(limited({ maxHeaders: 5 })).toBe('ok');
    expect(limited({ maxHeaders: 4 })).toBe(513);
    expect(limited({ maxLineChars: 100 }, [`X: ${'x'.repeat(97)}`])).toBe('ok');
    expect(limited({ maxLineChars: 100 }, [`X: ${'x'.repeat(50)}`, ` ${'x'.repeat(50)}`])).toBe(513);
    expect(limited({ maxVias: 2 }, ['v: SIP/2.0/UDP a'])).toBe('ok');
    expect(limited({ maxVias: 2 }, ['v: SIP/2.0/UDP a, SIP/2.0/UDP b'])).toBe(400);
    expect(limited({ maxListElements: 1 }, ['m: <sip:a@b>'])).toBe('ok');
    expect(limited({ maxListElements: 1 }, ['m: <sip:a@b>,<sip:a@b>'])).toBe(400);
    expect(limited({ maxListElements: 1 }, ['Record-Route: <sip:a@b>,<sip:a@b>'])).toBe(400);
    expect(limited({ maxUriChars: 17 })).toBe('ok');
    expect(limited({ maxUriChars: 16 })).toBe(414);
  });
});

test('parse - what is no SIP at all is dropped', () => {
  const noise = ['', '\r\n\r\n', '\0', 'hello', '\r\n\r\nhello\r\n\r\n', '\x16\x03\x01\x02'];
  expect(noise.map((text) => statusOf(parseSipMessage(encodeUtf8(text))))).toEqual(
    noise.map(() => undefined),
  );
  const keepAlive = parseSipMessage(encodeUtf8('\r\n\r\n'));
  expect(keepAlive.ok ? '' : keepAlive.fault.cause).toBe('keep-alive');
});
