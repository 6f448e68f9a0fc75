/**
 * What an answer, or none, does to the session: XEP-0124 §12, §14, §17.
 */
import type { EventOf } from '@stoxgate/contracts';
import { ordinaryStart } from './bosh-body.ts';
import { advance } from './bosh-open.ts';
import { type Reply, replyOf, replyOfFailure } from './bosh-reply.ts';
import { isSilentTooLong, postpone, sendAgain, settled } from './bosh-requests.ts';
import { isSameSite, isUsableUrl } from './bosh-url.ts';
import { withAnswers } from './incoming-stanzas.ts';
import type { BoshRequest, BoshSession } from './phone-session.ts';
import type { PhoneTurn } from './phone-turn.ts';
import { wantedOf } from './reconcile.ts';

/** A session that lived so long was a good one: what went wrong before it counts no more. */
const STABLE_MS = 30_000;
/** Least time from one empty request to the next when a server answers at once, and no less than it says. */
const MIN_POLL_MS = 1000;
/** Part of the inactivity period after which a session that is polled is kept alive. */
const KEEP_ALIVE = 0.8;
const MAX_REDIRECTS = 3;

/** When the next empty request may go after an answer to `request`. */
function pollAtOf(bosh: BoshSession, request: BoshRequest, isEmpty: boolean): number {
  const { terms, phase, sentAt, sid = '' } = bosh;
  const leastMs = Math.max(terms.pollingMs, MIN_POLL_MS);
  if (terms.hold === 0) {
    const keepAliveMs = Math.max(terms.pollingMs, terms.inactivityMs * KEEP_ALIVE);
    return sentAt + (phase === 'open' ? keepAliveMs : leastMs);
  }
  const isPoll = request.payload === '' && request.start === ordinaryStart(request.rid, sid);
  return isEmpty && isPoll ? request.sentAt + leastMs : 0;
}

/** A request was taken. */
function taken(
  turn: PhoneTurn,
  request: BoshRequest,
  { attrs, elements }: Extract<Reply, { kind: 'body' }>,
  isServerProven: boolean | undefined,
): void {
  const isLast = request.rid === turn.session.lastRid;
  settled(turn, request.rid);
  const { bosh, failures } = turn.session;
  if (bosh === undefined) return;
  if (bosh.phase === 'ending') {
    if (isLast) turn.closed();
    return;
  }
  if (bosh.phase !== 'open') advance(turn, attrs, elements, isServerProven);
  else turn.updateBosh({ owed: withAnswers(bosh.owed, elements) });
  const { bosh: now } = turn.session;
  if (now === undefined) return;
  turn.updateBosh({ pollAt: pollAtOf(now, request, elements.length === 0) });
  const isStable = now.openedAt !== undefined && turn.now - now.openedAt >= STABLE_MS;
  if (isStable && failures > 0) turn.update({ failures: 0 });
}

/** It may not have arrived: it goes again in a while, or the session is given up. */
function unreached(turn: PhoneTurn, { rid }: BoshRequest): void {
  const { session } = turn;
  const isEnding = session.bosh?.phase === 'ending';
  // A session that ends is not waited for by the one that follows it, nor for ever.
  if (isEnding && (wantedOf(session) !== undefined || isSilentTooLong(turn))) turn.closed();
  else if (isSilentTooLong(turn)) turn.lost('soon');
  else postpone(turn, rid);
}

/** The server knows a better place: there, once more, or not at all. */
function elsewhere(turn: PhoneTurn, url: string): void {
  const { policy, session } = turn;
  const isFit =
    session.bosh !== undefined &&
    isUsableUrl(url, policy.allowPlain) &&
    isSameSite(session.bosh.url, url, session.account.domain);
  if (!isFit || session.redirects >= MAX_REDIRECTS) turn.lost('later');
  else turn.update({ bosh: undefined, redirect: url, redirects: session.redirects + 1, retryAt: turn.now });
}

/** The session is over at the server. */
function over(turn: PhoneTurn, reply: Extract<Reply, { kind: 'lost' | 'stopped' | 'elsewhere' }>): void {
  if (turn.session.bosh?.phase === 'ending') turn.closed();
  else if (reply.kind === 'lost') turn.lost(reply.again);
  else if (reply.kind === 'elsewhere') elsewhere(turn, reply.url);
  else {
    turn.closed();
    turn.park(reply.why);
  }
}

function replied(
  turn: PhoneTurn,
  event: EventOf<'bosh.request.answered' | 'bosh.request.failed'>,
  reply: Reply,
): boolean {
  const request = turn.session.bosh?.requests.find(({ rid }) => rid === event.rid);
  if (request === undefined) return false;
  if (reply.kind === 'body') {
    const isServerProven = event.type === 'bosh.request.answered' ? event.isServerProven : undefined;
    taken(turn, request, reply, isServerProven);
    return true;
  }
  // One that goes again, after an edge died, may arrive behind the one that follows it: only the newest knows.
  if (reply.kind === 'lost' && reply.orRid === true && event.rid < turn.session.lastRid) {
    settled(turn, event.rid);
    return true;
  }
  if (reply.kind !== 'repeat' && reply.kind !== 'unreached') {
    over(turn, reply);
    return true;
  }
  // Of an attempt that another one followed: it has said what it had to.
  if (request.attempt !== event.attempt || request.isWaiting) return false;
  if (reply.kind === 'unreached' || request.attempt > 1) unreached(turn, request);
  else sendAgain(turn, ({ rid }) => rid <= request.rid);
  return true;
}

/** An answer came. False: it is to nothing that is waited for. */
export const answered = (turn: PhoneTurn, event: EventOf<'bosh.request.answered'>): boolean =>
  replied(turn, event, replyOf(event));

/** None came, an edge says. False: it is about nothing that is waited for. */
export const failed = (turn: PhoneTurn, event: EventOf<'bosh.request.failed'>): boolean =>
  replied(turn, event, replyOfFailure(event));

/** Time has passed: steps that took too long, requests to be sent again, requests that nobody says anything about. */
export function elapsed(turn: PhoneTurn): void {
  const { now } = turn;
  const { bosh } = turn.session;
  if (bosh === undefined) return;
  if (bosh.phaseUntil !== 0 && bosh.phaseUntil <= now) {
    turn.lost('soon');
    return;
  }
  for (const request of bosh.requests) {
    if (!request.isWaiting && request.dueAt <= now) unreached(turn, request);
    if (turn.session.bosh === undefined) return;
  }
  sendAgain(turn, ({ isWaiting, dueAt }) => isWaiting && dueAt <= now);
}
