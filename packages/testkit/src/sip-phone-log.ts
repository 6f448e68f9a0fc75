/**
 * Every message that a scripted phone sent or received, in order.
 */
import type { SipRequest, SipResponse } from '@stoxgate/contracts';
import { parseSipMessage } from '@stoxgate/wire-sip';
import type { Endpoint } from './sip-phone-transport.ts';

export interface PhoneLogEntry {
  /** Milliseconds since the epoch, with fractions. */
  readonly at: number;
  readonly direction: 'in' | 'out';
  readonly peer: Endpoint;
  /** Absent when the bytes were no SIP message. */
  readonly message?: SipRequest | SipResponse;
  /** Why the bytes were no SIP message. */
  readonly unreadable?: string;
}

const SHOWN_ENTRIES = 25;

const now = (): number => performance.timeOrigin + performance.now();

/** `INVITE (1 INVITE, call c1)` or `180 Ringing (1 INVITE, call c1)`. */
export function summaryOf(message: SipRequest | SipResponse): string {
  const start = 'method' in message ? message.method : `${message.status} ${message.reason}`;
  return `${start} (${message.cseq.number} ${message.cseq.method}, call ${message.callId})`;
}

export class PhoneLog {
  readonly #kept: boolean;
  readonly entries: PhoneLogEntry[] = [];
  /** What the sockets reported. */
  readonly errors: Error[] = [];

  /** @param kept false: nothing is remembered; for load. */
  constructor(kept: boolean) {
    this.#kept = kept;
  }

  sent(bytes: Uint8Array, peer: Endpoint): void {
    if (!this.#kept) return;
    const result = parseSipMessage(bytes);
    this.#add('out', peer, result.ok ? result.message : result.fault.phrase);
  }

  received(message: SipRequest | SipResponse | string, peer: Endpoint): void {
    if (this.#kept) this.#add('in', peer, message);
  }

  #add(direction: 'in' | 'out', peer: Endpoint, message: SipRequest | SipResponse | string): void {
    const head = { at: now(), direction, peer };
    this.entries.push(typeof message === 'string' ? { ...head, unreadable: message } : { ...head, message });
  }

  /** The last messages as lines, for the error of a wait that ended in vain. */
  describe(): string {
    const lines = this.entries.slice(-SHOWN_ENTRIES).map((entry) => {
      const text = entry.message === undefined ? `unreadable: ${entry.unreadable}` : summaryOf(entry.message);
      return `  ${entry.direction === 'in' ? '←' : '→'} ${text}`;
    });
    const errors = this.errors.map((error) => `  ! ${error.message}`);
    const all = [...lines, ...errors];
    return all.length === 0 ? ' nothing' : `\n${all.join('\n')}`;
  }
}
