/**
 * The MESSAGE request for a message stanza: RFC 7572 §4, RFC 3428 §4.
 */
import {
  callIdOfSid,
  deriveHex,
  type OutgoingSipRequest,
  type SipHeaders,
  type XmlElement,
} from '@stoxgate/contracts';
import { childOf, textOf } from '@stoxgate/wire-xmpp';
import { oneLine } from '../condition/phrase.ts';
import type { SipEnds } from './ends.ts';
import type { TextFromStanza } from './stanza-content.ts';

const MAX_CALL_ID_BYTES = 255;
const MAX_FORWARDS = 70;
const LANGUAGE_TAG = /^[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*$/;

/** Whether a header may name this language. */
export const isLanguageTag = (lang: string): boolean => LANGUAGE_TAG.test(lang);

/** 2024-01-01; four ticks a second stay below 2^31 until 2041 (RFC 3261 §8.1.1.5). */
const CSEQ_EPOCH_MS = 1_704_067_200_000;
const CSEQ_TICK_MS = 250;

/** A CSeq above `last` that also rises from one record's life to the next. */
export const nextCseq = (last: number, now: number): number =>
  Math.max(1, last + 1, Math.floor((now - CSEQ_EPOCH_MS) / CSEQ_TICK_MS));

/** Call-ID of what has none to share. */
export const ownCallId = (seed: string): string => deriveHex(`message ${seed}`, 16);

/**
 * Call-ID for a thread: the thread itself or its bijective escape, so that an answer leads back without a table. A
 * thread too long for it keeps one Call-ID too, but cannot be told back. Undefined without a thread.
 */
export function callIdOfThread(thread: string | undefined): string | undefined {
  if (thread === undefined || thread === '') return undefined;
  const callId = thread.length <= MAX_CALL_ID_BYTES ? callIdOfSid(thread) : undefined;
  return callId !== undefined && callId.length <= MAX_CALL_ID_BYTES
    ? callId
    : deriveHex(`thread ${thread}`, 16);
}

/** The stanza's thread as written (RFC 6121 §5.2.5). */
export const threadOf = (stanza: XmlElement): string | undefined => {
  const thread = childOf(stanza, 'thread');
  return thread === undefined ? undefined : textOf(thread);
};

export interface MessageNames {
  readonly tag: string;
  readonly callId: string;
  /** How the sender calls itself. */
  readonly displayName?: string | undefined;
}

/** The request without its body and CSeq; no Contact, which RFC 3428 §4 forbids. */
export const messageRequest = (
  { fromUri, toUri }: SipEnds,
  { tag, callId, displayName }: MessageNames,
  headers: SipHeaders,
): OutgoingSipRequest => ({
  method: 'MESSAGE',
  requestUri: toUri,
  routes: [],
  from:
    displayName === undefined
      ? { uri: fromUri, params: { tag } }
      : { displayName, uri: fromUri, params: { tag } },
  to: { uri: toUri, params: {} },
  callId,
  cseq: 0,
  maxForwards: MAX_FORWARDS,
  headers,
  // Named all the same: a copy that adds it would cost ten times as much.
  body: undefined,
});

const NO_HEADERS: SipHeaders = {};

/** Headers that say of a text what its stanza says beside it; most say nothing. */
export function headersOfText(content: TextFromStanza): SipHeaders {
  if (content.subject === undefined && content.lang === undefined && content.sentAt === undefined) {
    return NO_HEADERS;
  }
  const subject = content.subject === undefined ? '' : oneLine(content.subject);
  const lang = content.lang !== undefined && isLanguageTag(content.lang) ? content.lang : undefined;
  return {
    ...(subject !== '' && { subject: [subject] }),
    ...(lang !== undefined && { 'content-language': [lang] }),
    ...(content.sentAt !== undefined && { date: [new Date(content.sentAt).toUTCString()] }),
  };
}

/** The headers of the requests after the first: a subject is said once. */
export function withoutSubject({ subject: _, ...headers }: SipHeaders): SipHeaders {
  return headers;
}
