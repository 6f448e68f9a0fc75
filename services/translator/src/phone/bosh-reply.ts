/**
 * What an answer of a connection manager, or its absence, means. XEP-0124 §17.
 */
import type { EventOf, XmlElement } from '@stoxgate/contracts';
import { childOf, elementsOf, NS, textOf } from '@stoxgate/wire-xmpp';
import type { Parked } from './phone-session.ts';

/**
 * body: it was taken. repeat: it is to be sent again, and those before it. unreached: nobody may have seen it. lost: the
 * session is no more; a new one soon, or, after a fault of ours and before a shutdown, later; `orRid`: or only the rid, which is
 * too old. stopped: nothing is to be
 * tried. elsewhere: the session is to be had at another address.
 */
export type Reply =
  | {
      readonly kind: 'body';
      readonly attrs: Readonly<Record<string, string>>;
      readonly elements: readonly XmlElement[];
    }
  | { readonly kind: 'repeat' }
  | { readonly kind: 'unreached' }
  | { readonly kind: 'lost'; readonly again: 'soon' | 'later'; readonly orRid?: true }
  | { readonly kind: 'stopped'; readonly why: Parked }
  | { readonly kind: 'elsewhere'; readonly url: string };

const SOON: Reply = { kind: 'lost', again: 'soon' };
const LATER: Reply = { kind: 'lost', again: 'later' };
const UNREACHED: Reply = { kind: 'unreached' };

/** Of HTTP, where a manager of old gives no condition, XEP-0124 §17.1. */
const LEGACY: Readonly<Record<number, string>> = {
  400: 'bad-request',
  403: 'policy-violation',
  404: 'item-not-found',
};

/** What the stream said inside, RFC 6120 §4.9.3. */
function streamError(body: XmlElement): Reply {
  const error = childOf(body, 'error', NS.STREAM) ?? body;
  const conditions = elementsOf(error).filter(({ attrs }) => attrs.xmlns === NS.STREAM_ERROR);
  const has = (name: string): boolean => conditions.some((condition) => condition.name === name);
  if (has('conflict')) return { kind: 'stopped', why: 'replaced' };
  return has('system-shutdown') || has('policy-violation') ? LATER : SOON;
}

function terminated(condition: string | undefined, body: XmlElement | undefined): Reply {
  switch (condition) {
    case undefined:
      return { kind: 'stopped', why: 'ended' };
    case 'bad-request':
    case 'policy-violation':
    case 'system-shutdown':
      return LATER;
    case 'host-unknown':
    case 'host-gone':
    case 'improper-addressing':
      return { kind: 'stopped', why: 'address' };
    case 'remote-stream-error':
      return body === undefined ? SOON : streamError(body);
    case 'see-other-uri': {
      const uri = body && childOf(body, 'uri');
      return uri === undefined ? LATER : { kind: 'elsewhere', url: textOf(uri).trim() };
    }
    case 'item-not-found':
      return { kind: 'lost', again: 'soon', orRid: true };
    default:
      // other-request, remote-connection-failed, internal-server-error, undefined-condition, others.
      return SOON;
  }
}

/** The meaning of an answer. Total: what is no answer of a connection manager is one of those two. */
export function replyOf({ status, body }: EventOf<'bosh.request.answered'>): Reply {
  if (body !== undefined) {
    const { type, condition } = body.attrs;
    if (type === 'terminate') return terminated(condition, body);
    if (type === 'error') return { kind: 'repeat' };
    if (status === 200) return { kind: 'body', attrs: body.attrs, elements: elementsOf(body) };
  }
  const legacy = LEGACY[status];
  if (legacy !== undefined) return terminated(legacy, body);
  // A proxy that has no server behind it, or no time; and what is no answer at all.
  return status === 200 ? SOON : UNREACHED;
}

/** The meaning of no answer. */
export function replyOfFailure({ cause }: EventOf<'bosh.request.failed'>): Reply {
  switch (cause) {
    case 'secret':
      return { kind: 'stopped', why: 'credentials' };
    case 'unusable':
      return LATER;
    case 'timeout':
    case 'transport':
    case 'tls':
      return UNREACHED;
  }
}
