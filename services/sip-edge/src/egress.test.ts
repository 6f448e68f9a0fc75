import { type Event, EventEnvelope, type Subject } from '@stoxgate/contracts';
import {
  answer,
  headerOf,
  outgoing,
  settle,
  startLine,
  textRequest,
  textResponse,
} from '@stoxgate/sip-stack/testing';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type OpenEdge, openEdge, payloadOf } from './testing/open-edge.ts';

let open: OpenEdge;

beforeEach(async () => {
  open = await openEdge();
});

afterEach(async () => {
  await open.close();
  vi.useRealTimers();
});

const OWN = 'stox.cmd.sip.e1' as Subject;

const sendRequest = (method: string, overrides: Parameters<typeof outgoing>[1] = {}, extra: object = {}) =>
  open.command({
    type: 'sip.request.send',
    branch: 'z9hG4bK-x',
    request: outgoing(method, overrides),
    ...extra,
  });

/** Lets an INVITE of the peer in and returns it as the translator sees it. */
async function received() {
  await open.peer.say(textRequest({ method: 'INVITE', port: open.peer.port }), open.edge.port);
  const { request } = payloadOf(await open.event(), 'sip.request.received');
  await open.peer.hear();
  return request;
}

test('egress - a request goes to the proxy; its responses are events of the command’s session', async () => {
  await sendRequest('INVITE');
  const invite = await open.peer.hear();
  expect(startLine(invite)).toBe('INVITE sip:romeo@sip.test SIP/2.0');
  expect(headerOf(invite, 'via')).toBe(`SIP/2.0/UDP 127.0.0.1:${open.edge.port};rport;branch=z9hG4bK-x`);
  expect(headerOf(invite, 'contact')).toBe(`<sip:alice@127.0.0.1:${open.edge.port}>`);
  await open.peer.say(textResponse(invite, 180, { toTag: 'r' }), open.edge.port);
  const envelope = await open.event();
  expect(EventEnvelope.safeParse(envelope).success).toBe(true);
  expect(envelope.key).toBe('call:c');
  expect(payloadOf(envelope, 'sip.response.received')).toMatchObject({
    branch: 'z9hG4bK-x',
    response: { status: 180, to: { params: { tag: 'r' } } },
  });
});

test('egress - the same command twice is one request, the same response twice one event', async () => {
  await sendRequest('MESSAGE');
  await sendRequest('MESSAGE');
  const message = await open.peer.hear();
  await open.peer.say(textResponse(message, 200, { toTag: 'r' }), open.edge.port);
  await open.peer.say(textResponse(message, 200, { toTag: 'r' }), open.edge.port);
  await open.event();
  expect(await open.peer.rest()).toEqual([]);
  expect(open.events()).toEqual([]);
});

test('egress - commands for this edge alone come by its own subject', async () => {
  await open.command(
    { type: 'sip.request.send', branch: 'z9hG4bK-x', request: outgoing('BYE'), edge: 'e1' },
    { subject: OWN },
  );
  expect(startLine(await open.peer.hear())).toMatch(/^BYE /);
});

test('egress - a response goes in its transaction; twice it is the same and once', async () => {
  const request = await received();
  const response = answer(request, 486);
  await open.command({ type: 'sip.response.send', edge: 'e1', response }, { subject: OWN });
  await open.command({ type: 'sip.response.send', edge: 'e1', response }, { subject: OWN });
  expect((await open.peer.rest()).map(startLine)).toEqual(['SIP/2.0 486 Busy Here']);
});

