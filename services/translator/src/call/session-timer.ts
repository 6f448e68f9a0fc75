/**
 * Session timers, never visible to XMPP: who refreshes, when, and the end of a session that nobody refreshes. RFC 4028.
 */
import type { SipHeaders, SipRequest, SipResponse } from '@stoxgate/contracts';
import type { InLeg, OutLeg } from './call-session.ts';
import { allowsUpdate } from './capabilities.ts';
import type { LegAt, Reply } from './dialog-replies.ts';
import { endCall } from './end-call.ts';
import { type Side, TIMERS } from './leg.ts';
import { intervalHeaders, MIN_SE_MS, minSeIn, sessionExpiresIn, supportsTimer } from './session-interval.ts';
import { pingParty } from './session-ping.ts';
import { sendRefresh } from './session-refresh.ts';
import type { Turn } from './turn.ts';

export interface SessionTimer {
  readonly intervalMs: number;
  readonly isRefresher: boolean;
  /** When the session ends unless it is refreshed, ms since the epoch. */
  readonly expiresAt: number;
}

/** "The BYE should be sent min(32, interval/3) seconds before" the expiration (RFC 4028 §10). */
const MARGIN_MS = 32_000;
/** Between two attempts to refresh. */
const RETRY_MS = 10_000;

/** Notes whether the peer takes UPDATE, from a message that says what it takes. */
export function notingAllow<AnyLeg extends OutLeg | InLeg>(
  leg: AnyLeg,
  message: { readonly headers: SipHeaders },
): AnyLeg {
  if (message.headers.allow === undefined) return leg;
  return { ...leg, takesUpdate: allowsUpdate(message) ? true : undefined };
}

function start<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  side: Side,
  leg: AnyLeg,
  intervalMs: number,
  isRefresher: boolean,
): AnyLeg {
  const lastsMs = intervalMs - Math.min(MARGIN_MS, Math.floor(intervalMs / 3));
  turn.setTimer(TIMERS[side].session, isRefresher ? Math.floor(intervalMs / 2) : lastsMs);
  return { ...leg, sessionTimer: { intervalMs, isRefresher, expiresAt: turn.input.now + lastsMs } };
}

function stop<AnyLeg extends OutLeg | InLeg>(turn: Turn, side: Side, leg: AnyLeg): AnyLeg {
  if (leg.sessionTimer === undefined) return leg;
  turn.clearTimer(TIMERS[side].session);
  return { ...leg, sessionTimer: undefined };
}

/** A 2xx to a request of ours that starts or refreshes the session. Without Session-Expires there is no timer (§7.2). */
export function timerAsClient<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  side: Side,
  before: AnyLeg,
  response: SipResponse,
): AnyLeg {
  const leg = notingAllow(before, response);
  const agreed = sessionExpiresIn(response.headers);
  if (agreed === undefined) return stop(turn, side, leg);
  return start(turn, side, leg, Math.max(agreed.intervalMs, MIN_SE_MS), agreed.refresher !== 'uas');
}

/**
 * A request of the peer that starts or refreshes the session and gets a 2xx: the leg, and the headers for the 2xx. The
 * interval may be cut to ours, not below the peer's Min-SE; who refreshes is for the request to say, else it is us (§9).
 */
export function timerAsServer<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  side: Side,
  before: AnyLeg,
  request: SipRequest,
): { leg: AnyLeg; headers: SipHeaders } {
  const leg = notingAllow(before, request);
  const own = turn.policy.sessionExpiresMs;
  const asked = sessionExpiresIn(request.headers);
  const supports = supportsTimer(request);
  if (asked === undefined && (!supports || own === 0)) return { leg: stop(turn, side, leg), headers: {} };
  const wanted = asked?.intervalMs ?? own;
  const intervalMs = Math.max(own === 0 ? wanted : Math.min(wanted, own), minSeIn(request.headers));
  const refresher = (supports ? asked?.refresher : undefined) ?? 'uas';
  const headers = intervalHeaders(intervalMs, refresher);
  return {
    leg: start(turn, side, leg, intervalMs, refresher === 'uas'),
    headers: refresher === 'uac' ? { ...headers, require: ['timer'] } : headers,
  };
}

const isUp = ({ state }: OutLeg | InLeg): boolean => state === 'active' || state === 'accepted';

/**
 * The answer to a request in the dialog, with what it has to say of the timer, and the leg then. Every 2xx of ours to a
 * re-INVITE or UPDATE of a call that is up goes this way: it refreshes the session (§9).
 */
export function withTimer(
  turn: Turn,
  at: LegAt,
  request: SipRequest,
  reply: Reply,
): { readonly at: LegAt; readonly reply: Reply } {
  const refreshes = request.method === 'INVITE' || request.method === 'UPDATE';
  if (!refreshes || reply.status >= 300 || !isUp(at.leg)) return { at, reply };
  const { leg, headers } = timerAsServer<OutLeg | InLeg>(turn, at.side, at.leg, request);
  if (sessionExpiresIn(request.headers) !== undefined) pingParty(turn, leg);
  return {
    at: { side: at.side, leg } as LegAt,
    reply: { ...reply, headers: { ...reply.headers, ...headers } },
  };
}

/** Headers of the 422 that a request with too short an interval is owed; undefined when it is none (§9). */
export function tooSmall(request: SipRequest): SipHeaders | undefined {
  const asked = sessionExpiresIn(request.headers);
  if (asked === undefined || asked.intervalMs >= MIN_SE_MS || !supportsTimer(request)) return undefined;
  return { 'min-se': [String(MIN_SE_MS / 1000)] };
}

/** The timer fired: it is time to refresh, or the end. */
export function onSessionTimer<AnyLeg extends OutLeg | InLeg>(turn: Turn, side: Side, leg: AnyLeg): AnyLeg {
  const { sessionTimer } = leg;
  if (sessionTimer === undefined || leg.state === 'ended') return leg;
  const leftMs = sessionTimer.expiresAt - turn.input.now;
  if (leftMs <= 0 || !sessionTimer.isRefresher) return endCall(turn, side, leg, 'session-expired');
  turn.setTimer(TIMERS[side].session, Math.max(1, Math.min(RETRY_MS, leftMs)));
  return sendRefresh(turn, leg, sessionTimer.intervalMs);
}
