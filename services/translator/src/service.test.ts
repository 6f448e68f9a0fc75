import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-node';
import { type Bus, createMemoryBus } from '@stoxgate/bus';
import {
  brandEdgeId,
  brandKey,
  type Envelope,
  type Event,
  eventSubjectOf,
  rootTraceOf,
  StoxgateError,
  sipEdgeSubject,
  xmppDomainSubject,
} from '@stoxgate/contracts';
import {
  Config,
  createLog,
  formatTraceparent,
  type RunningService,
  startTelemetry,
  type Telemetry,
} from '@stoxgate/runtime';
import { createMemoryStore, type SessionStore } from '@stoxgate/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { policyOf, startTranslator } from './service.ts';
import type { Session } from './session.ts';
import { endsIn, indexesOf, isOver } from './session-facts.ts';
import { message } from './testing/pair-world.ts';

const config = Config.parse({
  xmpp: {
    domains: ['example.org'],
    components: [{ domain: 'sip.example.org', sip_domain: 'example.net' }, { domain: 'pbx.example.org' }],
  },
  calls: { ring_timeout: 30, reason_profile: 'rich', cancel_reason: 'cancel' },
  messages: { message_accept: 200 },
  sip: { sdp_origin: '192.0.2.1', credentials: [{ username: 'u', password: 'p' }] },
});
const PAIR = brandKey('pair:alice@example.org sip:romeo@example.net');
const EDGE = brandEdgeId('edge-1');

let bus: Bus;
let store: SessionStore;
let telemetry: Telemetry;
let service: RunningService;
let spans: ReadableSpan[];
let dead: string[];
let lines: { msg: string; level: string; key?: string }[];
let received: Envelope[];

async function start(broken?: SessionStore): Promise<void> {
  const log = createLog({
    level: 'info',
    role: 'translator',
    edgeId: 't',
    destination: { write: (line: string) => lines.push(JSON.parse(line)) },
  });
  const { meter, tracer } = telemetry;
  const edgeId = brandEdgeId('t');
  service = await startTranslator({ config, edgeId, bus, store: broken ?? store, log, meter, tracer });
}

beforeEach(() => {
  dead = [];
  lines = [];
  received = [];
  spans = [];
  const spanExporter: SpanExporter = {
    export: (batch, done) => {
      spans.push(...batch);
      done({ code: 0 });
    },
    shutdown: async () => {},
  };
  bus = createMemoryBus({ maxBacklog: 100, maxDeliveries: 2, onDeadLetter: ({ id }) => dead.push(id) });
  store = createMemoryStore();
  telemetry = startTelemetry({ otlpEndpoint: '', role: 't', edgeId: 't', version: '0', spanExporter });
});

afterEach(async () => {
  await service.stop();
  await bus.close();
  await telemetry.stop(100);
});

const take = async (envelope: Envelope) => {
  received.push(envelope);
};
const listen = async () => {
  await bus.consume({ subject: sipEdgeSubject(EDGE), durable: 's', maxInFlight: 1 }, take);
  await bus.consume({ subject: xmppDomainSubject('sip.example.org'), durable: 'x', maxInFlight: 1 }, take);
};
const publish = (id: string, payload: Event, key = PAIR) =>
  bus.publish(eventSubjectOf(key), { v: 1, id, key, edge: EDGE, at: 0, payload });
const fromSip: Event = {
  type: 'sip.request.received',
  request: message(),
  source: { protocol: 'udp', address: '127.0.0.1', port: 5060 },
};

