/**
 * Calls that name each other: what dialogs another call has. RFC 3891 §3, XEP-0251 §3.
 */
import { brandKey, type EventOf, type LiveLeg, type SessionKey } from '@stoxgate/contracts';
import type { InLeg, Legs, OutLeg } from './call-session.ts';
import type { Dialog } from './dialog.ts';
import { partyOf } from './leg-party.ts';
import type { Turn } from './turn.ts';

/** Asks the call `key` for its dialogs; the answer is an event of this call. */
export const askForLegs = (turn: Turn, key: SessionKey): void =>
  turn.issue({
    type: 'session.notify',
    key,
    event: { type: 'call.legs.requested', replyTo: turn.input.key },
  });

/** Those that are up. */
export const upOf = (legs: readonly LiveLeg[]): readonly LiveLeg[] =>
  legs.filter(({ state }) => state === undefined);

function liveLeg(leg: OutLeg | InLeg, dialog: Dialog, state?: LiveLeg['state']): LiveLeg {
  const { sid, contact } = leg;
  const { callId, localTag, remoteTag } = dialog;
  const named = { sid, callId, localTag, remoteTag, user: partyOf(leg), contact };
  return state === undefined ? named : { ...named, state };
}

/** An early dialog that the peer began is none to be replaced (RFC 3891 §3). */
function liveLegs(leg: OutLeg | InLeg | undefined): readonly LiveLeg[] {
  if (leg === undefined) return [];
  const { dialog, state } = leg;
  if (state === 'proceeding' && 'early' in leg) {
    return leg.early
      .filter(({ isOver }) => isOver !== true)
      .map((early) => liveLeg(leg, early.dialog, 'early'));
  }
  if (dialog === undefined) return [];
  if (state === 'active' || state === 'accepted') return [liveLeg(leg, dialog)];
  return state === 'ended' ? [liveLeg(leg, dialog, 'ended')] : [];
}

/** Tells another call what dialogs this one has. */
export function answerLegs(turn: Turn, legs: Legs, event: EventOf<'call.legs.requested'>): void {
  const live = [...liveLegs(legs.out), ...liveLegs(legs.in)];
  turn.issue({
    type: 'session.notify',
    key: brandKey(event.replyTo),
    event: { type: 'call.legs.answered', about: turn.input.key, legs: live },
  });
}
