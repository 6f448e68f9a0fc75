import { EventEnvelope, rootTraceOf, type SessionKey } from '@stoxgate/contracts';
import { startTelemetry } from '@stoxgate/runtime';
import { headerOf, settle, startLine, textRequest } from '@stoxgate/sip-stack/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type OpenEdge, openEdge, payloadOf } from './testing/open-edge.ts';

let open: OpenEdge;

beforeEach(async () => {
  open = await openEdge();
});

afterEach(() => open.close());

const reopen = async (...args: Parameters<typeof openEdge>): Promise<void> => {
  await open.close();
  open = await openEdge(...args);
};

const say = (
  request: Partial<Parameters<typeof textRequest>[0]> & { readonly method: string },
): Promise<void> => open.peer.say(textRequest({ port: open.peer.port, ...request }), open.edge.port);

test('ingress - an INVITE becomes one event of its call, with the Via as seen, and gets 100', async () => {
  await say({ method: 'INVITE' });
  const envelope = await open.event();
  expect(EventEnvelope.safeParse(envelope).success).toBe(true);
  expect([envelope.key, envelope.edge]).toEqual(['call:call-1', 'e1']);
  const { request, source } = payloadOf(envelope, 'sip.request.received');
  expect(request.method).toBe('INVITE');
  expect(request.vias[0]).toContain(`rport=${open.peer.port};received=127.0.0.1`);
  expect(source).toEqual({ protocol: 'udp', address: '127.0.0.1', port: open.peer.port });
  expect(startLine(await open.peer.hear())).toBe('SIP/2.0 100 Trying');
  await say({ method: 'INVITE' });
  await settle();
  expect(open.events()).toEqual([]);
});

test('ingress - a MESSAGE outside a dialog belongs to the pair of its ends, as the XMPP side names it', async () => {
  await say({ method: 'MESSAGE', uri: 'sip:Alice@XMPP.test;gr=desk' });
  expect((await open.event()).key).toBe('pair:alice@xmpp.test sip:romeo@sip.test');
});

test.each([
  ['a user that nobody serves', 'sip:bob@elsewhere.test', 404],
  ['no user', 'sip:xmpp.test', 484],
  ['a user that is no UTF-8', 'sip:%ff@xmpp.test', 400],
])('ingress - MESSAGE to %s is refused here', async (_what, uri, status) => {
  await say({ method: 'MESSAGE', uri });
  expect(startLine(await open.peer.hear())).toMatch(new RegExp(`^SIP/2.0 ${status} `));
  expect(open.events()).toEqual([]);
});

test.each(['MESSAGE', 'BYE', 'INFO', 'OPTIONS', 'REFER', 'ACK', 'CANCEL'])(
  'ingress - %s with a To tag belongs to its call',
  async (method) => {
    await say({ method, toTag: 'x', uri: 'sip:anybody@127.0.0.1' });
    const envelope = await open.event();
    expect(envelope.key).toBe('call:call-1');
    expect(payloadOf(envelope, 'sip.request.received').request.method).toBe(method);
  },
);

test('ingress - OPTIONS outside a dialog is answered here with what we can do', async () => {
  await say({ method: 'OPTIONS', uri: 'sip:127.0.0.1' });
  const response = await open.peer.hear();
  expect(startLine(response)).toBe('SIP/2.0 200 OK');
  expect(headerOf(response, 'allow')).toBe(
    'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK, MESSAGE, REFER, NOTIFY',
  );
  for (const name of ['accept', 'accept-encoding', 'accept-language', 'supported']) {
    expect(headerOf(response, name)).toBeTruthy();
  }
  expect(open.events()).toEqual([]);
});

test('ingress - transfers switched off: REFER and NOTIFY are not allowed, replaces and norefersub not supported', async () => {
  const off = await openEdge({ calls: { transfer: false } });
  const request = textRequest({ method: 'OPTIONS', port: off.peer.port, uri: 'sip:127.0.0.1' });
  await off.peer.say(request, off.edge.port);
  const response = await off.peer.hear();
  expect(headerOf(response, 'allow')).toBe('INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK, MESSAGE');
  expect(headerOf(response, 'supported')).toBe('100rel, timer, gruu');
  await off.close();
});

test('ingress - NOTIFY is allowed where calls of phones are asked for', async () => {
  const asks = await openEdge({ calls: { transfer: false }, phones: { watch_dialogs: true } });
  await asks.peer.say(
    textRequest({ method: 'OPTIONS', port: asks.peer.port, uri: 'sip:127.0.0.1' }),
    asks.edge.port,
  );
  expect(headerOf(await asks.peer.hear(), 'allow')).toBe(
    'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK, MESSAGE, NOTIFY',
  );
  await asks.close();
});

test('ingress - with presence of both sides SUBSCRIBE is allowed, and the event is named', async () => {
  const both = await openEdge({ calls: { transfer: false }, presence: { mode: 'sip' } });
  const request = textRequest({ method: 'OPTIONS', port: both.peer.port, uri: 'sip:127.0.0.1' });
  await both.peer.say(request, both.edge.port);
  const response = await both.peer.hear();
  expect(headerOf(response, 'allow')).toBe(
    'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK, MESSAGE, NOTIFY, SUBSCRIBE',
  );
  expect(headerOf(response, 'allow-events')).toBe('presence');
  await both.close();
});

