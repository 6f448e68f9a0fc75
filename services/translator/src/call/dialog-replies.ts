/**
 * What requests inside a dialog get that change nothing of the call. RFC 3261 §14.2, RFC 3311 §5.2, RFC 6086 §4.
 */
import type { OwnContact, SipRequest } from '@stoxgate/contracts';
import type { InLeg, OutLeg } from './call-session.ts';
import { ALLOW, SDP, SESSION_HEADERS, sdpBody } from './capabilities.ts';
import { replyToMessage } from './dialog-message.ts';
import { replyToInfo } from './info-server.ts';
import { contactOf } from './invite-server.ts';
import { ownContact } from './leg.ts';
import { acknowledges } from './ringing-server.ts';
import { isSameSdp, sdpOf } from './sdp-body.ts';
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

function contactFor(turn: Turn, at: LegAt): OwnContact {
  if (at.side === 'in') return contactOf(turn, at.leg, at.leg.bound);
  const { contact, from } = at.leg.invite.request;
  return contact ?? ownContact(from.uri);
}

/** Our SDP as it is, unless the offer asks for something new: 488. */
function unchanged(turn: Turn, at: LegAt, offer?: string): Reply {
  const { localSdp, remoteSdp } = at.leg.media ?? {};
  const isKnown = offer === undefined || (remoteSdp !== undefined && isSameSdp(remoteSdp, offer));
  if (localSdp === undefined || !isKnown) return { status: 488 };
  return {
    status: 200,
    contact: contactFor(turn, at),
    headers: SESSION_HEADERS,
    body: sdpBody(localSdp),
  };
}

/** A re-INVITE: without an offer, or with the one we know, 200 with our SDP as it is; another is refused. */
function replyToReinvite(turn: Turn, at: LegAt, request: SipRequest): Reply {
  if (at.leg.state === 'ringing') return tooEarly(turn);
  if (at.leg.state === 'accepted' || at.leg.refreshing !== undefined) return { status: 491 };
  const body = sdpOf(request.body);
  if (body.kind === 'other') return NOT_SDP;
  return unchanged(turn, at, body.kind === 'sdp' ? body.sdp : undefined);
}

/** UPDATE: a refresh without an offer, or with the one we know; another is refused. */
function replyToUpdate(turn: Turn, at: LegAt, request: SipRequest): Reply {
  const body = sdpOf(request.body);
  if (body.kind === 'other') return NOT_SDP;
  if (body.kind === 'none') return { status: 200, contact: contactFor(turn, at) };
  return at.leg.state === 'ringing' ? tooEarly(turn) : unchanged(turn, at, body.sdp);
}

/** The reply to a request in a dialog, other than ACK, CANCEL and BYE. */
export function replyInDialog(turn: Turn, at: LegAt, request: SipRequest): Reply {
  switch (request.method) {
    case 'INVITE':
      return replyToReinvite(turn, at, request);
    case 'UPDATE':
      return replyToUpdate(turn, at, request);
    case 'INFO':
      return replyToInfo(turn, request);
    case 'MESSAGE':
      return replyToMessage(turn, at, request);
    case 'OPTIONS':
      return { status: 200, headers: SESSION_HEADERS };
    case 'PRACK':
      return { status: at.side === 'in' && acknowledges(at.leg, request) ? 200 : 481 };
    case 'REFER':
      return replyToRefer(turn, at, request);
    case 'NOTIFY':
      return { status: isAwaited(at.leg, request) ? 200 : 481 };
    default:
      return { status: 405, headers: { allow: [ALLOW] } };
  }
}
