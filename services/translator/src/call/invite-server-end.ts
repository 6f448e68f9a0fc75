/**
 * Responses to an INVITE from SIP, and the ends of a call nobody accepted.
 */
import type { SipHeaders } from '@stoxgate/contracts';
import type { InLeg } from './call-session.ts';
import { endSession, retract } from './callee-proposal.ts';
import { allowOf } from './capabilities.ts';
import { endLeg } from './leg.ts';
import {
  type GivenReason,
  type SentReason,
  statusOfReason,
  terminationOfStatus,
  warningOfReason,
} from './reasons.ts';
import { type ResponseParts, responseTo } from './sip-response.ts';
import type { Turn } from './turn.ts';

/** Sends a response to the INVITE by the edge that holds its transaction. */
export const finishInvite = (turn: Turn, leg: InLeg, status: number, parts?: ResponseParts): void =>
  turn.issue({
    type: 'sip.response.send',
    edge: leg.edge,
    response: responseTo(leg.invite, status, leg.localTag, parts),
  });

/** Refuses the INVITE with a final response and ends the leg. RFC 3261 §21.4.6: a 405 names the methods allowed. */
export function refuseInvite(turn: Turn, leg: InLeg, status: number, headers: SipHeaders = {}): InLeg {
  finishInvite(turn, leg, status, {
    headers: status === 405 ? { ...headers, allow: [allowOf(turn.policy)] } : headers,
  });
  return endLeg(turn, 'in', leg, terminationOfStatus(status));
}

/** Status for what a device says of a call that nobody took, and headers that explain it. */
export function refusalOf(
  turn: Turn,
  leg: InLeg,
  reason: GivenReason,
): { readonly status: number; readonly headers: SipHeaders } {
  const { reasonProfile, use6xx } = turn.policy;
  const status = statusOfReason(reason, reasonProfile, { use6xx, isUnheard: leg.hasRung !== true });
  const warning = warningOfReason(reason, status);
  return { status, headers: warning === undefined ? {} : { warning: [warning] } };
}

/** Ends the session of every resource that was rung, except `but`, and takes the proposal back. */
export function terminateRung(turn: Turn, leg: InLeg, reason: SentReason, but?: string): void {
  for (const { jid } of leg.rung) {
    if (jid !== but) endSession(turn, leg, jid, reason);
  }
  retract(turn, leg, reason);
}
