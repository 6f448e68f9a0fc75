/**
 * Commands of connections: those for this process, and those for processes that are gone, whose connections nobody has any more.
 */
import type { Bus } from '@stoxgate/bus';
import {
  BOSH_EDGE_SUBJECTS,
  boshEdgeSubject,
  brandKey,
  type EdgeId,
  type Envelope,
  eventSubjectOf,
  type PhoneConnectionEvent,
  type SessionKey,
} from '@stoxgate/contracts';
import { Adoption, type Logger, randomId } from '@stoxgate/runtime';
import type { Connections } from './client/connections.ts';

export interface ConnectionInletOptions {
  readonly bus: Pick<Bus, 'consume' | 'deserted'>;
  readonly edgeId: EdgeId;
  readonly connections: Connections;
  /** Whether what is left of others may come up here. */
  readonly adopts: boolean;
  readonly log: Logger;
}

export interface ConnectionInlet {
  /** What is still in hand after `timeoutMs` is another process's. Never rejects. */
  stop(timeoutMs: number): Promise<void>;
}

/** Connections in hand at a time. */
const MAX_IN_FLIGHT = 20_000;
const DURABLE = 'bosh-edge.';
const PUBLISH_TIMEOUT_MS = 5000;

/** Starts to carry out commands. Rejects when the bus does not answer. */
export async function openConnectionInlet(options: ConnectionInletOptions): Promise<ConnectionInlet> {
  const { bus, edgeId, connections, adopts, log } = options;
  const maxInFlight = MAX_IN_FLIGHT;
  const handler = async (envelope: Envelope): Promise<void> => {
    if (await carryOutConnection(connections, envelope)) return;
    log.error({ key: envelope.key, type: envelope.payload.type }, 'a command that is not for this edge');
  };
  const subject = boshEdgeSubject(edgeId);
  const own = await bus.consume({ subject, durable: `${DURABLE}${edgeId}`, maxInFlight }, handler);
  const adopted =
    adopts &&
    new Adoption({ bus, subjects: BOSH_EDGE_SUBJECTS, durables: DURABLE, maxInFlight, handler, log });
  return {
    stop: async (timeoutMs) => {
      await Promise.all([own.stop(timeoutMs), adopted === false ? undefined : adopted.stop(timeoutMs)]);
    },
  };
}

/** Carries out a command of a connection; false: it is none. Rejects when the bus does not hear what became of one. */
export async function carryOutConnection(connections: Connections, envelope: Envelope): Promise<boolean> {
  const { payload } = envelope;
  const key = brandKey(envelope.key);
  switch (payload.type) {
    case 'phone.connection.keep':
      await connections.keep(key, payload.connection);
      return true;
    case 'phone.connection.open':
      connections.login(key, payload);
      return true;
    case 'phone.presence.send':
      await connections.send(payload);
      return true;
    case 'phone.connection.close':
      connections.close(payload.connection);
      return true;
    default:
      return false;
  }
}

/** Publishes what happens to connections. The ids of the events are drawn: what derives from them must not be guessed. */
export const connectionTeller =
  (bus: Pick<Bus, 'publish'>, edge: EdgeId, log: Logger) =>
  async (key: SessionKey, payload: PhoneConnectionEvent): Promise<boolean> => {
    try {
      const envelope = { v: 1 as const, id: randomId(), key, edge, at: Date.now(), payload };
      await bus.publish(eventSubjectOf(key), envelope, PUBLISH_TIMEOUT_MS);
      return true;
    } catch (err) {
      log.error({ err, key, event: payload.type }, 'event not taken by the bus');
      return false;
    }
  };
