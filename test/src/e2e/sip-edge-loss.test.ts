/**
 * The SIP edge alone against SIPp, which loses one packet in ten each way over UDP: RFC 3261 §17 and §13.3.1.4 without an
 * XMPP side. The test is the translator: it answers events with commands.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { createMemoryBus } from '@stoxgate/bus';
import {
  anySipEdgeSubject,
  brandEdgeId,
  type Command,
  type CommandEnvelope,
  type Envelope,
  type Event,
  eventSubject,
  keyOfCall,
  type OutgoingSipRequest,
  type OutgoingSipResponse,
  PARTITIONS,
  type SipRequest,
  type SipResponse,
  sipEdgeSubject,
} from '@stoxgate/contracts';
import { Config, createLog, startTelemetry } from '@stoxgate/runtime';
import { startSipEdge } from '@stoxgate/sip-edge';
import type { SessionStore } from '@stoxgate/store';
import { freePort, type RunningSipp, startSipp } from '@stoxgate/testkit';
import { afterEach, expect, test } from 'vitest';

const CALLS = 300;
const SDP = `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9000 RTP/AVP 8\r\n`;
const BODY = { contentType: 'application/sdp', content: SDP, encoding: 'utf8' } as const;

type EdgeCommand = Extract<Command, { type: 'sip.request.send' | 'sip.response.send' }>;

interface Edge {
  readonly port: number;
  readonly counts: Record<string, number>;
  onEvent: (event: Event) => void;
  issue(callId: string, command: EdgeCommand): void;
}

const stops: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

/** An edge whose events are counted, by method and status, and go to `onEvent`. */
async function openEdge(transport: 'udp' | 'tcp', proxyPort: number): Promise<Edge> {
  const bus = createMemoryBus({ maxBacklog: 10_000, maxDeliveries: 3, onDeadLetter: () => undefined });
  const edgeId = brandEdgeId('e1');
  const config = Config.parse({
    xmpp: { domains: ['xmpp.test'], components: [{ domain: 'sip.test', secret: 's' }] },
    sip: {
      listen_host: '127.0.0.1',
      listen_port: 0,
      proxy_host: '127.0.0.1',
      proxy_port: proxyPort,
      proxy_transport: transport,
    },
  });
  const telemetry = startTelemetry({ otlpEndpoint: '', role: 'sip-edge', edgeId, version: '0' });
  const { tracer, meter } = telemetry;
  const log = createLog({ level: 'silent', role: 'sip-edge', edgeId });
  const service = await startSipEdge({ config, edgeId, bus, store: {} as SessionStore, log, tracer, meter });
  stops.push(
    () => telemetry.stop(100),
    () => bus.close(),
    () => service.stop(),
  );
  let sequence = 0;
  const edge: Edge = {
    port: service.port,
    counts: {},
    onEvent: () => undefined,
    issue: (callId, payload) => {
      const subject = payload.type === 'sip.response.send' ? sipEdgeSubject(edgeId) : anySipEdgeSubject();
      const envelope: CommandEnvelope = {
        v: 1,
        id: `${++sequence}`,
        key: keyOfCall(callId),
        edge: 'tu',
        at: Date.now(),
        payload,
      };
      void bus.publish(subject, envelope);
    },
  };
  const handle = ({ payload }: Envelope): Promise<void> => {
    const name = nameOf(payload as Event);
    edge.counts[name] = (edge.counts[name] ?? 0) + 1;
    edge.onEvent(payload as Event);
    return Promise.resolve();
  };
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const subject = eventSubject(partition);
    await bus.consume({ subject, durable: `tu-${partition}`, maxInFlight: 1 }, handle);
  }
  return edge;
}

function nameOf(event: Event): string {
  if (event.type === 'sip.request.received') return event.request.method;
  if (event.type === 'sip.response.received') {
    return `${event.response.status} ${event.response.cseq.method}`;
  }
  return event.type;
}

async function runSipp(sipp: RunningSipp) {
  stops.push(sipp.stop);
  const { successful, failed, errors } = await sipp.result();
  return { successful, failed, errors: errors.slice(0, 1000) };
}

function answer(edge: Edge, request: SipRequest, status: number): void {
  const { vias, from, callId, cseq, recordRoutes } = request;
  const response: OutgoingSipResponse = {
    status,
    reason: 'X',
    vias,
    from,
    to: { ...request.to, params: { tag: 'local', ...request.to.params } },
    callId,
    cseq,
    recordRoutes,
    headers: {},
    ...(cseq.method === 'INVITE' && { contact: { user: 'alice' } }),
    ...(cseq.method === 'INVITE' && status === 200 && { body: BODY }),
  };
  edge.issue(callId, { type: 'sip.response.send', edge: 'e1', response });
}

