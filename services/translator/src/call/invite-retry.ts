/**
 * Refusals of our INVITE that another INVITE may overcome: a digest challenge, too short a session interval, a dialog
 * that cannot be replaced, a redirection. RFC 3261 §8.1.3.4, §8.1.3.5, §22.2; RFC 4028 §7.3. Call-ID, From and To stay, CSeq rises.
 */
import type { OutgoingSipRequest, SipResponse } from '@stoxgate/contracts';
import type { ClientInvite, OutLeg } from './call-session.ts';
import { challengesToAnswer, isChallenge } from './challenges.ts';
import { withMissedWishes } from './early-offer.ts';
import { nextTarget } from './redirect.ts';
import { withoutReplaces } from './replaces.ts';
import { raisedInterval } from './session-interval.ts';
import type { Turn } from './turn.ts';

/** Nobody who means well asks for a longer interval again and again. */
const MAX_CSEQ_TO_RAISE = 20;

function invited(
  turn: Turn,
  leg: OutLeg,
  request: OutgoingSipRequest,
  challenges: ClientInvite['challenges'],
): OutLeg {
  const next = { ...request, cseq: leg.invite.request.cseq + 1 };
  const invite = { branch: turn.request(next, challenges), request: next, challenges };
  const again = withMissedWishes(leg, '');
  return { ...again, state: 'calling', hasProvisional: false, early: [], invite };
}

/** The leg with another INVITE under way, or undefined when the refusal stands. */
export function retryInvite(turn: Turn, leg: OutLeg, response: SipResponse): OutLeg | undefined {
  if (leg.state === 'cancelling') return undefined;
  const { request, challenges } = leg.invite;
  if (isChallenge(response) && turn.policy.hasCredentials) {
    const answers = challengesToAnswer(challenges, response);
    if (answers !== undefined) return invited(turn, leg, request, answers);
  }
  if (response.status === 422 && request.cseq < MAX_CSEQ_TO_RAISE) {
    const headers = raisedInterval(request.headers, response.headers);
    if (headers !== undefined) return invited(turn, leg, { ...request, headers }, challenges);
  }
  if (response.status === 420) {
    const headers = withoutReplaces(request.headers);
    if (headers !== undefined) return invited(turn, leg, { ...request, headers }, challenges);
  }
  return inviteElsewhere(turn, leg, response);
}

/** The INVITE to the next contact of a redirection, or undefined. `response` is absent when none came. */
export function inviteElsewhere(turn: Turn, leg: OutLeg, response?: SipResponse): OutLeg | undefined {
  const next = nextTarget(turn, leg, response);
  if (next === undefined) return undefined;
  return { ...invited(turn, leg, next.request, []), redirection: next.redirection };
}