describe('translator', () => {
  it('translator - the configuration becomes the policy', () => {
    expect(policyOf(config)).toMatchObject({
      addresses: {
        xmppDomains: ['example.org'],
        components: [
          { domain: 'sip.example.org', sipDomain: 'example.net' },
          { domain: 'pbx.example.org', sipDomain: 'pbx.example.org' },
        ],
      },
      sdpOrigin: '192.0.2.1',
      ringTimeoutMs: 30_000,
      reasonProfile: 'rich',
      cancelReason: 'cancel',
      messageAcceptStatus: 200,
      hasCredentials: true,
    });
    service = { name: 'translator', readiness: () => ({}), drain: async () => {}, stop: async () => {} };
  });

  it('translator - how large a MESSAGE may be depends on the way to the proxy', () => {
    const sizeBy = (proxy_transport: 'udp' | 'tcp' | 'tls') =>
      policyOf({ ...config, sip: { ...config.sip, proxy_transport } }).maxMessageBytes;
    expect([sizeBy('udp'), sizeBy('tcp'), sizeBy('tls')]).toEqual([1300, 0, 0]);
    service = { name: 'translator', readiness: () => ({}), drain: async () => {}, stop: async () => {} };
  });

  it('translator - chats go over MSRP only where there is an endpoint', () => {
    const { messages } = config;
    const modeWith = (enabled: boolean) =>
      policyOf({ ...config, messages: { ...messages, msrp: { ...messages.msrp, enabled } } }).chatMode;
    expect([modeWith(false), modeWith(true)]).toEqual(['message', 'auto']);
    service = { name: 'translator', readiness: () => ({}), drain: async () => {}, stop: async () => {} };
  });

  it('translator - what is let go without a word is counted', async () => {
    await start();
    await listen();
    const attrs = { from: 'alice@example.org/desk', to: 'romeo@sip.example.org', id: 'm', type: 'error' };
    const stanza = { name: 'message', attrs, children: [] };
    await publish('a', { type: 'xmpp.message.received', domain: 'sip.example.org', stanza });
    await service.drain(20_000);
    expect(received).toEqual([]);
    expect(await telemetry.metricsText()).toMatch(/stoxgate_messages_dropped_total\{reason="bounced"\} 1/);
  });

  it('translator - the capabilities that it announces follow the configuration', () => {
    const { caps } = policyOf(config);
    const changed = (calls: object) => policyOf({ ...config, calls: { ...config.calls, ...calls } }).caps;
    expect(changed({ jmi: 'never' }).phone).not.toBe(caps.phone);
    expect(changed({ advertise_3264: false }).phone).not.toBe(caps.phone);
    expect(changed({ jmi: 'never' }).gateways).toEqual(caps.gateways);
    const [first, second] = config.xmpp.components.map((one, at) => ({ ...one, pstn: at === 0 }));
    const components = [first, second].filter((one) => one !== undefined);
    const { gateways } = policyOf({ ...config, xmpp: { ...config.xmpp, components } }).caps;
    expect(gateways['sip.example.org']).toBe(caps.gateways['sip.example.org']);
    expect(gateways['pbx.example.org']).not.toBe(gateways['sip.example.org']);
    service = { name: 'translator', readiness: () => ({}), drain: async () => {}, stop: async () => {} };
  });

  it('translator - events in, commands out; counted, in the trace of their session', async () => {
    await start();
    await listen();
    await publish('a', fromSip);
    await service.drain(20_000);
    expect(received.map(({ id, payload }) => [id, payload.type])).toEqual([
      ['a/0', 'sip.response.send'],
      ['a/1', 'xmpp.stanza.send'],
    ]);
    expect(received[0]?.payload).toMatchObject({ response: { status: 200 } });
    const text = await telemetry.metricsText();
    expect(text).toMatch(/stoxgate_steps_total\{event="sip.request.received",outcome="applied"\} 1/);
    expect(text).toMatch(/stoxgate_step_seconds_count\{event="sip.request.received"\} 1/);
    await telemetry.stop(1000);
    const [step] = spans;
    expect(step?.name).toBe('step sip.request.received');
    expect(step?.attributes).toMatchObject({
      'stoxgate.user': 'alice@example.org',
      'stoxgate.phone': 'sip:romeo@example.net',
      'stoxgate.outcome': 'applied',
    });
    const own = step && formatTraceparent(step.spanContext());
    expect(received.map(({ trace }) => trace)).toEqual([own, own]);
  });

  it('translator - a call that ended is counted, and its root span written', async () => {
    await start();
    await listen();
    const invite = message({ method: 'INVITE', cseq: { number: 1, method: 'INVITE' }, body: undefined });
    const cancel = { ...invite, method: 'CANCEL', cseq: { number: 1, method: 'CANCEL' } };
    const key = brandKey('call:call-1');
    await publish('i', { ...fromSip, request: invite } as Event, key);
    await publish('c', { ...fromSip, request: cancel } as Event, key);
    await service.drain(20_000);
    expect(await telemetry.metricsText()).toMatch(/stoxgate_calls_ended_total\{reason="[a-z-]+"\} 1/);
    await telemetry.stop(1000);
    const root = spans.find(({ name }) => name === 'call');
    expect(root?.spanContext().spanId).toBe(rootTraceOf(key).slice(36, 52));
    expect(root?.attributes).toEqual({
      'stoxgate.call_id': 'call-1',
      'jingle.sid': 'call-1',
      'stoxgate.user': 'alice@example.org',
      'stoxgate.phone': 'sip:romeo@example.net',
      'stoxgate.direction': 'sip-to-xmpp',
      'stoxgate.end_reason': 'sip-cancel',
      'stoxgate.end_result': 'success',
    });
    const steps = spans.filter(({ name }) => name.startsWith('step '));
    expect(steps.map(({ parentSpanContext }) => parentSpanContext?.spanId)).toContain(
      root?.spanContext().spanId,
    );
    // What the call asks of other sessions is of its trace too.
    expect(new Set(steps.map((span) => span.spanContext().traceId)).size).toBe(1);
    expect(new Set(steps.map(({ attributes }) => attributes['stoxgate.user']))).toEqual(
      new Set(['alice@example.org']),
    );
    expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('translator - drains what is on a bus of its own, then takes nothing more', async () => {
    await start();
    await listen();
    for (let i = 0; i < 50; i++) await publish(`e${i}`, fromSip);
    await service.drain(20_000);
    expect(received).toHaveLength(100);
    await publish('late', fromSip);
    await new Promise((resolve) => setImmediate(resolve));
    expect(received).toHaveLength(100);
  });

  it('translator - ready while bus and store answer', async () => {
    await start();
    expect(service.readiness()).toEqual({ bus: undefined, store: undefined });
    await store.close();
    await bus.close();
    expect(service.readiness()).toEqual({ bus: 'closed', store: 'closed' });
  });

  it('translator - an event that cannot be handled is logged, given up in the end, and holds up nobody', async () => {
    const failing: SessionStore = {
      load: async (key) => {
        if (key === PAIR) throw new Error('bug');
        return store.load(key);
      },
      commit: (commit) => store.commit(commit),
      takeDueTimers: async () => [],
      nextTimerAt: async () => undefined,
      find: async () => [],
      carries: async () => false,
      count: async () => ({}),
      fault: () => undefined,
      close: async () => {},
    };
    await start(failing);
    await listen();
    await publish('bad', fromSip);
    const other = brandKey('pair:bob@example.org sip:romeo@example.net');
    await publish('good', fromSip, other);
    await expect.poll(() => dead).toEqual(['bad']);
    await service.drain(20_000);
    expect(dead).toEqual(['bad']);
    expect(received.map(({ id }) => id)).toEqual(['good/0', 'good/1']);
    expect(lines.filter(({ msg }) => msg === 'event not handled').map(({ key }) => key)).toEqual([
      PAIR,
      PAIR,
    ]);
    expect(await telemetry.metricsText()).toMatch(/outcome="failed"\} 2/);
  });

  it('translator - a store that is away costs no event', async () => {
    let away = true;
    let tries = 0;
    const flaky = Object.assign(Object.create(store), {
      loadAtOnce: undefined,
      published: undefined,
      load: (key: typeof PAIR) => {
        tries++;
        return away ? Promise.reject(new StoxgateError('STOX_STORE_UNAVAILABLE', 'away.')) : store.load(key);
      },
      commit: store.commit.bind(store),
      fault: store.fault.bind(store),
    }) as SessionStore;
    await start(flaky);
    await listen();
    await publish('a', fromSip);
    await expect.poll(() => tries).toBeGreaterThan(1);
    away = false;
    await expect.poll(() => received.length).toBe(2);
    await service.drain(20_000);
    expect(dead).toEqual([]);
    expect(received).toHaveLength(2);
  });
});

const call = (changes: object): Session =>
  ({ kind: 'call', sequence: 0, timers: {}, ...changes }) as unknown as Session;
const success = { result: 'success', label: 'sip-bye' };

describe('session facts', () => {
  it('session facts - a live call is found by its users', () => {
    const both = call({
      out: { user: 'alice@example.org/a', state: 'active' },
      in: { user: 'bob@example.org' },
    });
    expect(indexesOf(both)).toEqual(
      expect.arrayContaining(['user:alice@example.org', 'user:bob@example.org']),
    );
    const one = call({
      out: { user: 'alice@example.org/a', end: success },
      in: { user: 'alice@example.org' },
    });
    expect(indexesOf(one)).toContain('user:alice@example.org');
    expect(indexesOf(call({ out: { user: 'alice@example.org/a', end: success } }))).toEqual([]);
    expect(indexesOf({ kind: 'user', resources: [], seenAt: 0, waiting: [], settleAt: 0 })).toEqual([]);
  });

  it('session facts - each leg ends once, the call with the last', () => {
    const live = call({ out: { user: 'a' }, in: { user: 'b' } });
    const half = call({ out: { user: 'a', end: success }, in: { user: 'b' } });
    const over = call({ out: { user: 'a', end: success }, in: { user: 'b', end: { label: 'cancel' } } });
    expect(endsIn(live, half)).toEqual(['sip-bye']);
    expect(endsIn(half, over)).toEqual(['cancel']);
    expect(endsIn(undefined, over)).toEqual(['sip-bye', 'cancel']);
    expect(endsIn(over, undefined)).toEqual([]);
    expect([live, half, over, undefined].map(isOver)).toEqual([false, false, true, false]);
  });
});
