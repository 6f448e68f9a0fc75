/**
 * An edge on a loopback port and a memory bus, with a UDP peer as its proxy; the test is the translator.
 */
import { createMemoryBus } from '@stoxgate/bus';
import {
  brandEdgeId,
  brandKey,
  type CommandEnvelope,
  type EdgeCommand,
  type Event,
  type EventEnvelope,
  eventSubject,
  PARTITIONS,
  type Subject,
} from '@stoxgate/contracts';
import { Config, createLog, type ServiceContext, startTelemetry } from '@stoxgate/runtime';
import { UdpPeer } from '@stoxgate/sip-stack/testing';
import type { SessionStore } from '@stoxgate/store';
import { vi } from 'vitest';
import { type SipEdge, startSipEdge } from '../service.ts';

export interface OpenEdge {
  readonly edge: SipEdge;
  readonly peer: UdpPeer;
  readonly log: readonly Readonly<Record<string, unknown>>[];
  /** The next event; rejects when none comes within 20 s of real time. */
  event(): Promise<EventEnvelope>;
  /** Events published and not yet taken. */
  events(): readonly EventEnvelope[];
  command(
    payload: EdgeCommand,
    options?: {
      readonly subject?: Subject;
      readonly key?: string;
      readonly trace?: string;
      readonly at?: number;
    },
  ): Promise<void>;
  metrics(): Promise<string>;
  close(): Promise<void>;
}

export interface EdgeSettings {
  readonly sip?: object;
  readonly limits?: object;
  readonly calls?: object;
  readonly messages?: object;
  readonly presence?: object;
  readonly phones?: object;
  /** Changes the context before the edge starts. */
  readonly change?: (context: ServiceContext) => ServiceContext;
}

const realSetTimeout = setTimeout;
/** More than an edge takes to stop. */
const STOPPED_MS = 10_000;

export async function openEdge(settings: EdgeSettings = {}): Promise<OpenEdge> {
  const peer = await UdpPeer.open();
  const config = Config.parse({
    xmpp: {
      domains: ['xmpp.test'],
      components: [{ domain: 'sip.test', secret: 's' }],
    },
    sip: {
      listen_host: '127.0.0.1',
      listen_port: 0,
      proxy_host: '127.0.0.1',
      proxy_port: peer.port,
      ...settings.sip,
    },
    ...(settings.limits && { limits: settings.limits }),
    ...(settings.calls && { calls: settings.calls }),
    ...(settings.messages && { messages: settings.messages }),
    ...(settings.presence && { presence: settings.presence }),
    ...(settings.phones && { phones: settings.phones }),
  });
  const bus = createMemoryBus({ maxBacklog: 1000, maxDeliveries: 3, onDeadLetter: () => undefined });
  const log: Record<string, unknown>[] = [];
  const telemetry = startTelemetry({ otlpEndpoint: '', role: 'sip-edge', edgeId: 'e1', version: '0' });
  const context: ServiceContext = {
    config,
    edgeId: brandEdgeId('e1'),
    bus,
    store: {} as SessionStore,
    log: createLog({
      level: 'debug',
      role: 'sip-edge',
      edgeId: 'e1',
      destination: { write: (line) => void log.push(JSON.parse(line)) },
    }),
    tracer: telemetry.tracer,
    meter: telemetry.meter,
  };
  const events: EventEnvelope[] = [];
  let arrived = (): void => undefined;
  for (let partition = 0; partition < PARTITIONS; partition++) {
    await bus.consume(
      { subject: eventSubject(partition), durable: `t-${partition}`, maxInFlight: 1 },
      (envelope) => {
        events.push(envelope as EventEnvelope);
        arrived();
        return Promise.resolve();
      },
    );
  }
  const edge = await startSipEdge(settings.change?.(context) ?? context);
  let commands = 0;
  return {
    edge,
    peer,
    log,
    events: () => events,
    event: () =>
      new Promise((resolve, reject) => {
        const late = realSetTimeout(() => reject(new Error('No event came.')), 20_000);
        const take = (): void => {
          const next = events.shift();
          if (next === undefined) return;
          clearTimeout(late);
          arrived = () => undefined;
          resolve(next);
        };
        arrived = take;
        take();
      }),
    command: (
      payload,
      { subject = 'stox.cmd.sip.any' as Subject, key = 'call:c', trace, at = Date.now() } = {},
    ) => {
      const envelope: CommandEnvelope = {
        v: 1,
        id: `command-${++commands}`,
        key: brandKey(key),
        edge: 'translator',
        at,
        ...(trace && { trace }),
        payload,
      };
      return bus.publish(subject, envelope);
    },
    metrics: () => telemetry.metricsText(),
    close: async () => {
      // What has no outcome yet is waited for: not in real time.
      if (!vi.isFakeTimers()) vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      const stopped = edge.stop();
      await vi.advanceTimersByTimeAsync(STOPPED_MS);
      await stopped;
      vi.useRealTimers();
      await bus.close();
      await peer.close();
      await telemetry.stop(100);
    },
  };
}

/** The payload of an event of the given type. */
export function payloadOf<Type extends Event['type']>(
  envelope: EventEnvelope,
  type: Type,
): Extract<Event, { type: Type }> {
  if (envelope.payload.type !== type) throw new Error(`The event is ${envelope.payload.type}.`);
  return envelope.payload as Extract<Event, { type: Type }>;
}
