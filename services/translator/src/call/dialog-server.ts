/**
 * Requests that reach us inside a dialog. RFC 3261 §12.2.2, §15.1.2.
 */
import type { SipRequest } from '@stoxgate/contracts';
import type { InLeg, OutLeg } from './call-session.ts';
import { tellCaller } from './caller-told.ts';
import { afterRequest, isOutOfOrder } from './dialog.ts';
import { afterReply } from './dialog-effects.ts';
import { type LegAt, type Reply, replyInDialog } from './dialog-replies.ts';
import { giveUp, tellCallee } from './in-leg.ts';
import { endLeg } from './leg.ts';
import { isAnswered } from './negotiation.ts';
import { onOffer } from './offer-server.ts';
import { offersInPrack } from './prack-server.ts';
import { reasonOfBye } from './reason-header.ts';
import type { Termination } from './reasons.ts';
import { afterPrackReceived } from './ringing-server.ts';
import { tooSmall, withTimer } from './session-timer.ts';
import type { Turn } from './turn.ts';

const ENDED_BY_SIP: Termination = { result: 'success', label: 'sip-bye' };

function onBye(turn: Turn, at: LegAt, request: SipRequest): OutLeg | InLeg {
  const reason = reasonOfBye(request, turn.policy);
  if (at.side === 'out') {
    tellCaller(turn, at.leg, reason);
    return endLeg(turn, 'out', at.leg, ENDED_BY_SIP);
  }
  if (at.leg.state === 'ringing') return giveUp(turn, at.leg, request);
  tellCallee(turn, at.leg, reason);
  return endLeg(turn, 'in', at.leg, ENDED_BY_SIP);
}

function faultOf({ leg }: LegAt, request: SipRequest): Reply | undefined {
  if (leg.dialog === undefined || leg.state === 'ended') return { status: 481 };
  if (isOutOfOrder(leg.dialog, request)) return { status: 500 };
  const refreshes = request.method === 'INVITE' || request.method === 'UPDATE';
  const minSe = refreshes ? tooSmall(request) : undefined;
  return minSe && { status: 422, headers: minSe };
}

/** The leg after a request in order that got this status. */
function refreshed(at: LegAt, request: SipRequest, status: number): LegAt {
  if (at.leg.dialog === undefined) return at;
  const dialog = afterRequest(at.leg.dialog, request, status);
  return at.side === 'out'
    ? { side: 'out', leg: { ...at.leg, dialog } }
    : { side: 'in', leg: { ...at.leg, dialog } };
}

/** A request other than ACK and CANCEL in the dialog of a leg. */
export function onDialogRequest(turn: Turn, before: LegAt, request: SipRequest): OutLeg | InLeg {
  const isBye = request.method === 'BYE';
  const fault = faultOf(before, request);
  if (fault === undefined && before.side === 'in' && offersInPrack(before, request)) {
    return afterPrackReceived(turn, onOffer(turn, 'in', before.leg, request));
  }
  const isOffer = request.method === 'INVITE' || request.method === 'UPDATE';
  if (fault === undefined && isOffer && isAnswered(before.leg)) {
    return onOffer<OutLeg | InLeg>(turn, before.side, before.leg, request);
  }
  const answer = fault ?? (isBye ? { status: 200 } : replyInDialog(turn, before, request));
  const { at, reply } = withTimer(turn, before, request, answer);
  turn.respond(request, reply.status, at.leg.localTag, reply);
  if (fault !== undefined) return at.leg;
  const now = refreshed(at, request, reply.status);
  return isBye ? onBye(turn, now, request) : afterReply(turn, now, request, reply.status);
}
