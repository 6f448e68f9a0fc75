/**
 * An XMPP user watches what a SIP user publishes here: no SIP presence server is asked. RFC 3903.
 */
import type { EventOf } from '@stoxgate/contracts';
import { readPidf } from './pidf-read.ts';
import type { PresenceTurn } from './presence-turn.ts';
import { publishedCommand } from './published-command.ts';
import type { Watching } from './watching.ts';
import { hide, letIn, showDocument, withoutSubscription } from './watching-shown.ts';

/** Everybody is let who asks, as nobody but us could refuse. */
export function watchPublished(
  turn: PresenceTurn,
  { contact, domain, authorization, isThere, shown, failures }: Omit<Watching, 'phase' | 'dueAt'>,
): Watching {
  turn.issue(publishedCommand(turn, 'presence.published.watched'));
  const phase = { name: 'resting', isAvailable: false, until: 0 } as const;
  const half = {
    contact,
    domain,
    authorization,
    isThere,
    shown,
    failures,
    isPublished: true,
    phase,
    dueAt: 0,
  } as const;
  return letIn(turn, half);
}

/** What is published now. Whom nobody is there to be told is told once: that was a probe. */
export function watchingPublished(
  turn: PresenceTurn,
  half: Watching | undefined,
  { pidf }: EventOf<'presence.published'>,
): Watching | undefined {
  if (half?.isPublished !== true) {
    turn.issue(publishedCommand(turn, 'presence.published.unwatched'));
    return half;
  }
  const document = pidf === undefined ? undefined : readPidf(pidf);
  const next = document === undefined ? hide(turn, half) : showDocument(turn, half, document);
  if (half.isThere) return next;
  withoutSubscription(turn, next);
  return undefined;
}
