/**
 * What becomes of a MESSAGE of ours: digest, redirection, or the error stanza to its sender. RFC 3261 §22, §8.1.3.4;
 * RFC 7572 §4, RFC 7247 §7.
 */
import { contactOfSip } from '@stoxgate/addressing';
import type { Command, OutgoingSipRequest, SipResponse } from '@stoxgate/contracts';
import type { StanzaErrorSpec } from '@stoxgate/wire-xmpp';
import { type Challenge, challengesToAnswer, isChallenge } from '../call/challenges.ts';
import { phraseOf } from '../condition/phrase.ts';
import { conditionOfFailure, conditionOfStatus } from '../condition/status-to-condition.ts';
import type { TranslatorPolicy } from '../policy.ts';
import type { Input, Step } from '../step.ts';
import { branchOfMessage } from './branch.ts';
import { GIVE_UP_MS } from './limits.ts';
import { messageError } from './message-error.ts';
import { nextCseq } from './message-request.ts';
import type { PairSession, PendingMessage } from './pair-session.ts';
import { pairStep, withoutPending, withPending } from './pair-turn.ts';

/** Contact with the highest q (RFC 3261 §20.10); the first of equals. */
function bestContact(response: SipResponse): string | undefined {
  let best: { uri: string; q: number } | undefined;
  for (const contact of response.contacts) {
    const written = Number(contact.params.q ?? 1);
    const q = Number.isFinite(written) ? written : 0;
    if (best === undefined || q > best.q) best = { uri: contact.uri, q };
  }
  return best?.uri;
}

/** Stanza error of a final response ≥ 300. 301 MUST and 410 MUST NOT carry the new address. */
export function errorOfResponse(policy: TranslatorPolicy, response: SipResponse): StanzaErrorSpec {
  const row = conditionOfStatus(response.status, response.headers['retry-after'] !== undefined);
  const text = phraseOf(response.reason);
  const contact = bestContact(response);
  const moved =
    contact !== undefined && Math.floor(response.status / 100) === 3
      ? contactOfSip(policy.addresses, contact)
      : undefined;
  return {
    ...row,
    ...(text === undefined ? {} : { text }),
    ...(moved?.ok === true && row.condition !== 'not-acceptable' ? { address: `xmpp:${moved.jid}` } : {}),
  };
}

interface Retry {
  readonly request: OutgoingSipRequest;
  readonly challenges: readonly Challenge[];
  readonly isRedirected: boolean;
}

/** The request that may still succeed after this response, if there is one. */
function retryOf(
  policy: TranslatorPolicy,
  message: PendingMessage,
  response: SipResponse,
): Retry | undefined {
  if (isChallenge(response)) {
    const challenges = policy.hasCredentials ? challengesToAnswer(message.challenges, response) : undefined;
    return challenges && { request: message.request, challenges, isRedirected: message.isRedirected };
  }
  const target =
    response.status === 300 || response.status === 301 || response.status === 302
      ? bestContact(response)
      : undefined;
  if (target === undefined || message.isRedirected || !/^sip:[^\s<>]+$/i.test(target)) return undefined;
  return {
    request: { ...message.request, requestUri: target.replace(/\?.*$/s, '') },
    challenges: [],
    isRedirected: true,
  };
}

/** A response to a pending MESSAGE. 2xx: nothing for the sender (delivery is not known). */
export function messageAnswered(
  policy: TranslatorPolicy,
  session: PairSession,
  input: Input,
  message: PendingMessage,
  response: SipResponse,
): Step {
  if (response.status < 200) return { session, commands: [] };
  const rest = withoutPending(session, message);
  if (response.status < 300) return pairStep(rest, [], input.now);
  const retry = retryOf(policy, message, response);
  if (retry === undefined) {
    return pairStep(rest, [messageError(message, errorOfResponse(policy, response))], input.now);
  }
  const request = { ...retry.request, cseq: nextCseq(session.lastCseq, input.now) };
  const branch = branchOfMessage(input.eventId, request);
  const again: PendingMessage = {
    ...message,
    ...retry,
    branch,
    request,
    expiresAt: input.now + GIVE_UP_MS,
  };
  const command: Command = {
    type: 'sip.request.send',
    branch,
    request,
    ...(again.challenges.length === 0 ? {} : { challenges: [...again.challenges] }),
  };
  return pairStep(withPending(rest, again), [command], input.now);
}

const FAILURE_TEXTS = {
  timeout: 'The SIP side did not answer',
  transport: 'The SIP side cannot be reached',
  unresolvable: 'The SIP side cannot be reached',
  'no-credentials': 'The SIP side asks for credentials that the gateway has not',
  media: 'The SIP side cannot be reached',
} as const;

/** A pending MESSAGE that got no final response. */
export function messageFailed(
  session: PairSession,
  input: Input,
  message: PendingMessage,
  cause: keyof typeof FAILURE_TEXTS,
): Step {
  const error = { ...conditionOfFailure(cause), text: FAILURE_TEXTS[cause] };
  return pairStep(withoutPending(session, message), [messageError(message, error)], input.now);
}

/** The record's timer: gives up what no edge answered for, forgets a chat that is over. */
export function pairTimerFired(session: PairSession, input: Input): Step {
  const expired = session.pending.filter((message) => message.expiresAt <= input.now);
  const error = { ...conditionOfFailure('timeout'), text: FAILURE_TEXTS.timeout };
  return pairStep(
    { ...expired.reduce(withoutPending, session), timerAt: 0 },
    expired.map((message) => messageError(message, error)),
    input.now,
  );
}
