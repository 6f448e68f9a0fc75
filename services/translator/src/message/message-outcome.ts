/**
 * What becomes of a MESSAGE of ours: digest, redirection, or the error stanza to its sender. RFC 3261 §22, §8.1.3.4;
 * RFC 7572 §4, RFC 7247 §7.
 */
import { contactOfSip } from '@stoxgate/addressing';
import type { Command, SipResponse } from '@stoxgate/contracts';
import type { StanzaErrorSpec } from '@stoxgate/wire-xmpp';
import { challengesToAnswer, isChallenge } from '../call/challenges.ts';
import { mediaType } from '../call/multipart.ts';
import { phraseOf } from '../condition/phrase.ts';
import { conditionOfFailure, conditionOfStatus } from '../condition/status-to-condition.ts';
import type { TranslatorPolicy } from '../policy.ts';
import type { Input, Step } from '../step.ts';
import { CPIM } from './cpim.ts';
import { IS_COMPOSING } from './is-composing.ts';
import { CHAT_MS, MAX_UDP_BYTES } from './limits.ts';
import { messageError } from './message-error.ts';
import { partsOfText } from './message-parts.ts';
import { withoutSubject } from './message-request.ts';
import { receiptOf, withAwaited } from './notification-to-xmpp.ts';
import type { PairSession, QueuedMessage } from './pair-session.ts';
import { pairStep, withAbilities, withHead, withoutMessage } from './pair-turn.ts';
import { ALTERNATIVES } from './rich-form.ts';

