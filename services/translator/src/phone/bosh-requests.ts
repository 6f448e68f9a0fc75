/**
 * Requests on their way: each is kept until its answer, so that it can be sent again byte by byte. XEP-0124 §14.
 */
import type { CommandOf, SaslStep, ScramFinal } from '@stoxgate/contracts';
import type { BoshRequest } from './phone-session.ts';
import type { PhoneTurn } from './phone-turn.ts';

/** On top of the time that a request may be held: for the network, and, before it counts as lost, for those between. */
const SLACK_MS = 15_000;
/** Longest pause between two attempts to reach a server. */
const MAX_ATTEMPT = 7;

export interface RequestParts {
  readonly start: string;
  readonly payload: string | SaslStep;
  readonly proof?: ScramFinal | undefined;
}

const sending = (url: string, request: BoshRequest): CommandOf<'bosh.request.send'> => {
  const { rid, attempt, timeoutMs, start, payload, proof } = request;
  const parts = { url, rid, attempt, timeoutMs, start, payload };
  return { type: 'bosh.request.send', ...parts, ...(proof === undefined ? {} : { proof }) };
};

/** The rid that the next request of the session has. */
export const nextRid = (turn: PhoneTurn): number => turn.session.lastRid + 1;

/** Sends a request of the next rid. */
export function send(turn: PhoneTurn, parts: RequestParts): void {
  const { bosh } = turn.session;
  if (bosh === undefined) return;
  const timeoutMs = bosh.terms.waitMs + SLACK_MS;
  const request: BoshRequest = {
    rid: nextRid(turn),
    attempt: 1,
    ...parts,
    timeoutMs,
    sentAt: turn.now,
    dueAt: turn.now + timeoutMs + SLACK_MS,
    isWaiting: false,
  };
  turn.update({ lastRid: request.rid });
  turn.updateBosh({ requests: [...bosh.requests, request], sentAt: turn.now });
  turn.commands.push(sending(bosh.url, request));
}

/** Sends requests once more, as they were. */
export function sendAgain(turn: PhoneTurn, isMeant: (request: BoshRequest) => boolean): void {
  const { bosh } = turn.session;
  if (bosh === undefined) return;
  const requests = bosh.requests.map((request) => {
    if (!isMeant(request)) return request;
    const { attempt, timeoutMs } = request;
    const again = {
      ...request,
      attempt: attempt + 1,
      dueAt: turn.now + timeoutMs + SLACK_MS,
      isWaiting: false,
    };
    turn.commands.push(sending(bosh.url, again));
    return again;
  });
  turn.updateBosh({ requests });
}

/** A request that may not have arrived waits before it goes again, the longer the more often it went. */
export function postpone(turn: PhoneTurn, rid: number): void {
  const { bosh } = turn.session;
  if (bosh === undefined) return;
  const failingSince = bosh.failingSince ?? turn.now;
  // A session that nobody spoke in for so long is gone: the last attempt is made before.
  const lastAt = bosh.sid === undefined ? Number.POSITIVE_INFINITY : failingSince + bosh.terms.inactivityMs;
  const requests = bosh.requests.map((request) => {
    if (request.rid !== rid) return request;
    const delayMs = turn.backOffMs(Math.min(request.attempt, MAX_ATTEMPT));
    return { ...request, isWaiting: true, dueAt: Math.min(turn.now + delayMs, lastAt) };
  });
  turn.updateBosh({ requests, failingSince });
}

/** Whether a session must be gone at the server, for want of requests that reached it. */
export function isSilentTooLong({ session, now }: PhoneTurn): boolean {
  const { bosh } = session;
  if (bosh?.failingSince === undefined || bosh.sid === undefined) return false;
  return now - bosh.failingSince >= bosh.terms.inactivityMs;
}

/** The answer to a request is there. */
export function settled(turn: PhoneTurn, rid: number): void {
  const { bosh } = turn.session;
  if (bosh === undefined) return;
  const requests = bosh.requests.filter((request) => request.rid !== rid);
  const isFailing = requests.some(({ isWaiting }) => isWaiting);
  turn.updateBosh({ requests, failingSince: isFailing ? bosh.failingSince : undefined });
}
