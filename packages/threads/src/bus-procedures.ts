/** What the thread that has the bus does for one that has not. */
import type { Bus, ConsumeOptions, Consumer, Deserted } from '@stoxgate/bus';
import type { Envelope, Subject } from '@stoxgate/contracts';
import type { Patience, Peer } from './peer.ts';

/** Numbers of consumers are given by the thread that consumes. */
export type BusProcedures = {
  'bus.publish': (subject: Subject, envelope: Envelope, timeoutMs: number) => Promise<void>;
  'bus.consume': (consumer: number, options: ConsumeOptions) => Promise<void>;
  'bus.stop': (consumer: number, timeoutMs: number) => Promise<void>;
  'bus.deserted': (prefix: string) => Promise<readonly Deserted[]>;
  'bus.attended': (prefix: string) => Promise<readonly Subject[]>;
  'bus.state': () => Promise<BusState>;
};

/** What the bus says at once where it is; elsewhere it is as old as the last question. */
export interface BusState {
  readonly backlog: number;
  readonly waitingEvents: number;
  readonly fault: string | undefined;
}

/** What a thread that consumes lets the bus call. Resolves or rejects as the handler does. */
export type DeliveryProcedures = {
  'bus.deliver': (consumer: number, envelope: Envelope) => Promise<void>;
};

/** Where this many are handed out at a time, none waits for another to be settled. */
const MANY = 64;

/** A handler has its own deadlines: the bus waits for it. */
const asLongAsItTakes = ({ maxInFlight }: ConsumeOptions): Patience => ({
  timeoutMs: Number.POSITIVE_INFINITY,
  code: 'STOX_BUS_UNAVAILABLE',
  isUnhurried: maxInFlight >= MANY,
});

/** @param user the thread that is served; asked for when something is delivered. */
export function busProcedures(bus: Bus, user: () => Peer<DeliveryProcedures>): BusProcedures {
  const consumers = new Map<number, Consumer>();
  return {
    'bus.publish': (subject, envelope, timeoutMs) => bus.publish(subject, envelope, timeoutMs),
    'bus.consume': async (consumer, options) => {
      const patience = asLongAsItTakes(options);
      const deliver = (envelope: Envelope): Promise<void> =>
        user().call('bus.deliver', [consumer, envelope], patience);
      consumers.set(consumer, await bus.consume(options, deliver));
    },
    'bus.stop': async (consumer, timeoutMs) => {
      await consumers.get(consumer)?.stop(timeoutMs);
      consumers.delete(consumer);
    },
    'bus.deserted': (prefix) => bus.deserted(prefix),
    'bus.attended': (prefix) => bus.attended(prefix),
    'bus.state': async () => ({
      backlog: bus.backlog(),
      waitingEvents: bus.waitingEvents(),
      fault: bus.fault(),
    }),
  };
}
