import type { OutgoingSipRequest, OutgoingSipResponse } from '@stoxgate/contracts';
import { expect, test } from 'vitest';
import { parseSipMessage } from './parse.ts';
import { serializeFault, serializeMessage, serializeRequest, serializeResponse } from './serialize.ts';
import { ORDINARY_MESSAGES } from './testing/ordinary.ts';
import { TORTURE_VALID } from './testing/torture-valid.ts';
import { withoutNul } from './testing/without-nul.ts';
import { decodeUtf8, encodeUtf8 } from './utf8.ts';

const request: OutgoingSipRequest = {
  method: 'INVITE',
  requestUri: 'sip:bob@example.com;gr=x',
  routes: ['<sip:p1;lr>', 'sip:p2;lr'],
  from: { displayName: 'Ädil', uri: 'sip:a@example.org', params: { tag: 'f' } },
  to: { uri: 'sip:bob@example.com', params: {} },
  callId: 'c1',
  cseq: 1,
  maxForwards: 70,
  contact: { user: 'a' },
  headers: {
    allow: ['INVITE, BYE'],
    'www-authenticate': ['x'],
    'x-my-header': ['1', '2'],
    rack: ['1 1 INVITE'],
  },
  body: { contentType: 'text/plain', content: 'ü', encoding: 'utf8' },
};

const response: OutgoingSipResponse = {
  status: 200,
  reason: 'OK',
  vias: ['SIP/2.0/UDP a;branch=1', 'SIP/2.0/UDP b;branch=2'],
  from: { uri: 'sip:a@example.org', params: { tag: 'f' } },
  to: { uri: 'sip:bob@example.com', params: { tag: 't' } },
  callId: 'c1',
  cseq: { number: 1, method: 'INVITE' },
  recordRoutes: ['<sip:p1;lr>', '<sip:p2;lr>'],
  headers: { supported: ['timer'] },
};

test('serialize - a request, byte for byte', () => {
  const bytes = serializeRequest(request, { via: 'SIP/2.0/UDP us;branch=z9hG4bK1', contact: '<sip:a@us>' });
  expect(decodeUtf8(bytes)).toBe(
    [
      'INVITE sip:bob@example.com;gr=x SIP/2.0',
      'Via: SIP/2.0/UDP us;branch=z9hG4bK1',
      'Route: <sip:p1;lr>',
      'Route: <sip:p2;lr>',
      'Max-Forwards: 70',
      'From: "Ädil" <sip:a@example.org>;tag=f',
      'To: <sip:bob@example.com>',
      'Call-ID: c1',
      'CSeq: 1 INVITE',
      'Contact: <sip:a@us>',
      'Allow: INVITE, BYE',
      'WWW-Authenticate: x',
      'X-My-Header: 1',
      'X-My-Header: 2',
      'RAck: 1 1 INVITE',
      'Content-Type: text/plain',
      'Content-Length: 2',
      '',
      'ü',
    ].join('\r\n'),
  );
});

test('serialize - a response, byte for byte', () => {
  expect(decodeUtf8(serializeResponse(response, '<sip:b@us>'))).toBe(
    [
      'SIP/2.0 200 OK',
      'Via: SIP/2.0/UDP a;branch=1',
      'Via: SIP/2.0/UDP b;branch=2',
      'Record-Route: <sip:p1;lr>',
      'Record-Route: <sip:p2;lr>',
      'From: <sip:a@example.org>;tag=f',
      'To: <sip:bob@example.com>;tag=t',
      'Call-ID: c1',
      'CSeq: 1 INVITE',
      'Contact: <sip:b@us>',
      'Supported: timer',
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n'),
  );
});

test('serialize - headers cannot override what has a field, nor start a line of their own', () => {
  const evil = 'x\r\nX-Evil: 1\r\n\r\nbody';
  const bytes = serializeRequest(
    {
      ...request,
      method: `IN${evil}`,
      requestUri: `sip:b@h${evil}`,
      callId: evil,
      routes: [evil],
      from: { displayName: evil, uri: evil, params: { tag: evil } },
      headers: {
        via: ['SIP/2.0/UDP other'],
        'Content-Length': ['7'],
        'max-forwards': ['1'],
        route: ['<sip:x>'],
        contact: ['<sip:other>'],
        'content-type': ['a/b'],
        'x\r\nevil': ['1'],
        subject: [evil],
      },
      body: undefined,
    },
    { via: evil, contact: evil },
  );
  const names = (decodeUtf8(bytes) ?? '')
    .split('\r\n')
    .slice(1)
    .map((line) => line.split(':')[0]);
  expect(names).toEqual([
    ...['Via', 'Route', 'Max-Forwards', 'From', 'To', 'Call-ID', 'CSeq', 'Contact', 'Content-Type'],
    ...['Subject', 'Content-Length', '', ''],
  ]);
});

test('serialize - a Contact among the headers stands when there is no Contact of ours', () => {
  const bytes = serializeResponse({ ...response, status: 302, headers: { contact: ['<sip:elsewhere>'] } });
  expect(decodeUtf8(bytes)).toContain('\r\nContact: <sip:elsewhere>\r\n');
});

test('serialize - a base64 body becomes its bytes; what is not base64 becomes nothing', () => {
  const withBody = (content: string) =>
    serializeResponse({ ...response, body: { contentType: 'a/b', content, encoding: 'base64' } });
  expect([...withBody('/wD+').slice(-7)]).toEqual([13, 10, 13, 10, 0xff, 0, 0xfe]);
  expect(decodeUtf8(withBody('***'))).toMatch(/Content-Length: 0\r\n\r\n$/);
});

test.each([...ORDINARY_MESSAGES.map(encodeUtf8), ...TORTURE_VALID.map(({ bytes }) => bytes)])(
  'serialize - parsed, written and parsed again is the same message (%#)',
  (bytes) => {
    const first = parseSipMessage(bytes);
    if (!first.ok) throw new Error(first.fault.phrase);
    expect(withoutNul(parseSipMessage(serializeMessage(first.message)))).toEqual(withoutNul(first));
  },
);

test('serialize - a fault that is not answerable yields nothing', () => {
  expect(serializeFault({ cause: 'not-sip', status: undefined, phrase: 'x' })).toBeUndefined();
});

test('serialize - the answer to a fault echoes what was there', () => {
  const answerable = { vias: ['SIP/2.0/UDP a', 'SIP/2.0/UDP b'], to: 'sip:b@h;tag=own', cseq: '1 INVITE' };
  const fault = { cause: 'cseq', status: 400, phrase: 'Bad', answerable } as const;
  expect(
    decodeUtf8(
      serializeFault(fault, { topVia: 'SIP/2.0/UDP a;received=1', toTag: 'us' }) ?? new Uint8Array(),
    ),
  ).toBe(
    'SIP/2.0 400 Bad\r\nVia: SIP/2.0/UDP a;received=1\r\nVia: SIP/2.0/UDP b\r\nTo: sip:b@h;tag=own\r\n' +
      'CSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n',
  );
});
