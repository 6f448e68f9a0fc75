/**
 * What requests inside a dialog get that change nothing of the call. RFC 3261 §14.2, RFC 3311 §5.2, RFC 6086 §4.
 */
import type { SipRequest } from '@stoxgate/contracts';
import type { InLeg, OutLeg } from './call-session.ts';
import { allowOf, SDP, sessionHeaders } from './capabilities.ts';
import { contactOfLeg } from './contact-of-leg.ts';
import { replyToMessage } from './dialog-message.ts';
import { replyToInfo } from './info-server.ts';
import { replyToPrack } from './prack-server.ts';
import { sdpOf } from './sdp-body.ts';
import type { ResponseParts } from './sip-response.ts';
import { isAwaited } from './transfer-to-sip.ts';
import { replyToRefer } from './transfer-to-xmpp.ts';
import type { Turn } from './turn.ts';

export type LegAt =
  | { readonly side: 'out'; readonly leg: OutLeg }
  | { readonly side: 'in'; readonly leg: InLeg };

export interface Reply extends ResponseParts {
  readonly status: number;
}

const NOT_SDP: Reply = { status: 415, headers: { accept: [SDP] } };

/** 500 with seconds, 0–10, for a peer that asks too early (RFC 3261 §14.2). */
export const tooEarly = (turn: Turn): Reply => ({
  status: 500,
  headers: { 'retry-after': [String(Number.parseInt(turn.derive(2), 16) % 11)] },
});

/** UPDATE while it rings: a refresh without an offer; our answer to the first offer is still owed (RFC 3311 §5.2). */
function replyToUpdate(turn: Turn, at: LegAt, request: SipRequest): Reply {
  const body = sdpOf(request.body);
  if (body.kind === 'other') return NOT_SDP;
  return body.kind === 'none' ? { status: 200, contact: contactOfLeg(turn, at.leg) } : tooEarly(turn);
}

/** The reply to a request in a dialog other than ACK, CANCEL and BYE, and to an offer before the answer. */
export function replyInDialog(turn: Turn, at: LegAt, request: SipRequest): Reply {
  switch (request.method) {
    case 'INVITE':
      return tooEarly(turn);
    case 'UPDATE':
      return replyToUpdate(turn, at, request);
    case 'INFO':
      return replyToInfo(turn, request);
    case 'MESSAGE':
      return replyToMessage(turn, at, request);
    case 'OPTIONS':
      return { status: 200, headers: sessionHeaders(turn.policy) };
    case 'PRACK':
      return replyToPrack(at, request, tooEarly(turn));
    case 'REFER':
      return replyToRefer(turn, at, request);
    case 'NOTIFY':
      return { status: isAwaited(at.leg, request) ? 200 : 481 };
    default:
      return { status: 405, headers: { allow: [allowOf(turn.policy)] } };
  }
}