test('egress - a 2xx carries our Contact, is repeated, and its ACK is an event', async () => {
  const request = await received();
  const response = answer(request, 200, { contact: { user: 'alice' } });
  await open.command({ type: 'sip.response.send', edge: 'e1', response }, { subject: OWN });
  const ok = await open.peer.hear();
  expect(headerOf(ok, 'contact')).toBe(`<sip:alice@127.0.0.1:${open.edge.port}>`);
  expect(await open.peer.hear()).toBe(ok);
  const ack = textRequest({ method: 'ACK', port: open.peer.port, toTag: 'lt', branch: 'z9hG4bK-a' });
  await open.peer.say(ack, open.edge.port);
  expect(payloadOf(await open.event(), 'sip.request.received').request.method).toBe('ACK');
});

test('egress - no answer at all becomes a failure of that session', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
  await sendRequest('MESSAGE');
  await open.peer.hear();
  await vi.advanceTimersByTimeAsync(32_000);
  const { key, payload } = await open.event();
  expect(key).toBe('call:c');
  expect(payload).toEqual<Event>({
    type: 'sip.request.failed',
    branch: 'z9hG4bK-x',
    callId: 'call-out',
    method: 'MESSAGE',
    cause: 'timeout',
  });
});

test('egress - a missing ACK becomes an event of the session that answered', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const request = await received();
  const response = answer(request, 200);
  await open.command(
    { type: 'sip.response.send', edge: 'e1', response },
    { subject: OWN, key: 'call:call-1' },
  );
  await open.peer.hear();
  await vi.advanceTimersByTimeAsync(32_000);
  const { key, payload } = await open.event();
  expect(key).toBe('call:call-1');
  expect(payload).toEqual({ type: 'sip.ack.timed-out', callId: 'call-1', localTag: 'lt', cseq: 1 });
});

const challenges = [
  { header: 'proxy-authenticate', value: 'Digest realm="r", nonce="n", algorithm=SHA-256, qop="auth"' },
];

test('egress - a challenge is answered with the credentials of the configuration, and never logged', async () => {
  await open.close();
  open = await openEdge({ sip: { credentials: [{ username: 'gw', password: 'p4ss' }] } });
  await sendRequest('INVITE', {}, { challenges });
  expect(headerOf(await open.peer.hear(), 'proxy-authorization')).toMatch(
    /^Digest username="gw", realm="r", .*algorithm=SHA-256, qop=auth/,
  );
  expect(JSON.stringify(open.log)).not.toContain('p4ss');
});

test('egress - without credentials the request fails, and nothing is sent', async () => {
  await sendRequest('INVITE', {}, { challenges });
  expect(payloadOf(await open.event(), 'sip.request.failed').cause).toBe('no-credentials');
  expect(await open.peer.rest()).toEqual([]);
});

test('egress - an in-dialog request without a route goes to the remote target', async () => {
  const to = { uri: 'sip:romeo@sip.test', params: { tag: 'r' } };
  await sendRequest('BYE', { to, requestUri: `sip:romeo@127.0.0.1:${open.peer.port}` });
  expect(startLine(await open.peer.hear())).toBe(`BYE sip:romeo@127.0.0.1:${open.peer.port} SIP/2.0`);
});

test('edge - drain waits for what is under way, at most as long as it may', async () => {
  const request = await received();
  let isDrained = false;
  const drained = open.edge.drain(5000).then(() => {
    isDrained = true;
  });
  await settle(60);
  expect(isDrained).toBe(false);
  const response = answer(request, 486);
  await open.command({ type: 'sip.response.send', edge: 'e1', response }, { subject: OWN });
  await drained;
  expect(startLine(await open.peer.hear())).toBe('SIP/2.0 486 Busy Here');
});

test('edge - is ready while it listens, and stops twice without harm', async () => {
  expect(open.edge.readiness()).toEqual({ sip: undefined });
  expect(open.edge.ports).toEqual({ 'sip.listen_port': open.edge.port });
  await Promise.all([open.edge.stop(), open.edge.stop()]);
  expect(open.edge.readiness()).toEqual({ sip: 'not listening' });
});

test('edge - a taken port is an error at start', async () => {
  await expect(openEdge({ sip: { listen_port: open.edge.port } })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  });
});
