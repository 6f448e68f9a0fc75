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

const PLAIN = 'text/plain;charset=UTF-8';
const HTML = 'text/html;charset=UTF-8';

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

const wrapped = (cpim: Omit<CpimParts, 'contentType'>, text: string): MessagePart => ({
  body: cpimBody({ ...cpim, contentType: PLAIN }, text),
  plain: plainBody(text),
});

/**
 * The one body for a text with its formatted form, which falls back to the text alone; undefined when it is too large for
 * one request.
 */
export function partOfHtml(
  policy: Limits,
  request: OutgoingSipRequest,
  text: string,
  html: string,
  cpim?: Omit<CpimParts, 'contentType'>,
): readonly MessagePart[] | undefined {
  const own: SipBody = { contentType: HTML, content: html, encoding: 'utf8' };
  const body = cpim === undefined ? own : cpimBody({ ...cpim, contentType: HTML }, html);
  const isTooLarge = utf8Length(body.content) > roomIn(policy, request, body.contentType);
  return isTooLarge ? undefined : [{ body, plain: plainBody(text) }];
}

/** `text` in pieces, the first of which has `first` bytes and the others `later`. */
function pieces(text: string, first: number, later: number): readonly string[] {
  if (first === later || later === Number.POSITIVE_INFINITY) return splitText(text, first);
  const [head = '', ...rest] = splitText(text, first);
  return rest.length === 0 ? [head] : [head, ...splitText(text.slice(head.length), later)];
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
  const first = roomIn(policy, request, PLAIN);
  const later = roomIn(policy, { ...request, headers: withoutSubject(request.headers) }, PLAIN);
  const texts = pieces(text, first, later);
  let parts: readonly MessagePart[];
  if (cpim === undefined) parts = texts.map((piece) => ({ body: plainBody(piece) }));
  else {
    const around = utf8Length(wrapped(cpim, '').body.content);
    const last = texts.at(-1) ?? '';
    const room = (texts.length === 1 ? first : later) - around;
    const ends = room < MIN_ROOM_BYTES ? [last] : splitText(last, room);
    const plain = [...texts.slice(0, -1), ...ends.slice(0, -1)];
    parts = [...plain.map((piece) => ({ body: plainBody(piece) })), wrapped(cpim, ends.at(-1) ?? '')];
  }
  return parts.length > 1 && policy.oversize === 'reject' ? undefined : parts;
}
