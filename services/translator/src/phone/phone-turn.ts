/**
 * The handling of one event of a phone: the record as it becomes, and the commands it gives rise to.
 */
import { type Command, deriveHex } from '@stoxgate/contracts';
import type { Input } from '../step.ts';
import type { BoshSession, ClientConnection, Parked, PhoneSession } from './phone-session.ts';
import type { PhonesPolicy } from './phones-policy.ts';

const MAX_BACK_OFF_MS = 300_000;
/** After a fault of ours, or while a server goes down. */
const LATER_MS = 10_000;

export class PhoneTurn {
  readonly policy: PhonesPolicy;
  readonly input: Input;
  readonly commands: Command[] = [];
  #session: PhoneSession;
  #drawn = 0;

  constructor(policy: PhonesPolicy, session: PhoneSession, input: Input) {
    this.policy = policy;
    this.#session = session;
    this.input = input;
  }

  get session(): PhoneSession {
    return this.#session;
  }

  get now(): number {
    return this.input.now;
  }

  /** A value that nobody outside can foresee, equal in every replay of this event: `bytes` bytes in hex. */
  derive(bytes: number): string {
    this.#drawn++;
    return deriveHex(`${this.input.eventId} ${this.#drawn}`, bytes);
  }

  update(changes: Partial<PhoneSession>): void {
    this.#session = { ...this.#session, ...changes };
  }

  /** Changes the BOSH session, if there is one. */
  updateBosh(changes: Partial<BoshSession>): void {
    const { bosh } = this.#session;
    if (bosh !== undefined) this.update({ bosh: { ...bosh, ...changes } });
  }

  /** Changes the connection, if there is one. */
  updateConnection(changes: Partial<ClientConnection>): void {
    const { connection } = this.#session;
    if (connection !== undefined) this.update({ connection: { ...connection, ...changes } });
  }

  /** 1 s, 2 s, 4 s …, at most five minutes, and up to a quarter more, so that many do not come back at once. */
  backOffMs(times: number): number {
    const delayMs = Math.min(MAX_BACK_OFF_MS, 1000 * 2 ** Math.min(times - 1, 20));
    return delayMs + Math.floor((delayMs * Number.parseInt(this.derive(2), 16)) / 0x40000);
  }

  /** The session ended as it should: what is left of it is nothing. */
  closed(): void {
    this.update({ bosh: undefined, connection: undefined, isRenewing: undefined, presenceId: undefined });
  }

  /** The session is no more, or makes no way. A new one is tried, after a while that grows with each loss. */
  lost(again: 'soon' | 'later'): void {
    const { failures } = this.session;
    const soonMs = failures === 0 ? 0 : this.backOffMs(failures);
    const delayMs = again === 'soon' ? soonMs : LATER_MS + soonMs;
    this.update({
      bosh: undefined,
      connection: undefined,
      isRenewing: undefined,
      redirect: undefined,
      failures: failures + 1,
      retryAt: this.now + delayMs,
    });
  }

  /** Nothing is tried any more until something happens that `why` waits for. A session that is there will be ended. */
  park(why: Parked): void {
    this.update({ parked: why, isRenewing: undefined });
  }
}
