/**
 * What every service is given: telemetry, bus, store. All of it is freed by `releases`.
 */
import { type Bus, type BusOptions, connectNatsBus, createMemoryBus } from '@stoxgate/bus';
import type { EdgeId } from '@stoxgate/contracts';
import { type Config, counter, type Logger, startTelemetry, type Telemetry } from '@stoxgate/runtime';
import { connectRedisStore, createMemoryStore, type SessionStore } from '@stoxgate/store';
import type { Releases } from './releases.ts';
import { telemetryOptionsOf } from './telemetry-options.ts';

/** Identity of the process and what it says and frees. */
export interface Frame {
  readonly config: Config;
  readonly role: string;
  readonly edgeId: EdgeId;
  readonly log: Logger;
  readonly releases: Releases;
}

export interface Resources {
  readonly telemetry: Telemetry;
  readonly bus: Bus;
  readonly store: SessionStore;
}

const MAX_DELIVERIES = 20;
const FLUSH_TIMEOUT_MS = 3_000;

/** Rejects with STOX_BUS_UNAVAILABLE or STOX_STORE_UNAVAILABLE when the server does not answer for some seconds. */
export async function openResources(frame: Frame): Promise<Resources> {
  const { config, releases } = frame;
  const telemetry = startTelemetry(telemetryOptionsOf(config, frame.role, frame.edgeId));
  releases.add('telemetry', () => telemetry.stop(FLUSH_TIMEOUT_MS));
  const bus = await openBus(frame, busOptions(frame, telemetry));
  releases.add('bus', () => bus.close());
  const store = await openStore(config);
  releases.add('store', () => store.close());
  return { telemetry, bus, store };
}

function busOptions({ config, log }: Frame, { meter }: Telemetry): BusOptions {
  const deadLetters = counter(meter, 'stoxgate_dead_letters_total');
  return {
    maxBacklog: config.limits.backlog,
    maxDeliveries: MAX_DELIVERIES,
    onDeadLetter: ({ id, key, payload }, err) => {
      deadLetters.add(1, { type: payload.type });
      log.error({ err, id, key, type: payload.type }, 'message given up');
    },
    onGhost: (subject) => log.warn({ subject }, 'NATS waited for a message that it had lost'),
    onUnreadable: (subject, err) => log.error({ err, subject }, 'a message on the bus is none of ours'),
  };
}

const openBus = async ({ config, edgeId }: Frame, options: BusOptions): Promise<Bus> =>
  config.bus === 'memory'
    ? createMemoryBus(options)
    : connectNatsBus(config.bus, { ...options, name: edgeId, replicas: config.bus_replicas });

const openStore = async (config: Config): Promise<SessionStore> =>
  config.store === 'memory'
    ? createMemoryStore()
    : connectRedisStore(config.store, { replicas: config.store_replicas });
