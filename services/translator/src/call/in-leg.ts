/**
 * A call from SIP to XMPP under way: CANCEL, ACK, the callee's hang-up, the clock. RFC 3261 §9.2, §13.3.1.4, §15.
 */
import type { SipRequest } from '@stoxgate/contracts';
import { parseVia } from '@stoxgate/wire-sip';
import type { InLeg } from './call-session.ts';
import { onAcceptTimeout } from './callee-message.ts';
import { endSession } from './callee-proposal.ts';
import { onDelayedAnswer } from './delayed-offer.ts';
import { onDeliveryTimeout } from './invite-server-answer.ts';
import { finishInvite, refuseInvite, terminateRung } from './invite-server-end.ts';
import { type JingleRequest, reasonIn } from './jingle.ts';
import { acknowledge } from './jingle-stanza.ts';
import { endLeg, sendBye, TIMERS } from './leg.ts';
import { onGoneTimer } from './liveness.ts';
import { reasonOfCancel } from './reason-header.ts';
import {
  type OwnEnd,
  reasonHeaderOf,
  reasonHeaderOfOwnEnd,
  reasonOfOwnEnd,
  type SentReason,
  statusOfOwnEnd,
  type Termination,
  terminationOfOwnEnd,
  terminationOfReason,
} from './reasons.ts';
import { onReliableTimer } from './ringing-server.ts';
import { onSessionTimer } from './session-timer.ts';
import { beforeBye } from './transfer-to-xmpp.ts';
import { flushTrickle } from './trickle-to-sip.ts';
import type { Turn } from './turn.ts';

const branchOf = (request: SipRequest): string | undefined => parseVia(request.vias[0] ?? '')?.branch;

/** Whether a request is of the INVITE's transaction of this leg: same branch and CSeq number (RFC 3261 §9.2, §17.2.3). */
export const isOfInvite = (leg: InLeg, request: SipRequest): boolean =>
  request.cseq.number === leg.invite.cseq.number && branchOf(request) === branchOf(leg.invite);

const CANCELLED: Termination = { result: 'success', label: 'sip-cancel' };

/** The caller gives up before the answer: 487, and the rung resources are told. */
export function giveUp(turn: Turn, leg: InLeg, request: SipRequest): InLeg {
  finishInvite(turn, leg, 487);
  terminateRung(turn, leg, reasonOfCancel(request, turn.policy));
  return endLeg(turn, 'in', leg, CANCELLED);
}

/** CANCEL for the INVITE of this leg. After a final response it has no effect. */
export function onCancel(turn: Turn, leg: InLeg, cancel: SipRequest): InLeg {
  turn.respond(cancel, 200, leg.localTag);
  return leg.state === 'resolving' || leg.state === 'ringing' ? giveUp(turn, leg, cancel) : leg;
}

/** ACK: the call is up, unless the callee hung up while it was on its way. */
export function onAck(turn: Turn, leg: InLeg, ack: SipRequest): InLeg {
  if (leg.state !== 'accepted' || ack.cseq.number !== leg.invite.cseq.number) return leg;
  turn.clearTimer(TIMERS.in.ack);
  const { byeOnAck } = leg;
  if (byeOnAck === undefined) {
    const up: InLeg = { ...leg, state: 'active' };
    const answered = leg.isOfferOurs === true ? onDelayedAnswer(turn, up, ack) : up;
    return answered.state === 'active' ? flushTrickle(turn, answered) : answered;
  }
  const acked: InLeg = { ...leg, byeOnAck: undefined };
  const ended = sendBye(turn, acked, byeOnAck === '' ? undefined : byeOnAck);
  return endLeg(turn, 'in', ended, leg.end ?? terminationOfReason({}));
}

/** session-terminate of the resource that has the call. RFC 3261 §15: "MUST NOT send a BYE" before the ACK. */
export function onCalleeTerminate(turn: Turn, leg: InLeg, request: JingleRequest): InLeg {
  const reason = reasonIn(request.jingle);
  const end = terminationOfReason(reason);
  acknowledge(turn, request.iq);
  if (leg.state === 'accepted') return { ...leg, byeOnAck: reasonHeaderOf(reason) ?? '', end };
  const last = beforeBye(turn, leg, request.jingle);
  return endLeg(turn, 'in', sendBye(turn, last, reasonHeaderOf(reason)), end);
}

/** Tells the resource that has the call, unless it hung up itself. */
export function tellCallee(turn: Turn, leg: InLeg, reason: SentReason): void {
  if (leg.bound !== undefined && leg.byeOnAck === undefined) endSession(turn, leg, leg.bound, reason);
}

/** No ACK came: the dialog is ended all the same (RFC 3261 §13.3.1.4). */
export function onAckMissing(turn: Turn, leg: InLeg): InLeg {
  const end: OwnEnd = 'ack-missing';
  const ended = sendBye(turn, leg, reasonHeaderOfOwnEnd(end));
  tellCallee(turn, leg, reasonOfOwnEnd(end));
  return endLeg(turn, 'in', ended, terminationOfOwnEnd(end));
}

function onNoAnswer(turn: Turn, leg: InLeg): InLeg {
  const end: OwnEnd = 'ring-timeout';
  const status = leg.expires ? 487 : statusOfOwnEnd(end);
  finishInvite(turn, leg, status);
  terminateRung(turn, leg, reasonOfOwnEnd(end));
  return endLeg(turn, 'in', leg, terminationOfOwnEnd(end));
}

export function onInTimer(turn: Turn, leg: InLeg, name: string): InLeg | undefined {
  switch (name) {
    case TIMERS.in.tombstone:
      return undefined;
    case TIMERS.in.ring:
      return onNoAnswer(turn, leg);
    case TIMERS.in.resolve:
      return refuseInvite(turn, leg, statusOfOwnEnd('xmpp-gone'));
    case TIMERS.in.delivery:
      return onDeliveryTimeout(turn, leg);
    case TIMERS.in.accept:
      return onAcceptTimeout(turn, leg);
    case TIMERS.in.reliable:
      return onReliableTimer(turn, leg);
    case TIMERS.in.gone:
      return onGoneTimer(turn, 'in', leg);
    case TIMERS.in.session:
      return onSessionTimer(turn, 'in', leg);
    case TIMERS.in.ack:
      return onAckMissing(turn, leg);
    default:
      return leg;
  }
}
