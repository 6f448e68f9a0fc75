/**
 * Drives the session to the state: whatever was told last is what presence comes to show, and what was told between may
 * never be shown.
 */
import { ordinaryStart, terminateStart } from './bosh-body.ts';
import { create } from './bosh-open.ts';
import { nextRid, send } from './bosh-requests.ts';
import { offer, steer } from './client-connection.ts';
import type { BoshSession, PhoneSession, Shown } from './phone-session.ts';
import type { PhoneTurn } from './phone-turn.ts';
import type { PhonesPolicy } from './phones-policy.ts';
import { nextPresenceId } from './presence-id.ts';
import { presence, unavailable } from './presence-stanza.ts';
import { areRidsUsedUp } from './rid.ts';

/** What is to be shown; undefined: nothing, and no session is needed. */
export function wantedOf({ state, parked, isRemoved }: PhoneSession): Shown | undefined {
  if (parked !== undefined || isRemoved === true || state === 'offline') return undefined;
  return state === 'onthephone' || state === 'still-onthephone' ? 'onthephone' : 'available';
}

/** Ends the session: what waits for an answer may wait, one request more is always let in (XEP-0124 §13). */
function terminate(turn: PhoneTurn, bosh: BoshSession, sid: string): void {
  const payload = bosh.phase === 'open' ? unavailable() : '';
  turn.updateBosh({ phase: 'ending', phaseUntil: 0, owed: [] });
  send(turn, { start: terminateStart(nextRid(turn), sid), payload });
}

/** Presence if it is to change, and answers that are owed. */
function payloadOf(turn: PhoneTurn, bosh: BoshSession, wanted: Shown): string {
  const isChange = bosh.phase === 'open' && bosh.shown !== wanted;
  const change = isChange ? presence(turn.policy, nextPresenceId(turn), wanted) : '';
  return change + bosh.owed.join('');
}

/** Says what is to be said, or lets the server hold a request, or keeps the session alive by an empty one. */
function speak(turn: PhoneTurn, bosh: BoshSession, sid: string, wanted: Shown): void {
  const payload = payloadOf(turn, bosh, wanted);
  const isPoll = payload === '' && bosh.requests.length === 0 && turn.now >= bosh.pollAt;
  if (bosh.requests.length >= bosh.terms.requests || (payload === '' && !isPoll)) return;
  turn.updateBosh({ owed: [], ...(bosh.phase === 'open' ? { shown: wanted } : {}) });
  send(turn, { start: ordinaryStart(nextRid(turn), sid), payload, proof: bosh.proof });
}

/** What follows from the record as it is now. What the other transport has left ends first. */
export function reconcile(turn: PhoneTurn): void {
  const { policy, session, now } = turn;
  const { bosh, connection } = session;
  const wanted = wantedOf(session);
  const isOf = (transport: PhonesPolicy['transport']): boolean => policy.transport === transport;
  if (bosh !== undefined) {
    drive(turn, bosh, isOf('bosh') ? wanted : undefined);
  } else if (connection !== undefined) {
    steer(turn, connection, isOf('client') ? wanted : undefined);
  } else if (wanted !== undefined && now >= session.retryAt) {
    if (isOf('bosh')) create(turn);
    else offer(turn);
    return;
  }
  const { session: after } = turn;
  const isGone = after.bosh === undefined && after.connection === undefined;
  if (isGone && (bosh !== undefined || connection !== undefined)) reconcile(turn);
}

/** Drives the session at the connection manager to what is wanted; undefined: none is. */
function drive(turn: PhoneTurn, bosh: BoshSession, wanted: Shown | undefined): void {
  const { session } = turn;
  const isUnreached = bosh.requests.some(({ isWaiting }) => isWaiting);
  // What nobody is known to have, or what ends and is hard to reach, is left to end by itself.
  const isLeft =
    bosh.phase === 'ending' ? wanted !== undefined : wanted === undefined && bosh.sid === undefined;
  if (isUnreached && isLeft) {
    turn.closed();
    return;
  }
  const { sid } = bosh;
  // Until it is known that requests arrive again, there is no use in more of them.
  if (bosh.failingSince !== undefined || sid === undefined || bosh.phase === 'ending') return;
  const isOver = session.isRenewing === true || areRidsUsedUp(session.lastRid);
  if (wanted === undefined || isOver) terminate(turn, bosh, sid);
  else speak(turn, bosh, sid, wanted);
}
