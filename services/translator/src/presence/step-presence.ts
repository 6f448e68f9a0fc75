/**
 * The core for the presence of one XMPP user and one SIP address: two halves that know nothing of each other. RFC 8048.
 */
import type { EventOf } from '@stoxgate/contracts';
import { tagOf } from '../call/dialog.ts';
import type { TranslatorPolicy } from '../policy.ts';
import type { Input, Step } from '../step.ts';
import type { PresenceSession } from './presence-session.ts';
import { PresenceTurn } from './presence-turn.ts';
import {
  type Watched,
  watchedAnswered,
  watchedDue,
  watchedFailed,
  watchedHears,
  watchedLinkOpened,
  watchedSubscribed,
} from './watched.ts';
import {
  type Watching,
  watchingAnswered,
  watchingDue,
  watchingFailed,
  watchingHears,
  watchingNotified,
  watchingPublished,
  watchingShownAgain,
} from './watching.ts';

interface Halves {
  readonly watching: Watching | undefined;
  readonly watched: Watched | undefined;
}

/** A request of a dialog, or of a new one: each of the two methods is for one half. */
function onRequest(turn: PresenceTurn, halves: Halves, event: EventOf<'dialog.request.received'>): Halves {
  const { watching, watched } = halves;
  const { edge, request } = event;
  switch (request.method) {
    case 'NOTIFY':
      return { ...halves, watching: watchingNotified(turn, watching, edge, request) };
    case 'SUBSCRIBE':
      if (tagOf(request.to) === '' && request.callId === watching?.subscription?.dialog.callId) {
        // Our own, come back to us: the SIP side knows nobody else for that address.
        turn.respond(edge, request, 482, turn.derive(8));
        return halves;
      }
      return { ...halves, watched: watchedSubscribed(turn, watched, edge, request) };
    default:
      turn.respond(edge, request, tagOf(request.to) === '' ? 481 : 405, turn.derive(8), {
        headers: { allow: ['SUBSCRIBE, NOTIFY'] },
      });
      return halves;
  }
}

function stepped(turn: PresenceTurn, halves: Halves): Halves {
  const { event } = turn.input;
  const { watching, watched } = halves;
  switch (event.type) {
    case 'presence.stanza.received':
      return {
        watching: watchingHears(turn, watching, event),
        watched: watchedHears(turn, watched, event),
      };
    case 'dialog.request.received':
      return onRequest(turn, halves, event);
    case 'sip.response.received':
      return event.response.cseq.method === 'SUBSCRIBE'
        ? { ...halves, watching: watchingAnswered(turn, watching, event) }
        : { ...halves, watched: watchedAnswered(turn, watched, event) };
    case 'sip.request.failed':
      return event.method === 'SUBSCRIBE'
        ? { ...halves, watching: watchingFailed(turn, watching, event) }
        : { ...halves, watched: watchedFailed(turn, watched, event) };
    case 'presence.published':
      return { ...halves, watching: watchingPublished(turn, watching, event) };
    case 'xmpp.link.opened':
      return {
        watching: watching && watchingShownAgain(turn, watching),
        watched: watched && watchedLinkOpened(turn, watched),
      };
    case 'timer.fired':
      return {
        watching: watching && isDue(watching, turn) ? watchingDue(turn, watching) : watching,
        watched: watched && isDue(watched, turn) ? watchedDue(turn, watched) : watched,
      };
    default:
      return halves;
  }
}

const isDue = ({ dueAt }: { readonly dueAt: number }, turn: PresenceTurn): boolean =>
  dueAt > 0 && dueAt <= turn.now;

/** Handles an event of a `presence:` key. Total: what concerns neither half changes nothing. */
export function stepPresence(
  policy: TranslatorPolicy,
  session: PresenceSession | undefined,
  input: Input,
): Step {
  const turn = new PresenceTurn(policy, input, session?.watching !== undefined);
  const before: Halves = { watching: session?.watching, watched: session?.watched };
  const { watching, watched } = stepped(turn, before);
  const isTimer = input.event.type === 'timer.fired';
  const isSame = watching === before.watching && watched === before.watched;
  if (isSame && !isTimer) return { session, commands: turn.commands };
  return turn.finish(isTimer ? 0 : (session?.timerAt ?? 0), watching, watched);
}
