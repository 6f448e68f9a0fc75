/**
 * SIP requests with the Call-ID of this call: to which leg they belong, and what the rest gets. RFC 3261 §8.2, §12.2.2.
 */
import type { SipRequest } from '@stoxgate/contracts';
import type { InLeg, Legs, OutLeg } from './call-session.ts';
import { allowOf, sessionHeaders } from './capabilities.ts';
import { tagOf } from './dialog.ts';
import { onDialogRequest } from './dialog-server.ts';
import { earlyDialogIn, onEarlyRequest } from './early-server.ts';
import { isOfInvite, onAck, onCancel } from './in-leg.ts';
import { invite } from './invite-server.ts';
import { TIMERS } from './leg.ts';
import { cancelsOffer, onOfferCancelled } from './negotiation-end.ts';
import { nextWish } from './offer-client.ts';
import { onReinviteAck } from './offer-server.ts';
import type { Turn } from './turn.ts';

const refuse = (turn: Turn, request: SipRequest, status: number): void =>
  turn.respond(
    request,
    status,
    turn.tag(),
    status === 405 ? { headers: { allow: [allowOf(turn.policy)] } } : {},
  );

/** Whether the request is in the dialog of this leg: both tags. A leg to SIP has none before the answer. */
function isInDialog(leg: OutLeg | InLeg | undefined, request: SipRequest): boolean {
  return (
    leg?.dialog !== undefined &&
    leg.localTag === tagOf(request.to) &&
    leg.dialog.remoteTag === tagOf(request.from)
  );
}

/** The caller repeats its INVITE and another edge has it: the first one is gone, and this one answers (RFC 3261 §17.2.3). */
function movedTo(turn: Turn, leg: InLeg, request: SipRequest): InLeg | undefined {
  const { edge } = turn.input;
  const isUnanswered = leg.state === 'resolving' || leg.state === 'ringing';
  if (!isUnanswered || leg.edge === edge || !isOfInvite(leg, request)) return undefined;
  return { ...leg, edge, invite: { ...leg.invite, vias: request.vias } };
}

/**
 * An INVITE without a To tag. While a leg from SIP lives, another is the same request by another way, merged by a fork
 * upstream, or a second call with its Call-ID: 482 (RFC 3261 §8.2.2.2).
 */
function onInvite(turn: Turn, legs: Legs, request: SipRequest): Legs {
  if (legs.in !== undefined && legs.in.state !== 'ended') {
    const moved = movedTo(turn, legs.in, request);
    if (moved !== undefined) return { ...legs, in: moved };
    refuse(turn, request, 482);
    return legs;
  }
  const next = invite(turn, request, legs.out);
  if (next === undefined) return legs;
  turn.clearTimer(TIMERS.in.tombstone);
  return { ...legs, in: next };
}

function onOutside(turn: Turn, legs: Legs, request: SipRequest): Legs {
  switch (request.method) {
    case 'INVITE':
      return onInvite(turn, legs, request);
    case 'OPTIONS':
      turn.respond(request, 200, turn.tag(), { headers: sessionHeaders(turn.policy) });
      return legs;
    default:
      refuse(turn, request, request.method === 'REGISTER' ? 405 : 481);
      return legs;
  }
}

/** A request of a SIP peer with the Call-ID of this call. */
export function onSipRequest(turn: Turn, legs: Legs, request: SipRequest): Legs {
  const { in: from, out } = legs;
  if (request.method === 'ACK') {
    if (out !== undefined && isInDialog(out, request)) {
      return { ...legs, out: onReinviteAck(turn, 'out', out, request) };
    }
    if (from === undefined || !isInDialog(from, request)) return legs;
    const acked = from.state === 'accepted' ? nextWish(turn, 'in', onAck(turn, from, request)) : from;
    return { ...legs, in: acked === from ? onReinviteAck(turn, 'in', from, request) : acked };
  }
  if (request.method === 'CANCEL') {
    if (out !== undefined && cancelsOffer(out, request)) {
      return { ...legs, out: onOfferCancelled(turn, 'out', out, request) };
    }
    if (from !== undefined && cancelsOffer(from, request)) {
      return { ...legs, in: onOfferCancelled(turn, 'in', from, request) };
    }
    if (from !== undefined && isOfInvite(from, request))
      return { ...legs, in: onCancel(turn, from, request) };
    refuse(turn, request, 481);
    return legs;
  }
  if (tagOf(request.to) === '') return onOutside(turn, legs, request);
  if (out !== undefined && isInDialog(out, request)) {
    return { ...legs, out: onDialogRequest(turn, { side: 'out', leg: out }, request) as OutLeg };
  }
  const early = earlyDialogIn(out, request);
  if (out !== undefined && early !== undefined) {
    return { ...legs, out: onEarlyRequest(turn, out, early, request) };
  }
  if (from !== undefined && isInDialog(from, request)) {
    return { ...legs, in: onDialogRequest(turn, { side: 'in', leg: from }, request) as InLeg };
  }
  refuse(turn, request, 481);
  return legs;
}
