/**
 * The timer of a pair: gives up what nobody answers for, refreshes who is typing, forgets what is over.
 */
import type { TranslatorPolicy } from '../policy.ts';
import type { Input, Step } from '../step.ts';
import { composingRefreshed } from './composing-to-sip.ts';
import { composingTimedOut } from './composing-to-xmpp.ts';
import { sipEndsOf } from './ends.ts';
import { messagesExpired } from './message-outcome.ts';
import type { PairSession } from './pair-session.ts';
import { pairStep } from './pair-turn.ts';

/** The record's timer fell due. */
export function pairTimerFired(policy: TranslatorPolicy, session: PairSession, input: Input): Step {
  const { now } = input;
  const expired = messagesExpired(session, now);
  const idle = composingTimedOut(policy, expired.session, input);
  const { outgoing } = session;
  const ends = outgoing && sipEndsOf(policy, outgoing.stanza.from, outgoing.stanza.to);
  const refreshed = composingRefreshed(
    idle.session,
    input,
    ends === undefined || 'condition' in ends ? undefined : ends,
  );
  return pairStep(
    {
      ...refreshed,
      awaited: refreshed.awaited.filter(({ until }) => until > now),
      owed: refreshed.owed.filter(({ until }) => until > now),
      timerAt: 0,
    },
    [...expired.commands, ...idle.commands],
    input,
  );
}
