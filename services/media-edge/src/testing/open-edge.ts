/**
 * An edge on a bus; the test is the translator.
 */
import { randomUUID } from 'node:crypto';
import { type Bus, createMemoryBus } from '@stoxgate/bus';
import {
  anyMediaEdgeSubject,
  brandEdgeId,
  brandKey,
  type CommandEnvelope,
  type EventEnvelope,
  eventSubjectOf,
  type MediaRequest,
} from '@stoxgate/contracts';
import {
  Config,
  createLog,
  type ServiceContext,
  startTelemetry,
  type TelemetryOptions,
} from '@stoxgate/runtime';
import type { SessionStore } from '@stoxgate/store';
import type { MediaCommand } from '../carry-out.ts';
import { type MediaEdge, startMediaEdge } from '../service.ts';
import type { MediaTiming } from '../timing.ts';

export interface OpenEdge {
  readonly edge: MediaEdge;
  readonly log: readonly Readonly<Record<string, unknown>>[];
  /** Events published and not yet taken. */
  readonly events: EventEnvelope[];
  /** Puts a command on the bus; `id` names its envelope, a new one when absent. */
  send(
    request: MediaRequest,
    over?: Partial<Omit<MediaCommand, 'request' | 'type'>> & {
      readonly id?: string;
      readonly trace?: string;
    },
  ): Promise<void>;
  /** The next event; rejects when none comes within 20 s of real time. */
  event(): Promise<EventEnvelope>;
  metrics(): Promise<string>;
  close(): Promise<void>;
}

export interface EdgeSettings {
  readonly relays: readonly string[];
  /** A memory bus when absent; closed with the edge. */
  readonly bus?: Bus;
  readonly timing?: MediaTiming;
  readonly change?: (context: ServiceContext) => ServiceContext;
  readonly spanExporter?: TelemetryOptions['spanExporter'];
}

const KEY = brandKey('call:c');
const EVENT_MS = 20_000;
const realSetTimeout = setTimeout;
const realClearTimeout = clearTimeout;

export async function openEdge(settings: EdgeSettings): Promise<OpenEdge> {
  const config = Config.parse({
    xmpp: { domains: ['xmpp.test'], components: [{ domain: 'sip.test', secret: 's' }] },
    media: { relay: 'rtpengine', rtpengine: settings.relays },
  });
  const bus =
    settings.bus ?? createMemoryBus({ maxBacklog: 1000, maxDeliveries: 3, onDeadLetter: () => undefined });
  const log: Record<string, unknown>[] = [];
  const edgeId = brandEdgeId('e1');
  const telemetry = startTelemetry({
    otlpEndpoint: '',
    role: 'media-edge',
    edgeId,
    version: '0',
    ...(settings.spanExporter && { spanExporter: settings.spanExporter }),
  });
  const context: ServiceContext = {
    config,
    edgeId,
    bus,
    store: {} as SessionStore,
    log: createLog({
      level: 'debug',
      role: 'media-edge',
      edgeId,
      destination: { write: (line) => void log.push(JSON.parse(line)) },
    }),
    tracer: telemetry.tracer,
    meter: telemetry.meter,
  };
  const events: EventEnvelope[] = [];
  let arrived = (): void => undefined;
  await bus.consume({ subject: eventSubjectOf(KEY), durable: 't', maxInFlight: 1 }, async (envelope) => {
    events.push(envelope as EventEnvelope);
    arrived();
  });
  const edge = await startMediaEdge(settings.change?.(context) ?? context, settings.timing);
  let sent = 0;
  return {
    edge,
    log,
    events,
    send: (request, { id, trace, ...over } = {}) => {
      sent++;
      const envelope: CommandEnvelope = {
        v: 1,
        id: id ?? `command-${randomUUID()}`,
        key: KEY,
        edge: 'translator',
        at: 0,
        ...(trace && { trace }),
        payload: { type: 'media.request.send', call: 'c/out', exchange: String(sent), ...over, request },
      };
      return bus.publish(anyMediaEdgeSubject(), envelope);
    },
    event: () =>
      new Promise((resolve, reject) => {
        const late = realSetTimeout(() => reject(new Error('No event came.')), EVENT_MS);
        arrived = () => {
          const next = events.shift();
          if (next === undefined) return;
          realClearTimeout(late);
          arrived = () => undefined;
          resolve(next);
        };
        arrived();
      }),
    metrics: () => telemetry.metricsText(),
    close: async () => {
      await edge.stop();
      await bus.close();
      await telemetry.stop(100);
    },
  };
}
