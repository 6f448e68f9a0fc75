import { outgoing, startLine, textRequest, textResponse } from '@stoxgate/sip-stack/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type OpenEdge, openEdge, payloadOf } from './testing/open-edge.ts';

/** RFC 3261 §7.3.3, RFC 3265, RFC 3515, RFC 3891. */
const COMPACT: Readonly<Record<string, string>> = {
  'Call-ID': 'i',
  Contact: 'm',
  'Content-Encoding': 'e',
  'Content-Length': 'l',
  'Content-Type': 'c',
  From: 'f',
  Subject: 's',
  Supported: 'k',
  To: 't',
  Via: 'v',
};

const compact = (message: string): string => {
  const end = message.indexOf('\r\n\r\n');
  const head = message.slice(0, end).replace(/^([A-Za-z-]+):/gm, (line, name) => {
    const short = COMPACT[name];
    return short === undefined ? line : `${short}:`;
  });
  return head + message.slice(end);
};

let open: OpenEdge;
beforeEach(async () => {
  open = await openEdge();
});
afterEach(() => open.close());

const lines = [
  'Supported: 100rel, timer',
  'Subject: Žofie',
  'Content-Type: multipart/mixed;boundary=b',
  'Content-Encoding: identity',
];
const BODY = '--b\r\nContent-Type: application/sdp\r\n\r\nv=0\r\ns=Žofie 🐎\r\n--b--\r\n';

test('compact forms - a request: the same event, byte for byte, as the long form', async () => {
  const long = textRequest({ method: 'INVITE', port: open.peer.port, lines, body: BODY });
  expect(compact(long)).toMatch(/^v:.*\r\nMax-Forwards: 70\r\nf:.*\r\nt:.*\r\ni:/m);
  await open.peer.say(compact(long), open.edge.port);
  const { request } = payloadOf(await open.event(), 'sip.request.received');
  const other = long.replaceAll('call-1', 'call-2').replace('z9hG4bK-1', 'z9hG4bK-2');
  await open.peer.say(other, open.edge.port);
  const { request: second } = payloadOf(await open.event(), 'sip.request.received');
  expect({ ...request, callId: '', vias: [] }).toEqual({ ...second, callId: '', vias: [] });
  expect(request.body?.content).toBe(BODY);
  expect(request.headers).toMatchObject({ subject: ['Žofie'], supported: ['100rel, timer'] });
});

test('compact forms - a response', async () => {
  await open.command({
    type: 'sip.request.send',
    branch: 'z9hG4bK-9',
    request: outgoing('INVITE'),
    challenges: [],
  });
  const invite = await open.peer.hear();
  expect(startLine(invite)).toMatch(/^INVITE /);
  const ok = textResponse(invite, 200, {
    toTag: 'x',
    lines: ['Contact: <sip:r@127.0.0.1>', ...lines],
    body: BODY,
  });
  await open.peer.say(compact(ok), open.edge.port);
  const { response } = payloadOf(await open.event(), 'sip.response.received');
  expect(response).toMatchObject({
    status: 200,
    contacts: [{ uri: 'sip:r@127.0.0.1' }],
    body: { contentType: 'multipart/mixed;boundary=b', content: BODY },
  });
});
