/** The bus as a thread sees it that has none of its own. */
import { type Bus, type Handler, PUBLISH_TIMEOUT_MS } from '@stoxgate/bus';
import { type Envelope, StoxgateError } from '@stoxgate/contracts';
import type { BusProcedures, BusState, DeliveryProcedures } from './bus-procedures.ts';
import type { Patience, Peer } from './peer.ts';

const ASK_EVERY_MS = 250;
/** The bus keeps its own time-outs; this is for a thread that hangs. */
const MARGIN_MS = 2000;
const CODE = 'STOX_BUS_UNAVAILABLE';
const QUESTION: Patience = { timeoutMs: 5000, code: CODE };

export interface ThreadBus {
  readonly bus: Bus;
  /** For the peer that leads to the bus. */
  readonly procedures: DeliveryProcedures;
}

/** @param host the thread that has the bus; asked for when something is said to it. */
export function threadBus(host: () => Peer<BusProcedures>): ThreadBus {
  const handlers = new Map<number, Handler>();
  let consumers = 0;
  let isOpen = true;
  let state: BusState = { backlog: 0, waitingEvents: 0, fault: undefined };
  const ask = (): void => {
    host()
      .call('bus.state', [], QUESTION)
      .then(
        (told) => {
          state = told;
        },
        (cause: unknown) => {
          state = { ...state, fault: String(cause) };
        },
      );
  };
  const timer = setInterval(ask, ASK_EVERY_MS).unref();
  const stop = async (consumer: number, timeoutMs: number): Promise<void> => {
    handlers.delete(consumer);
    const patience = { timeoutMs: timeoutMs + MARGIN_MS, code: CODE } as const;
    await host()
      .call('bus.stop', [consumer, timeoutMs], patience)
      .catch(() => {});
  };
  return {
    bus: {
      publish: (subject, envelope, timeoutMs = PUBLISH_TIMEOUT_MS) =>
        isOpen
          ? host().call('bus.publish', [subject, envelope, timeoutMs], {
              timeoutMs: timeoutMs + MARGIN_MS,
              code: CODE,
              // Who publishes only counts what is under way.
              isUnhurried: true,
            })
          : Promise.reject(closed()),
      consume: async (options, handler) => {
        if (!isOpen) throw closed();
        const consumer = consumers++;
        // The first message can be here before the answer is.
        handlers.set(consumer, handler);
        await host().call('bus.consume', [consumer, options], QUESTION);
        return { stop: (timeoutMs) => stop(consumer, timeoutMs) };
      },
      deserted: (prefix) => host().call('bus.deserted', [prefix], QUESTION),
      attended: (prefix) => host().call('bus.attended', [prefix], QUESTION),
      backlog: () => state.backlog,
      waitingEvents: () => state.waitingEvents,
      fault: () => (isOpen ? state.fault : 'closed'),
      close: async () => {
        isOpen = false;
        clearInterval(timer);
        await Promise.all([...handlers.keys()].map((consumer) => stop(consumer, 0)));
      },
    },
    procedures: {
      'bus.deliver': (consumer: number, envelope: Envelope) =>
        handlers.get(consumer)?.(envelope) ?? Promise.reject(stopped()),
    },
  };
}

const closed = (): StoxgateError => new StoxgateError(CODE, 'The bus was closed.');
/** On its way while its consumer stopped: whoever consumes next has it. */
const stopped = (): StoxgateError => new StoxgateError(CODE, 'The consumer has stopped.');
