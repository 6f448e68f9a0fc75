/**
 * 180 to an INVITE from SIP, once; reliably where the caller requires it: sent again until the PRACK comes.
 * RFC 3261 §13.3.1.1, RFC 3262 §3.
 */
import type { OutgoingSipResponse, SipRequest } from '@stoxgate/contracts';
import type { InLeg } from './call-session.ts';
import { requiresReliable, sessionHeaders } from './capabilities.ts';
import { contactOf } from './invite-server.ts';
import { terminateRung } from './invite-server-end.ts';
import { endLeg, TIMERS } from './leg.ts';
import { type OwnEnd, reasonOfOwnEnd, statusOfOwnEnd, terminationOfOwnEnd } from './reasons.ts';
import { responseTo } from './sip-response.ts';
import { T1_MS, TRANSACTION_MS, type Turn } from './turn.ts';

/** A reliable provisional response without its PRACK. */
export interface ReliableResponse {
  readonly rseq: number;
  readonly response: OutgoingSipResponse;
  /** How long the last wait was; it doubles. */
  readonly waitMs: number;
  readonly waitedMs: number;
}

const send = (turn: Turn, leg: InLeg, response: OutgoingSipResponse): void =>
  turn.issue({ type: 'sip.response.send', edge: leg.edge, response });

/** "Chosen uniformly between 1 and 2**31 - 1" (RFC 3262 §3). */
const firstRseq = (turn: Turn): number => 1 + (Number.parseInt(turn.derive(4), 16) % (2 ** 31 - 1));

/**
 * Tells the caller that it rings; nothing the second time. Where the INVITE has no offer and requires `100rel`, the
 * first reliable response would have to bring ours (RFC 3262 §5), so none is sent.
 */
export function sendRinging(turn: Turn, leg: InLeg): InLeg {
  if (leg.hasRung === true || leg.state !== 'ringing') return leg;
  const rung: InLeg = { ...leg, hasRung: true };
  const parts = { contact: contactOf(turn, leg), headers: sessionHeaders(turn.policy) };
  if (!requiresReliable(leg.invite)) {
    send(turn, leg, responseTo(leg.invite, 180, leg.localTag, parts));
    return rung;
  }
  if (leg.isOfferOurs === true) return rung;
  const rseq = firstRseq(turn);
  const headers = { ...sessionHeaders(turn.policy), require: ['100rel'], rseq: [String(rseq)] };
  const response = responseTo(leg.invite, 180, leg.localTag, { ...parts, headers });
  send(turn, leg, response);
  turn.setTimer(TIMERS.in.reliable, T1_MS);
  return { ...rung, reliable: { rseq, response, waitMs: T1_MS, waitedMs: 0 } };
}

/** No PRACK yet: the response once more, or the end of the call after 64*T1. */
export function onReliableTimer(turn: Turn, leg: InLeg): InLeg {
  const { reliable } = leg;
  if (reliable === undefined || leg.state !== 'ringing') return leg;
  const waitedMs = reliable.waitedMs + reliable.waitMs;
  if (waitedMs >= TRANSACTION_MS) return giveUp(turn, leg);
  const waitMs = Math.min(reliable.waitMs * 2, TRANSACTION_MS - waitedMs);
  send(turn, leg, reliable.response);
  turn.setTimer(TIMERS.in.reliable, waitMs);
  return { ...leg, reliable: { ...reliable, waitMs, waitedMs } };
}

function giveUp(turn: Turn, leg: InLeg): InLeg {
  const end: OwnEnd = 'prack-missing';
  send(turn, leg, responseTo(leg.invite, statusOfOwnEnd(end), leg.localTag));
  terminateRung(turn, leg, reasonOfOwnEnd(end));
  return endLeg(turn, 'in', leg, terminationOfOwnEnd(end));
}

/** Whether a PRACK is for the response that waits: RAck has its RSeq, and CSeq and method of the INVITE (§7.2). */
export function acknowledges(leg: InLeg, prack: SipRequest): boolean {
  const rack = (prack.headers.rack?.[0] ?? '').trim().split(/\s+/);
  const { reliable, invite } = leg;
  return (
    reliable !== undefined &&
    rack.length === 3 &&
    Number(rack[0]) === reliable.rseq &&
    Number(rack[1]) === invite.cseq.number &&
    rack[2] === 'INVITE'
  );
}

/** The leg once its reliable response was acknowledged. */
export function afterPrackReceived(turn: Turn, leg: InLeg): InLeg {
  turn.clearTimer(TIMERS.in.reliable);
  const { reliable: _, ...rest } = leg;
  return rest;
}
