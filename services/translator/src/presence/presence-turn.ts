/**
 * The handling of one event of a `presence:` key: whose presence it is about, and the commands it gives rise to.
 */
import {
  type BareJid,
  branchOf,
  brandBareJid,
  type Command,
  deriveHex,
  type OutgoingSipRequest,
  type SipRequest,
  type XmlElement,
} from '@stoxgate/contracts';
import type { Challenge } from '../call/challenges.ts';
import { type ResponseParts, responseTo } from '../call/sip-response.ts';
import type { TranslatorPolicy } from '../policy.ts';
import type { Input, Step } from '../step.ts';
import type { PresenceSession } from './presence-session.ts';
import type { Watched } from './watched.ts';
import type { Watching } from './watching.ts';

export const PRESENCE_TIMER = 'presence';
const PREFIX = 'presence:';

export class PresenceTurn {
  readonly policy: TranslatorPolicy;
  readonly input: Input;
  readonly commands: Command[] = [];
  /** Bare JID of the XMPP user. */
  readonly user: BareJid;
  /** SIP address of record of the other end. */
  readonly aor: string;
  /** Whether the user sees the contact by a subscription of its own. */
  readonly isWatching: boolean;
  #drawn = 0;

  constructor(policy: TranslatorPolicy, input: Input, isWatching: boolean) {
    this.policy = policy;
    this.input = input;
    this.isWatching = isWatching;
    const end = input.key.indexOf(' ');
    this.user = brandBareJid(input.key.slice(PREFIX.length, end));
    this.aor = input.key.slice(end + 1);
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
    return deriveHex(`${this.input.eventId} presence ${this.#drawn}`, bytes);
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

  say(domain: string, stanza: XmlElement): void {
    this.issue({ type: 'xmpp.stanza.send', domain, stanza });
  }

  /**
   * Ends the step. One timer wakes the record at the next deadline of its halves; it is moved only forward in need. With
   * neither half there is no record.
   */
  finish(timerAt: number, watching: Watching | undefined, watched: Watched | undefined): Step {
    if (watching === undefined && watched === undefined)
      return { session: undefined, commands: this.commands };
    const deadlines = [watching?.dueAt ?? 0, watched?.dueAt ?? 0].filter((dueAt) => dueAt > 0);
    const dueAt = Math.min(...deadlines);
    const isMoved = deadlines.length > 0 && (timerAt === 0 || dueAt < timerAt);
    if (isMoved) this.issue({ type: 'timer.set', name: PRESENCE_TIMER, dueAt });
    const session: PresenceSession = {
      kind: 'presence',
      ...(watching && { watching }),
      ...(watched && { watched }),
      timerAt: isMoved ? dueAt : timerAt,
    };
    return { session, commands: this.commands };
  }
}
