/**
 * The handling of one event: what it needs to know, and the commands it gives rise to.
 */
import {
  branchOf,
  type Command,
  commandId,
  deriveHex,
  type OutgoingSipRequest,
  type SipRequest,
  type XmlElement,
} from '@stoxgate/contracts';
import { el } from '@stoxgate/wire-xmpp';
import { type ArmedTimers, changeTimers, type TimerChanges, withChange } from '../armed-timers.ts';
import type { TranslatorPolicy } from '../policy.ts';
import type { Input } from '../step.ts';
import type { CallSession } from './call-session.ts';
import type { Challenge } from './challenges.ts';
import { type ResponseParts, responseTo } from './sip-response.ts';

/** Base of SIP's timers (RFC 3261 §17.1.1.1), and how long a transaction may last. */
export const T1_MS = 500;
export const TRANSACTION_MS = 64 * T1_MS;

/** An IQ of ours to be sent. */
export interface OutgoingIq {
  readonly domain: string;
  readonly from: string;
  readonly to: string;
  readonly payload: XmlElement;
}

export class Turn {
  readonly policy: TranslatorPolicy;
  readonly input: Input;
  readonly commands: Command[] = [];
  #sequence: number;
  readonly #before: ArmedTimers;
  #changes: TimerChanges = [];
  #drawn = 0;

  constructor(policy: TranslatorPolicy, session: CallSession | undefined, input: Input) {
    this.policy = policy;
    this.input = input;
    this.#sequence = session?.sequence ?? 0;
    this.#before = session?.timers ?? {};
  }

  get sequence(): number {
    return this.#sequence;
  }

  get timers(): ArmedTimers {
    return changeTimers(this.#before, this.#changes);
  }

  /** A value nobody outside can foresee, equal in every replay of this event: `bytes` bytes in hex. */
  derive(bytes: number): string {
    this.#drawn++;
    return deriveHex(`${this.input.eventId} ${this.#drawn}`, bytes);
  }

  /** A dialog tag of 64 bits (RFC 3261 §19.3 asks for 32). */
  tag(): string {
    return this.derive(8);
  }

  issue(command: Command): void {
    this.commands.push(command);
  }

  /** Sends a request in a new client transaction, with answers to `challenges`; returns its branch. */
  request(request: OutgoingSipRequest, challenges: readonly Challenge[] = [], edge?: string): string {
    const branch = branchOf(this.derive(10), request);
    this.issue({
      type: 'sip.request.send',
      ...(edge === undefined ? {} : { edge }),
      branch,
      request,
      ...(challenges.length === 0 ? {} : { challenges: [...challenges] }),
    });
    return branch;
  }

  /** Answers a request of this event. `localTag` is used where the request has no To tag. */
  respond(request: SipRequest, status: number, localTag: string, parts?: ResponseParts): void {
    this.issue({
      type: 'sip.response.send',
      edge: this.input.edge,
      response: responseTo(request, status, localTag, parts),
    });
  }

  /** An id for a stanza whose answer leads back to this session. */
  nextId(): string {
    this.#sequence++;
    return commandId(this.input.key, this.#sequence);
  }

  /** Sends an IQ-set; returns its id. */
  iqSet({ domain, from, to, payload }: OutgoingIq): string {
    const id = this.nextId();
    this.issue({
      type: 'xmpp.stanza.send',
      domain,
      stanza: el('iq', { type: 'set', from, to, id }, payload),
    });
    return id;
  }

  setTimer(name: string, delayMs: number): void {
    const dueAt = this.input.now + delayMs;
    this.#change(name, dueAt);
    this.issue({ type: 'timer.set', name, dueAt });
  }

  clearTimer(name: string): void {
    if (this.#dueAt(name) === undefined) return;
    this.#change(name, undefined);
    this.issue({ type: 'timer.clear', name });
  }

  /** Whether a fired timer is the one that runs; it no longer does. */
  takeTimer(name: string, dueAt: number): boolean {
    if (this.#dueAt(name) !== dueAt) return false;
    this.#change(name, undefined);
    return true;
  }

  #dueAt(name: string): number | undefined {
    for (const change of this.#changes) if (change.name === name) return change.dueAt;
    return this.#before[name];
  }

  #change(name: string, dueAt: number | undefined): void {
    this.#changes = withChange(this.#changes, { name, dueAt });
  }
}
