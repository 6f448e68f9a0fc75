/**
 * ACKs to 2xx, kept to answer each repetition of that 2xx with the same bytes. RFC 3261 §13.2.2.4.
 */
import { Generations } from './generations.ts';
import type { Path } from './hop.ts';
import { TIMEOUT_MS } from './timers.ts';

export interface SentAck {
  readonly bytes: Uint8Array;
  readonly path: Path;
}

const ACKS_MAX = 100_000;

const keyOf = (callId: string, remoteTag: string, cseq: number): string => `${callId}|${remoteTag}|${cseq}`;

export class SentAcks {
  readonly #acks = new Generations<SentAck>(TIMEOUT_MS, ACKS_MAX);

  remember(callId: string, remoteTag: string, cseq: number, ack: SentAck): void {
    this.#acks.set(keyOf(callId, remoteTag, cseq), ack);
  }

  /** The ACK that answers this 2xx, when it was sent already. */
  find(callId: string, remoteTag: string, cseq: number): SentAck | undefined {
    return this.#acks.get(keyOf(callId, remoteTag, cseq));
  }

  clear(): void {
    this.#acks.clear();
  }
}
