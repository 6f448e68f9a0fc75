/**
 * An edge on a bus; the test is the translator.
 */
import { type Bus, createMemoryBus } from '@stoxgate/bus';
import {
  anyBoshEdgeSubject,
  boshEdgeSubject,
  brandEdgeId,
  brandKey,
  type EventEnvelope,
  eventSubjectOf,
  type PhoneConnectionCommand,
  type SessionKey,
} from '@stoxgate/contracts';
import {
  Config,
  createLog,
  type ServiceContext,
  startTelemetry,
  type TelemetryOptions,
} from '@stoxgate/runtime';
import type { SessionStore } from '@stoxgate/store';
import type { BoshCommand } from '../carry-out.ts';
import { type BoshEdge, startBoshEdge } from '../service.ts';

export const PHONE = brandKey('phone:sip:1001@sip.test');

export interface OpenEdge {
  readonly edge: BoshEdge;
  /** Every line of the log, as written. */
  readonly log: readonly string[];
  /** Events published and not yet taken. */
  readonly events: EventEnvelope[];
  /** Puts a command on the bus; `id` names its envelope, a new one when absent. */
  send(command: Partial<BoshCommand>, id?: string, trace?: string): Promise<void>;
  /** Puts a command of a connection on the bus, for this edge where it names one. */
  tell(command: PhoneConnectionCommand): Promise<void>;
  metrics(): Promise<string>;
  close(): Promise<void>;
}

export interface EdgeSettings {
  readonly phones?: object;
  readonly limits?: object;
  /** Not `memory`: that other edges are there. */
  readonly busName?: string;
  readonly bus?: Bus;
  /** `e1` when absent. */
  readonly edgeId?: string;
  readonly key?: SessionKey;
  readonly spanExporter?: TelemetryOptions['spanExporter'];
}

export async function openEdge(settings: EdgeSettings = {}): Promise<OpenEdge> {
  const config = Config.parse({
    xmpp: { domains: ['xmpp.test'], components: [{ domain: 'sip.test', secret: 's' }] },
    phones: { bosh_url: 'http://127.0.0.1/http-bind', ...settings.phones },
    limits: settings.limits,
    ...(settings.busName !== undefined && { bus: settings.busName, store: 'redis://127.0.0.1' }),
  });
  const bus =
    settings.bus ?? createMemoryBus({ maxBacklog: 5000, maxDeliveries: 3, onDeadLetter: () => undefined });
  const log: string[] = [];
  const edgeId = brandEdgeId(settings.edgeId ?? 'e1');
  const telemetry = startTelemetry({
    otlpEndpoint: '',
    role: 'bosh-edge',
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
      level: 'trace',
      role: 'bosh-edge',
      edgeId,
      destination: { write: (line) => void log.push(line) },
    }),
    tracer: telemetry.tracer,
    meter: telemetry.meter,
  };
  const key = settings.key ?? PHONE;
  const events: EventEnvelope[] = [];
  if (settings.bus === undefined) {
    await bus.consume({ subject: eventSubjectOf(key), durable: 't', maxInFlight: 1 }, async (envelope) => {
      events.push(envelope as EventEnvelope);
    });
  }
  const edge = await startBoshEdge(context);
  let sent = 0;
  return {
    edge,
    log,
    events,
    send: (command, id, trace) => {
      sent++;
      return bus.publish(anyBoshEdgeSubject(), {
        v: 1,
        id: id ?? `command-${sent}`,
        key,
        edge: 'translator',
        at: 0,
        ...(trace === undefined ? {} : { trace }),
        payload: {
          type: 'bosh.request.send',
          url: '',
          rid: sent,
          attempt: 1,
          timeoutMs: 5000,
          start: "<body xmlns='http://jabber.org/protocol/httpbind'>",
          payload: '',
          ...command,
        },
      });
    },
    tell: (payload) => {
      sent++;
      const subject =
        payload.edge === undefined ? anyBoshEdgeSubject() : boshEdgeSubject(brandEdgeId(payload.edge));
      const head = { v: 1 as const, id: `command-${sent}`, key, edge: 'translator', at: 0 };
      return bus.publish(subject, { ...head, payload });
    },
    metrics: () => telemetry.metricsText(),
    close: async () => {
      await edge.stop();
      if (settings.bus === undefined) await bus.close();
      await telemetry.stop(100);
    },
  };
}
