/**
 * The bodies that carry a text to SIP: one, or so many that no request is larger than a datagram may be. RFC 3428 §8.
 */
import { utf8Length } from '@stoxgate/addressing';
import type { OutgoingSipRequest, SipBody } from '@stoxgate/contracts';
import { serializeRequest } from '@stoxgate/wire-sip';
import type { TranslatorPolicy } from '../policy.ts';
import { type CpimParts, cpimBody } from './cpim.ts';
import { withoutSubject } from './message-request.ts';
import type { MessagePart } from './pair-session.ts';
import { splitText } from './split-text.ts';

/** What the edge adds to each request: Via, User-Agent, longer lengths. */
const EDGE_BYTES = 180;
/** And when it answers a challenge. */
const AUTHORIZATION_BYTES = 320;
/** Below this a text would fall to crumbs: then it goes in one, by a transport that takes it. */
const MIN_ROOM_BYTES = 64;

export const PLAIN = 'text/plain;charset=UTF-8';
export const HTML = 'text/html;charset=UTF-8';

export const plainBody = (content: string): SipBody => ({ contentType: PLAIN, content, encoding: 'utf8' });

type Limits = Pick<TranslatorPolicy, 'maxMessageBytes' | 'oversize' | 'hasCredentials'>;

/** Bytes that a body of `type` may have in this request; infinite where its transport has no such limit. */
function roomIn(policy: Limits, request: OutgoingSipRequest, type: string): number {
  if (policy.maxMessageBytes === 0 || policy.oversize === 'tcp') return Number.POSITIVE_INFINITY;
  const empty = { ...request, body: { contentType: type, content: '', encoding: 'utf8' as const } };
  const authorization = policy.hasCredentials ? AUTHORIZATION_BYTES : 0;
  const room =
    policy.maxMessageBytes - serializeRequest(empty, { via: '' }).length - EDGE_BYTES - authorization;
  return room < MIN_ROOM_BYTES ? Number.POSITIVE_INFINITY : room;
}

/** More than what is the same in every request: names of headers, numbers, the type of the body. */
const SKELETON_BYTES = 200;
/** Most that a character of an address can become. */
const ESCAPED_BYTES = 3;

/**
 * Whether `text` fits into this request however its addresses are written: most texts are far from the limit, and for them
 * nothing needs to be written to be measured. A request with headers of its own is measured.
 */
function surelyFits(policy: Limits, request: OutgoingSipRequest, text: string): boolean {
  const { requestUri, from, to, callId, headers } = request;
  for (const _ in headers) return false;
  if (from.displayName !== undefined) return false;
  const chars =
    requestUri.length + from.uri.length + to.uri.length + callId.length + (from.params.tag?.length ?? 0);
  const around = ESCAPED_BYTES * chars + SKELETON_BYTES + EDGE_BYTES + AUTHORIZATION_BYTES;
  return utf8Length(text) + around <= policy.maxMessageBytes;
}

const wrapped = (cpim: Omit<CpimParts, 'contentType'>, text: string): MessagePart => ({
  body: cpimBody({ ...cpim, contentType: PLAIN }, text),
  plain: plainBody(text),
});

/**
 * The one body for a text in a form that not everybody reads, which falls back to the text alone; undefined when it is too
 * large for one request.
 */
export function partOfForm(
  policy: Limits,
  request: OutgoingSipRequest,
  text: string,
  form: SipBody,
  cpim?: Omit<CpimParts, 'contentType'>,
): readonly MessagePart[] | undefined {
  const { contentType, content } = form;
  const body = cpim === undefined ? form : cpimBody({ ...cpim, contentType }, content);
  const isTooLarge = utf8Length(body.content) > roomIn(policy, request, body.contentType);
  return isTooLarge ? undefined : [{ body, plain: plainBody(text) }];
}

interface Room {
  /** Bytes of text in the first request, which has the subject. */
  readonly first: number;
  readonly later: number;
}

/** `text` in pieces that fit. */
function pieces(text: string, { first, later }: Room): readonly string[] {
  const [head = '', ...rest] = splitText(text, first);
  if (rest.length === 0) return [head];
  return [head, ...splitText(text.slice(head.length), Math.max(first, later))];
}

/** The pieces with the last one wrapped, cut once more where it must be; as they are where the wrapper has no room. */
function lastWrapped(
  texts: readonly string[],
  room: Room,
  cpim: Omit<CpimParts, 'contentType'>,
): readonly MessagePart[] {
  const before = texts.slice(0, -1);
  const last = texts.at(-1) ?? '';
  const plain = (some: readonly string[]): MessagePart[] => some.map((text) => ({ body: plainBody(text) }));
  const around = utf8Length(wrapped(cpim, '').body.content);
  const left = (before.length === 0 ? room.first : room.later) - around;
  if (left >= utf8Length(last)) return [...plain(before), wrapped(cpim, last)];
  // The last of several pieces has the room of a later one.
  const cut = Math.min(left, room.later - around);
  if (cut < MIN_ROOM_BYTES) return plain(texts);
  const ends = splitText(last, cut);
  return [...plain(before), ...plain(ends.slice(0, -1)), wrapped(cpim, ends.at(-1) ?? '')];
}

/**
 * The bodies for `text`, in order; undefined when it needs more than one and must not (`oversize: reject`). With `cpim`
 * the last is wrapped: its notification speaks for all, since each goes out only when the one before was accepted.
 */
export function partsOfText(
  policy: Limits,
  request: OutgoingSipRequest,
  text: string,
  cpim?: Omit<CpimParts, 'contentType'>,
): readonly MessagePart[] | undefined {
  if (cpim === undefined && surelyFits(policy, request, text)) return [{ body: plainBody(text) }];
  const first = roomIn(policy, request, PLAIN);
  if (cpim === undefined && utf8Length(text) <= first) return [{ body: plainBody(text) }];
  const withoutIt = { ...request, headers: withoutSubject(request.headers) };
  const room = { first, later: roomIn(policy, withoutIt, PLAIN) };
  const texts = pieces(text, room);
  const parts =
    cpim === undefined ? texts.map((piece) => ({ body: plainBody(piece) })) : lastWrapped(texts, room, cpim);
  return parts.length > 1 && policy.oversize === 'reject' ? undefined : parts;
}
