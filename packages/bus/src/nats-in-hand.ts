/** A JetStream message while its envelopes are worked on: it is settled when they all are. */
import type { JsMsg } from '@nats-io/jetstream';
import type { Envelope } from '@stoxgate/contracts';

export interface InHand {
  readonly sequence: number;
  readonly since: number;
  /** The newest delivery of it, which is the one to settle. */
  message: JsMsg;
  readonly items: readonly Item[];
  /** Of these not settled. */
  left: number;
  /** At work at this moment: handed out, and not waiting to be handed out again. */
  working: number;
  /** Goes back to the server as soon as nobody works on it. */
  isDoomed: boolean;
}

/** One envelope of it. */
export interface Item {
  readonly envelope: Envelope;
  readonly of: InHand;
  state: 'waiting' | 'working' | 'pausing' | 'settled';
  failures: number;
  outages: number;
  retry: NodeJS.Timeout | undefined;
}

export function inHand(message: JsMsg, envelopes: readonly Envelope[], since: number): InHand {
  const items: Item[] = [];
  const sequence = message.info.streamSequence;
  const left = envelopes.length;
  const all: InHand = { sequence, since, message, items, left, working: 0, isDoomed: false };
  for (const envelope of envelopes) {
    items.push({ envelope, of: all, state: 'waiting', failures: 0, outages: 0, retry: undefined });
  }
  return all;
}