/** Contact with the highest q (RFC 3261 §20.10); the first of equals. */
export function bestContact(response: SipResponse): string | undefined {
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

const NONE: readonly never[] = [];

const isTooLarge = (status: number): boolean => status === 413 || status === 513;

/** A text that went whole by a transport without a limit, in as many requests as by UDP; undefined when that is one. */
function inParts(policy: TranslatorPolicy, message: QueuedMessage): QueuedMessage | undefined {
  const [part, ...later] = message.parts;
  if (message.kind !== 'text' || policy.oversize !== 'chunk' || part === undefined || later.length > 0) {
    return undefined;
  }
  const { content } = part.plain ?? part.body;
  const limits = { ...policy, maxMessageBytes: MAX_UDP_BYTES };
  const parts = partsOfText(limits, message.request, content);
  if (parts === undefined || parts.length < 2) return undefined;
  return { ...message, parts, branch: undefined, messageId: undefined };
}

/** The same message, to be sent once more, where that may still succeed after this response. */
function retryOf(
  policy: TranslatorPolicy,
  message: QueuedMessage,
  response: SipResponse,
): QueuedMessage | undefined {
  if (isChallenge(response)) {
    const challenges = policy.hasCredentials ? challengesToAnswer(message.challenges, response) : undefined;
    return challenges && { ...message, challenges, branch: undefined };
  }
  const [part, ...later] = message.parts;
  if (response.status === 415 && part?.plain !== undefined) {
    return { ...message, parts: [{ body: part.plain }, ...later], branch: undefined, messageId: undefined };
  }
  const smaller = isTooLarge(response.status) ? inParts(policy, message) : undefined;
  if (smaller !== undefined) return smaller;
  const target =
    response.status === 300 || response.status === 301 || response.status === 302
      ? bestContact(response)
      : undefined;
  if (target === undefined || message.isRedirected || !/^sip:[^\s<>]+$/i.test(target)) return undefined;
  const request = { ...message.request, requestUri: target.replace(/\?.*$/s, '') };
  return { ...message, request, challenges: [], isRedirected: true, branch: undefined };
}

/** The session without the notifications that this message asked for: nobody will send them. */
function withoutAwaited(session: PairSession, { messageId }: QueuedMessage): PairSession {
  const awaited = messageId && session.awaited.find((one) => one.messageId === messageId);
  return awaited ? withAwaited(session, awaited) : session;
}

/** The session with what the SIP side says in Accept that it reads; few say so. */
function withAccepted(session: PairSession, { headers }: SipResponse, now: number): PairSession {
  if (headers.accept === undefined) return session;
  const types = headers.accept.flatMap((value) => value.split(',')).map(mediaType);
  const reads = (type: string): boolean =>
    [type, type.replace(/[^/]*$/, '*'), '*/*'].some((range) => types.includes(range));
  const facts = {
    cpim: reads(CPIM),
    composing: reads(IS_COMPOSING),
    html: reads('text/html'),
    alternatives: reads(ALTERNATIVES),
  };
  return withAbilities(session, facts, now + CHAT_MS);
}

/** A part was accepted: the next one goes out, or the message is over. */
function accepted(
  policy: TranslatorPolicy,
  session: PairSession,
  input: Input,
  message: QueuedMessage,
  status: number,
): Step {
  if (message.parts.length > 1) {
    const parts = message.parts.slice(1);
    const request = { ...message.request, headers: withoutSubject(message.request.headers) };
    return pairStep(withHead(session, { ...message, request, parts, branch: undefined }), [], input);
  }
  const rest = withoutMessage(session, message);
  if (message.messageId === undefined) return pairStep(rest, NONE, input);
  const awaited = rest.awaited.find(({ messageId }) => messageId === message.messageId);
  // A 202 only says that somebody has it (RFC 3428 §4).
  if (!policy.receiptOn2xx || status !== 200 || awaited?.delivery !== true)
    return pairStep(rest, NONE, input);
  const left = awaited.display ? { ...awaited, delivery: false } : undefined;
  return pairStep(withAwaited(rest, awaited, left), [receiptOf(awaited, input)], input);
}

/** The session with what a refused type tells of the SIP side. */
function withRefusedType(session: PairSession, message: QueuedMessage, now: number): PairSession {
  const type = mediaType(message.parts[0]?.body.contentType ?? '');
  if (type === CPIM) return withAbilities(session, { cpim: false }, now + CHAT_MS);
  if (type === 'text/html') return withAbilities(session, { html: false }, now + CHAT_MS);
  if (type === ALTERNATIVES) return withAbilities(session, { alternatives: false }, now + CHAT_MS);
  return type === IS_COMPOSING ? withAbilities(session, { composing: false }, now + CHAT_MS) : session;
}

/** The step without a message that failed: the sender of a text is told, once, whatever of it is left. */
function failedStep(
  session: PairSession,
  input: Input,
  message: QueuedMessage,
  error: StanzaErrorSpec,
): Step {
  const rest = withoutAwaited(withoutMessage(session, message), message);
  if (message.kind === 'text') return pairStep(rest, [messageError(message.stanza, error)], input);
  const outgoing = message.kind === 'composing' ? undefined : rest.outgoing;
  return { ...pairStep({ ...rest, outgoing }, [], input), dropped: message.kind };
}

/** A response to the message under way. 2xx: nothing for the sender (delivery is not known). */
export function messageAnswered(
  policy: TranslatorPolicy,
  session: PairSession,
  input: Input,
  message: QueuedMessage,
  response: SipResponse,
): Step {
  const { status } = response;
  if (status < 200) return { session, commands: [] };
  const said = status < 300 || status === 415 ? withAccepted(session, response, input.now) : session;
  if (status < 300) return accepted(policy, said, input, message, status);
  const noted = status === 415 ? withRefusedType(said, message, input.now) : said;
  const again = retryOf(policy, message, response);
  if (again === undefined) return failedStep(noted, input, message, errorOfResponse(policy, response));
  const next = again.messageId === message.messageId ? noted : withoutAwaited(noted, message);
  return pairStep(withHead(next, again), [], input);
}

const FAILURE_TEXTS = {
  timeout: 'The SIP side did not answer',
  transport: 'The SIP side cannot be reached',
  unresolvable: 'The SIP side cannot be reached',
  'no-credentials': 'The SIP side asks for credentials that the gateway has not',
  media: 'The SIP side cannot be reached',
} as const;

export const failureOf = (cause: keyof typeof FAILURE_TEXTS): StanzaErrorSpec => ({
  ...conditionOfFailure(cause),
  text: FAILURE_TEXTS[cause],
});

/** The message under way got no final response. */
export const messageFailed = (
  session: PairSession,
  input: Input,
  message: QueuedMessage,
  cause: keyof typeof FAILURE_TEXTS,
): Step => failedStep(session, input, message, failureOf(cause));

/** Messages that nobody answered for, or that waited too long for those before them. */
export function messagesExpired(
  session: PairSession,
  now: number,
): { readonly session: PairSession; readonly commands: readonly Command[] } {
  const expired = session.queue.filter((message) => message.expiresAt <= now);
  const error = failureOf('timeout');
  return {
    session: expired.reduce(
      (rest, message) => withoutAwaited(withoutMessage(rest, message), message),
      session,
    ),
    commands: expired
      .filter(({ kind }) => kind === 'text')
      .map((message) => messageError(message.stanza, error)),
  };
}
