/**
 * The handling of one event by a session that keeps dialogs of its own: the commands it gives rise to.
 */
import {
  branchOf,
  type Command,
  deriveHex,
  type OutgoingSipRequest,
  type SipRequest,
} from '@stoxgate/contracts';
import type { Challenge } from '../call/challenges.ts';
import { type ResponseParts, responseTo } from '../call/sip-response.ts';
import type { TranslatorPolicy } from '../policy.ts';
import type { Input } from '../step.ts';

export class SubscriberTurn {
  readonly policy: TranslatorPolicy;
  readonly input: Input;
  readonly commands: Command[] = [];
  readonly #label: string;
  #drawn = 0;

  /** @param label tells what derives from an event here from what others derive from it. */
  constructor(policy: TranslatorPolicy, input: Input, label: string) {
    this.policy = policy;
    this.input = input;
    this.#label = label;
  }

  get now(): number {
    return this.input.now;
  }

  issue(...commands: Command[]): void {
    this.commands.push(...commands);
  }

  /** A value nobody outside can foresee, equal in every replay of this event: `bytes` bytes in hex. */
  derive(bytes: number): string {
    this.#drawn++;
    return deriveHex(`${this.input.eventId} ${this.#label} ${this.#drawn}`, bytes);
  }

  /** A fraction of 1, otherwise the same. */
  share(): number {
    return Number.parseInt(this.derive(2), 16) / 65_536;
  }

  /**
   * Sends a request in a new client transaction, with answers to `challenges`; returns its branch. `edge`: the one that
   * must send it, behind what it was told to send before.
   */
  request(request: OutgoingSipRequest, challenges: readonly Challenge[] = [], edge?: string): string {
    const branch = branchOf(this.derive(10), request);
    this.issue({
      type: 'sip.request.send',
      ...(edge !== undefined && { edge }),
      branch,
      request,
      ...(challenges.length === 0 ? {} : { challenges: [...challenges] }),
    });
    return branch;
  }

  /** Answers a request whose transaction `edge` has. `localTag` is used where it has no To tag. */
  respond(edge: string, request: SipRequest, status: number, localTag: string, parts?: ResponseParts): void {
    this.issue({ type: 'sip.response.send', edge, response: responseTo(request, status, localTag, parts) });
  }
}
