/**
 * The handling of one event of a `presence:` key: whose presence it is about, and the commands it gives rise to.
 */
import { type BareJid, brandBareJid, type XmlElement } from '@stoxgate/contracts';
import type { TranslatorPolicy } from '../policy.ts';
import type { Input, Step } from '../step.ts';
import { SubscriberTurn } from '../subscription/subscriber-turn.ts';
import type { PresenceSession } from './presence-session.ts';
import type { Watched } from './watched.ts';
import type { Watching } from './watching.ts';

export const PRESENCE_TIMER = 'presence';
const PREFIX = 'presence:';

export class PresenceTurn extends SubscriberTurn {
  /** Bare JID of the XMPP user. */
  readonly user: BareJid;
  /** SIP address of record of the other end. */
  readonly aor: string;
  /** Whether the user sees the contact by a subscription of its own. */
  readonly isWatching: boolean;

  constructor(policy: TranslatorPolicy, input: Input, isWatching: boolean) {
    super(policy, input, 'presence');
    this.isWatching = isWatching;
    const end = input.key.indexOf(' ');
    this.user = brandBareJid(input.key.slice(PREFIX.length, end));
    this.aor = input.key.slice(end + 1);
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
