/**
 * Session refresh requests of ours: UPDATE without an offer where the peer takes it, else a re-INVITE with our SDP as it
 * is. RFC 4028 §7.4, §10.
 */
import type { SipResponse } from '@stoxgate/contracts';
import { repeatedOffer } from '../media/reoffer-next.ts';
import type { InLeg, OutLeg } from './call-session.ts';
import { sdpBody, sessionHeaders } from './capabilities.ts';
import { challengesToAnswer, isChallenge } from './challenges.ts';
import { contactOfLeg } from './contact-of-leg.ts';
import { endDeadDialog } from './dead-dialog.ts';
import { ackIn, requestIn } from './dialog-request.ts';
import { run } from './errands.ts';
import { type Side, TIMERS } from './leg.ts';
import { contextOf } from './leg-party.ts';
import { intervalHeaders, MIN_SE_MS, raisedInterval, sessionExpiresIn } from './session-interval.ts';
import { pingParty } from './session-ping.ts';
import { timerAsClient } from './session-timer.ts';
import type { Turn } from './turn.ts';

/** Sends the refresh; nothing while another request of ours has no answer: the timer comes again. */
export function sendRefresh<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  leg: AnyLeg,
  intervalMs: number,
): AnyLeg {
  if (leg.state !== 'active' || leg.dialog === undefined) return leg;
  if (leg.asking !== undefined || leg.refreshing !== undefined || leg.negotiation !== undefined) return leg;
  pingParty(turn, leg);
  const interval = intervalHeaders(intervalMs, 'uac', Math.max(leg.minSeMs ?? 0, MIN_SE_MS));
  const headers = { ...sessionHeaders(turn.policy), ...interval };
  if (leg.takesUpdate === true) {
    return run(turn, leg, { purpose: 'refresh', method: 'UPDATE', headers, withContact: true });
  }
  if (leg.media?.localSdp === undefined) return leg;
  const { sdp, media } = repeatedOffer(leg.media, contextOf(turn, leg));
  const { dialog, request } = requestIn(leg.dialog, 'INVITE', headers);
  const invite = { ...request, contact: contactOfLeg(turn, leg), body: sdpBody(sdp) };
  return {
    ...leg,
    dialog,
    media,
    refreshing: { branch: turn.request(invite), request: invite, challenges: [] },
  };
}

/**
 * How long to wait after a 491 (RFC 3261 §14.1): 2.1–4 s for the owner of the Call-ID, else 0–2 s, in steps of 10 ms.
 */
export function glareDelayMs(turn: Turn, side: Side): number {
  const steps = Number.parseInt(turn.derive(4), 16);
  return side === 'out' ? 2100 + (steps % 191) * 10 : (steps % 201) * 10;
}

/** What a refresh that got a final response leads to, other than the end of the dialog. */
export function afterRefresh<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  side: Side,
  leg: AnyLeg,
  headers: Readonly<Record<string, string[]>>,
  response: SipResponse,
): AnyLeg {
  const { sessionTimer } = leg;
  if (response.status < 300) return timerAsClient(turn, side, leg, response);
  if (sessionTimer === undefined) return leg;
  if (response.status === 491) turn.setTimer(TIMERS[side].session, glareDelayMs(turn, side));
  const raised = response.status === 422 ? raisedInterval(headers, response.headers) : undefined;
  const intervalMs = raised && sessionExpiresIn(raised)?.intervalMs;
  if (intervalMs === undefined) return leg;
  turn.setTimer(TIMERS[side].session, 0);
  return { ...leg, minSeMs: intervalMs, sessionTimer: { ...sessionTimer, intervalMs } };
}

function withoutRefreshing<AnyLeg extends OutLeg | InLeg>(leg: AnyLeg): AnyLeg {
  const { refreshing: _, ...rest } = leg;
  return rest as AnyLeg;
}

/** A response to a refreshing re-INVITE. Its SDP says what is known: our offer was the one before. */
export function onRefreshResponse<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  side: Side,
  leg: AnyLeg,
  response: SipResponse,
): AnyLeg {
  const { refreshing, dialog } = leg;
  const { status } = response;
  if (refreshing === undefined || dialog === undefined || status < 200) return leg;
  if (status < 300)
    turn.request(ackIn(dialog, refreshing.request.cseq), refreshing.challenges, turn.input.edge);
  const free = withoutRefreshing(leg);
  if (leg.state === 'ended') return free;
  if (isChallenge(response) && turn.policy.hasCredentials) {
    const challenges = challengesToAnswer(refreshing.challenges, response);
    if (challenges !== undefined) {
      const cseq = dialog.localCseq + 1;
      const request = { ...refreshing.request, cseq };
      const next = { branch: turn.request(request, challenges), request, challenges };
      return { ...free, dialog: { ...dialog, localCseq: cseq }, refreshing: next };
    }
  }
  if (status === 481 || status === 408) return endDeadDialog(turn, side, free, status);
  return afterRefresh(turn, side, free, refreshing.request.headers, response);
}

/** A refreshing re-INVITE got no final response: the peer is silent, or is tried again. */
export function onRefreshFailed<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  side: Side,
  leg: AnyLeg,
  cause: string,
): AnyLeg {
  const free = withoutRefreshing(leg);
  return cause === 'timeout' && leg.state !== 'ended' ? endDeadDialog(turn, side, free, 408) : free;
}
