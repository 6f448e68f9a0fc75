/**
 * Stanza error → SIP status: RFC 7247 table 2, with the overrides that the kind of request calls for.
 */
import type { StanzaCondition, StanzaError } from '@stoxgate/wire-xmpp';
import { phraseOf } from './phrase.ts';

export interface StatusContext {
  /** Whether the error is about a full or a bare JID. */
  readonly about: 'full' | 'bare';
  readonly request: 'invite' | 'other';
  /** A request inside a dialog; then `unexpected-request` is a glare. */
  readonly inDialog?: boolean;
  /** The Jingle error beside it, XEP-0166 §10: `tie-break`, `unknown-session` … */
  readonly jingle?: string;
  /** 6xx ends the search for the whole address of record: off unless the operator wants RFC 7247's column for bare JIDs. */
  readonly use6xx?: boolean;
  /** SIP URI of an XMPP address in `gone` or `redirect`; undefined when it has none. */
  readonly contactUriOf?: (jid: string) => string | undefined;
}

export interface SipStatus {
  readonly status: number;
  /** From the error's text; absent: the status's own phrase. */
  readonly reason?: string;
  readonly retryAfterS?: number;
  /** Contact of a 301 or 302. */
  readonly contactUri?: string;
}

interface StatusRow {
  /** About a full JID. */
  readonly full: number;
  /** About a bare JID. */
  readonly bare: number;
}

const always = (status: number): StatusRow => ({ full: status, bare: status });

const STATUSES: Readonly<Record<StanzaCondition, StatusRow>> = {
  'bad-request': always(400),
  conflict: always(400),
  'feature-not-implemented': { full: 405, bare: 501 },
  forbidden: { full: 403, bare: 603 },
  gone: always(301),
  'internal-server-error': always(500),
  'item-not-found': { full: 404, bare: 604 },
  'jid-malformed': always(400),
  'not-acceptable': { full: 406, bare: 606 },
  'not-allowed': always(403),
  // The table's 401 and 407 need a challenge, which a gateway has none of: 403 goes out (RFC 3261 §21.4.2).
  'not-authorized': always(403),
  'policy-violation': always(403),
  'recipient-unavailable': { full: 480, bare: 600 },
  redirect: always(302),
  'registration-required': always(403),
  'remote-server-not-found': always(404),
  'remote-server-timeout': always(408),
  'resource-constraint': always(500),
  // 503 would make a proxy shun the whole gateway (RFC 7247 §7.1).
  'service-unavailable': { full: 405, bare: 403 },
  'subscription-required': always(400),
  'undefined-condition': always(400),
  'unexpected-request': { full: 491, bare: 400 },
};

const RETRY_AFTER_S = 60;
const MAY_RETRY = new Set([404, 413, 480, 486, 500, 503, 600, 603]);
const BY_TYPE = { auth: 403, cancel: 400, continue: 400, modify: 400, wait: 480 } as const;

const OVERRIDES_OF_INVITE: Readonly<Partial<Record<string, number>>> = {
  // An unreachable callee is 480, whatever the server called it.
  'service-unavailable': 480,
  'recipient-unavailable': 480,
  'not-acceptable': 488,
};
const OVERRIDES_OF_OTHER: Readonly<Partial<Record<string, number>>> = {
  // RFC 4320 §4.2: a non-INVITE request is never answered 408.
  'remote-server-timeout': 504,
};
const OVERRIDES_OF_JINGLE: Readonly<Partial<Record<string, number>>> = {
  'tie-break': 491,
  'unknown-session': 481,
};

function tableStatus(error: StanzaError, context: StatusContext): number {
  const { full, bare } = STATUSES[error.condition];
  if (error.condition === 'undefined-condition') return BY_TYPE[error.type];
  if (error.condition === 'unexpected-request') return context.inDialog === true ? full : bare;
  if (context.about === 'full') return full;
  return bare >= 500 && context.use6xx !== true ? full : bare;
}

/**
 * Status to answer a SIP request with. Total: any condition and type gives one. A `gone` or `redirect` whose address
 * has no SIP form becomes 410 or 480.
 */
export function statusOfCondition(error: StanzaError, context: StatusContext): SipStatus {
  const overrides = context.request === 'invite' ? OVERRIDES_OF_INVITE : OVERRIDES_OF_OTHER;
  const reason = error.text === undefined ? undefined : phraseOf(error.text);
  const withReason = reason === undefined ? {} : { reason };
  if (error.condition === 'gone' || error.condition === 'redirect') {
    const jid = error.address?.replace(/^xmpp:/i, '').replace(/\?.*$/s, '');
    const contactUri = jid === undefined ? undefined : context.contactUriOf?.(jid);
    if (contactUri !== undefined)
      return { status: STATUSES[error.condition].full, ...withReason, contactUri };
    return { status: error.condition === 'gone' ? 410 : 480, ...withReason };
  }
  const status =
    (context.jingle === undefined ? undefined : OVERRIDES_OF_JINGLE[context.jingle]) ??
    overrides[error.condition] ??
    tableStatus(error, context);
  const retry = error.type === 'wait' && MAY_RETRY.has(status);
  return { status, ...withReason, ...(retry ? { retryAfterS: RETRY_AFTER_S } : {}) };
}
