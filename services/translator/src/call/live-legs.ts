/**
 * Calls that name each other: what dialogs another call has that are up. RFC 3891 §3, XEP-0251 §3.
 */
import { brandKey, type EventOf, type LiveLeg, type SessionKey } from '@stoxgate/contracts';
import type { InLeg, Legs, OutLeg } from './call-session.ts';
import { partyOf } from './leg-party.ts';
import type { Turn } from './turn.ts';

/** Asks the call `key` for its dialogs; the answer is an event of this call. */
export const askForLegs = (turn: Turn, key: SessionKey): void =>
  turn.issue({
    type: 'session.notify',
    key,
    event: { type: 'call.legs.requested', replyTo: turn.input.key },
  });

function liveLeg(leg: OutLeg | InLeg | undefined): LiveLeg | undefined {
  if (leg?.dialog === undefined || (leg.state !== 'active' && leg.state !== 'accepted')) return undefined;
  const { sid, contact, dialog } = leg;
  const { callId, localTag, remoteTag } = dialog;
  return { sid, callId, localTag, remoteTag, user: partyOf(leg), contact };
}

/** Tells another call what dialogs this one has that are up. */
export function answerLegs(turn: Turn, legs: Legs, event: EventOf<'call.legs.requested'>): void {
  const live = [liveLeg(legs.out), liveLeg(legs.in)].filter((leg) => leg !== undefined);
  turn.issue({
    type: 'session.notify',
    key: brandKey(event.replyTo),
    event: { type: 'call.legs.answered', about: turn.input.key, legs: live },
  });
}