test.each([
  ['udp', 10],
  ['tcp', undefined],
] as const)('sip edge - SIPp calls us over %s: every call completes', async (transport, lossPercent) => {
  const edge = await openEdge(transport, await freePort());
  edge.onEvent = (event) => {
    if (event.type !== 'sip.request.received' || event.request.method === 'ACK') return;
    if (event.request.method === 'INVITE') answer(edge, event.request, 180);
    answer(edge, event.request, 200);
  };
  const sipp = await startSipp({
    scenario: { builtin: 'uac' },
    port: await freePort(),
    target: `127.0.0.1:${edge.port}`,
    calls: CALLS,
    rate: 50,
    transport,
    service: 'alice',
    timeoutSeconds: 100,
    ...(lossPercent && { lossPercent }),
  });
  expect(await runSipp(sipp)).toMatchObject({ successful: CALLS, failed: 0 });
  expect(edge.counts).toMatchObject({ INVITE: CALLS });
});

/** Requests of one call of ours. */
function ownRequest(method: string, callId: string, overrides: Partial<OutgoingSipRequest>): EdgeCommand {
  const request: OutgoingSipRequest = {
    method,
    requestUri: 'sip:romeo@sip.test',
    routes: [],
    from: { uri: 'sip:alice@xmpp.test', params: { tag: `f-${callId}` } },
    to: { uri: 'sip:romeo@sip.test', params: {} },
    callId,
    cseq: method === 'BYE' ? 2 : 1,
    maxForwards: 70,
    headers: {},
    ...(method === 'INVITE' && { contact: { user: 'alice' }, body: BODY }),
    ...overrides,
  };
  return { type: 'sip.request.send', branch: `z9hG4bK${method}${callId}`, request };
}

const inDialog = ({ to, contacts }: SipResponse): Partial<OutgoingSipRequest> => ({
  to,
  requestUri: contacts[0]?.uri ?? '',
});

/**
 * Answers, and stays a while after BYE so that a repeated one is answered again. It does not ring: SIPp knows a repeated
 * INVITE again only while it has sent one message after it, else it gives the call up.
 */
const calleeScenario = (): string => {
  const ok = (toTag: string, attributes = ''): string => `
<send${attributes}><![CDATA[

SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]${toTag}
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:sipp@[local_ip]:[local_port];transport=[transport]>
Content-Length: 0

]]></send>`;
  return `<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="callee">
<recv request="INVITE"/>${ok(';tag=[pid]S[call_number]', ' retrans="500"')}
<recv request="ACK" optional="true"/>
<recv request="BYE"/>${ok('')}
<timewait milliseconds="16000"/>
</scenario>`;
};

/** Longer than a 2xx whose ACK was lost takes to come again. */
const HOLD_MS = 1500;

/** Calls `CALLS` times by way of the edge's proxy; resolves when each call ended or one failed. */
function callAll(edge: Edge): Promise<void> {
  return new Promise((resolve) => {
    let begun = 0;
    let ended = 0;
    edge.onEvent = (event) => {
      if (event.type === 'sip.request.failed') resolve();
      if (event.type !== 'sip.response.received' || event.response.status < 200) return;
      const { response } = event;
      const { callId, cseq } = response;
      if (cseq.method === 'INVITE') {
        edge.issue(callId, ownRequest('ACK', callId, inDialog(response)));
        setTimeout(() => edge.issue(callId, ownRequest('BYE', callId, inDialog(response))), HOLD_MS);
      } else if (++ended === CALLS) resolve();
    };
    const timer = setInterval(() => {
      const callId = `c${++begun}`;
      edge.issue(callId, ownRequest('INVITE', callId, {}));
      if (begun === CALLS) clearInterval(timer);
    }, 20);
  });
}

test.each([
  ['udp', 10],
  ['tcp', undefined],
] as const)('sip edge - we call SIPp over %s: every call completes', async (transport, lossPercent) => {
  const port = await freePort();
  const sipp = await startSipp({
    scenario: { xml: calleeScenario() },
    port,
    calls: CALLS,
    transport,
    timeoutSeconds: 100,
    ...(lossPercent && { lossPercent }),
  });
  const result = runSipp(sipp);
  await delay(300);
  const edge = await openEdge(transport, port);
  await callAll(edge);
  expect(edge.counts).toMatchObject({ '200 INVITE': CALLS, '200 BYE': CALLS });
  expect(await result).toMatchObject({ successful: CALLS, failed: 0 });
});
