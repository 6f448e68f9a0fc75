/**
 * An edge with a fake XMPP server on one side and an in-process bus on the other, for tests.
 */
import { type Meter, metrics, type Tracer } from '@opentelemetry/api';
import { type Bus, createMemoryBus } from '@stoxgate/bus';
import {
  brandEdgeId,
  type CommandEnvelope,
  type Envelope,
  eventSubject,
  PARTITIONS,
  type XmlElement,
  xmppDomainSubject,
} from '@stoxgate/contracts';
import {
  Config,
  type Logger,
  NOOP_TRACER,
  type RunningService,
  type ServiceContext,
} from '@stoxgate/runtime';
import { createMemoryStore, type SessionStore } from '@stoxgate/store';
import { type FakeXmppServer, startFakeXmppServer } from '@stoxgate/testkit';
import { el, NS } from '@stoxgate/wire-xmpp';
import { expect, onTestFinished, vi } from 'vitest';
import { EDGE_TIMING, type EdgeTiming } from '../edge-timing.ts';
import { startXmppEdgeWith } from '../xmpp-edge.ts';

export const DOMAIN = 'sip.example.org';
export const FROM = 'alice@example.org/desk';
export const TO = `romeo@${DOMAIN}`;
const TIMING: EdgeTiming = {
  link: { ...EDGE_TIMING.link, backoff: { baseMs: 4, capMs: 20 }, lingerMs: 50 },
  confirmDelayMs: 5,
  patienceMs: 40,
  publishMs: 40,
  lookMs: 20,
  announcePauseMs: 5,
  stopMs: 300,
};

export interface World {
  readonly server: FakeXmppServer;
  readonly edge: RunningService;
  readonly events: Envelope[];
  readonly lines: string[];
  command(id: string, stanza: XmlElement): Promise<void>;
  readonly bus: Bus;
}

export interface Setting {
  readonly domains?: readonly string[];
  readonly limits?: Readonly<Record<string, number>>;
  /** Without a consumer events stay on the bus. */
  readonly isConsumed?: boolean;
  readonly secret?: string;
  /** That of another world, to share. */
  readonly bus?: Bus;
  readonly maxEvents?: number;
  readonly tracer?: Tracer;
  readonly meter?: Meter;
  readonly store?: SessionStore;
  /** That of another world: both edges are connected to it. */
  readonly server?: FakeXmppServer;
  readonly edge?: string;
  /** The configuration speaks of NATS: other processes share the work. */
  readonly isOneOfSeveral?: boolean;
}

export async function world(setting: Setting = {}): Promise<World> {
  const { domains = [DOMAIN], limits = {}, isConsumed = true, secret } = setting;
  const server =
    setting.server ??
    (await startFakeXmppServer({
      components: Object.fromEntries(domains.map((domain) => [domain, 's3cret'])),
      areShared: true,
    }));
  const config = Config.parse({
    xmpp: {
      domains: ['example.org'],
      components: domains.map((domain) => ({ domain, port: server.port, secret: secret ?? 's3cret' })),
    },
    ...(setting.isOneOfSeveral === true && {
      bus: 'nats://nats.example.org',
      store: 'redis://redis.example.org',
    }),
    limits: { backlog: 50, stanza_bytes: 10_000, ...limits },
  });
  const bus =
    setting.bus ??
    createMemoryBus({
      maxBacklog: config.limits.backlog,
      maxDeliveries: 3,
      onDeadLetter: () => {},
    });
  const events: Envelope[] = [];
  if (isConsumed) {
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const options = { subject: eventSubject(partition), durable: 'test', maxInFlight: 1 };
      await bus.consume(options, async (envelope) => void events.push(envelope));
    }
  }
  const lines: string[] = [];
  const line = (_: unknown, text: string) => lines.push(text);
  const log = { debug: () => {}, info: line, warn: line, error: line };
  const context: ServiceContext = {
    config,
    edgeId: brandEdgeId(setting.edge ?? 'edge-1'),
    bus,
    store: setting.store ?? createMemoryStore(),
    log: log as unknown as Logger,
    tracer: setting.tracer ?? NOOP_TRACER,
    meter: setting.meter ?? metrics.getMeter('test'),
  };
  const edge = startXmppEdgeWith(context, TIMING, setting.maxEvents);
  // Last first. No hook of this module: files share the module, so only the first of them would have it.
  onTestFinished(() => server.stop());
  onTestFinished(() => bus.close());
  onTestFinished(() => edge.stop());
  const command = (id: string, stanza: XmlElement): Promise<void> => {
    const domain = stanza.attrs.from?.split('/')[0]?.split('@').at(-1) ?? '';
    const envelope: CommandEnvelope = {
      v: 1,
      id,
      key: 'call:x',
      edge: 'translator-1',
      at: 0,
      payload: { type: 'xmpp.stanza.send', domain, stanza },
    };
    return bus.publish(xmppDomainSubject(domains.includes(domain) ? domain : DOMAIN), envelope);
  };
  return { server, edge, events, lines, command, bus };
}

export const until = <Result>(check: () => Result): Promise<Result> =>
  vi.waitFor(check, { timeout: 20_000, interval: 5 });
export const ready = (edge: RunningService): Promise<void> =>
  until(() =>
    expect(Object.values(edge.readiness())).toEqual(Object.values(edge.readiness()).map(() => undefined)),
  );
export const message = (id: string, body = 'hi'): XmlElement =>
  el('message', { from: TO, to: FROM, type: 'chat', id }, el('body', {}, body));
export const jingle = (action: string, id: string): XmlElement =>
  el('iq', { type: 'set', from: FROM, to: TO, id }, el('jingle', { xmlns: NS.JINGLE, action, sid: 's1' }));
export const idsOf = (server: FakeXmppServer): (string | undefined)[] =>
  server.received.map(({ stanza }) => stanza.attrs.id);