test('ingress - while draining, OPTIONS and new sessions get 503, dialogs go on', async () => {
  await open.edge.drain(100);
  for (const method of ['OPTIONS', 'INVITE', 'MESSAGE']) {
    await say({ method, branch: `z9hG4bK-${method}`, callId: method });
    const response = await open.peer.hear();
    expect(startLine(response)).toBe('SIP/2.0 503 Service Unavailable');
    expect(headerOf(response, 'retry-after')).toBe('5');
  }
  await say({ method: 'BYE', toTag: 'x', branch: 'z9hG4bK-BYE' });
  expect((await open.event()).payload.type).toBe('sip.request.received');
});

test('ingress - in overload a share of what begins gets 503, dialogs go on, and then all is let in again', async () => {
  const waiting = { events: 2000 };
  await reopen({
    change: (context) => ({
      ...context,
      bus: { ...context.bus, waitingEvents: () => waiting.events },
    }),
  });
  const share = async (): Promise<number> =>
    Number(/^stoxgate_sip_admitted_share (.*)$/m.exec(await open.metrics())?.[1]);
  await expect.poll(share).toBeLessThan(1);
  await say({ method: 'INVITE' });
  const refused = await open.peer.hear();
  expect([startLine(refused), headerOf(refused, 'retry-after')]).toEqual([
    'SIP/2.0 503 Service Unavailable',
    '5',
  ]);
  await say({ method: 'BYE', toTag: 'x', branch: 'z9hG4bK-BYE' });
  expect((await open.event()).payload.type).toBe('sip.request.received');
  waiting.events = 0;
  await expect.poll(share).toBe(1);
});

test('ingress - what the bus does not take gets 503, in a dialog 500', async () => {
  await reopen({
    change: (context) => ({
      ...context,
      bus: { ...context.bus, publish: () => Promise.reject(new Error('full')) },
    }),
  });
  await say({ method: 'MESSAGE' });
  expect(startLine(await open.peer.hear())).toBe('SIP/2.0 503 Service Unavailable');
  await say({ method: 'INFO', toTag: 'x', branch: 'z9hG4bK-2' });
  expect(startLine(await open.peer.hear())).toBe('SIP/2.0 500 Server Internal Error');
});

test('ingress - events that wait for the bus are bounded', async () => {
  await reopen({
    limits: { backlog: 2 },
    change: (context) => ({
      ...context,
      bus: { ...context.bus, publish: () => new Promise(() => undefined) },
    }),
  });
  for (const name of ['a', 'b', 'c'])
    await say({ method: 'MESSAGE', callId: name, branch: `z9hG4bK-${name}` });
  const refused = await open.peer.hear();
  expect([startLine(refused), headerOf(refused, 'call-id')]).toEqual([
    'SIP/2.0 503 Service Unavailable',
    'c',
  ]);
});

test('ingress - event ids differ and cannot be guessed from the message', async () => {
  await say({ method: 'INFO', toTag: 'x', branch: 'z9hG4bK-a' });
  await say({ method: 'INFO', toTag: 'x', branch: 'z9hG4bK-b' });
  const ids = [(await open.event()).id, (await open.event()).id];
  expect(new Set(ids).size).toBe(2);
  for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{22}$/);
});

test('ingress - a span under the root of the call travels with the event', async () => {
  const spans: { name: string; parentSpanContext?: { traceId: string } }[] = [];
  const telemetry = startTelemetry({
    otlpEndpoint: '',
    role: 't',
    edgeId: 'e1',
    version: '0',
    spanExporter: {
      export: (ended, done) => {
        spans.push(...ended);
        done({ code: 0 });
      },
      shutdown: () => Promise.resolve(),
    },
  });
  await reopen({ change: (context) => ({ ...context, tracer: telemetry.tracer }) });
  await say({ method: 'INVITE' });
  const { trace } = await open.event();
  const root = rootTraceOf('call:call-1' as SessionKey);
  expect(trace?.slice(3, 35)).toBe(root.slice(3, 35));
  expect(trace).not.toBe(root);
  await telemetry.stop(500);
  expect(spans.map(({ name }) => name)).toEqual(['sip in INVITE']);
});

test('ingress - messages, refusals and strangers are counted; a stranger is logged once a minute', async () => {
  await reopen({ sip: { peers: ['127.0.0.1'] } });
  await say({ method: 'OPTIONS' });
  await say({ method: 'NONSENSE', branch: 'z9hG4bK-n' });
  await open.peer.hear();
  await open.peer.hear();
  const counted = (line: string): Promise<void> => expect.poll(() => open.metrics()).toContain(line);
  await counted('stoxgate_sip_messages_received_total{protocol="udp",method="OPTIONS"} 1');
  await counted('stoxgate_sip_messages_received_total{protocol="udp",method="other"} 1');
  await counted('stoxgate_sip_messages_sent_total{protocol="udp",status_class="2xx"} 1');
  await counted('stoxgate_sip_rejected_total{status="501"} 1');
  await counted('stoxgate_sip_transactions 0');
  await reopen({ sip: { peers: ['192.0.2.1'] } });
  await say({ method: 'INVITE' });
  await say({ method: 'INVITE', branch: 'z9hG4bK-2' });
  expect(await open.peer.rest()).toEqual([]);
  await counted('stoxgate_sip_dropped_total{reason="stranger"} 2');
  const lines = open.log.filter(({ msg }) => String(msg).includes('not in sip.peers'));
  expect(lines).toMatchObject([{ address: '127.0.0.1', level: 'warn' }]);
});
