/**
 * What a request must fulfil before anything is made of it, in the order of RFC 3261 §8.2. Max-Forwards is not among
 * it: we are the end of the request's way, and 0 is fine for a UAS.
 */
import type { SipBody, SipHeaders, SipRequest } from '@stoxgate/contracts';
import { splitList } from '@stoxgate/wire-sip';

/** A final response that ends a request where it is. */
export interface Refusal {
  readonly status: number;
  /** The registered phrase when absent. */
  readonly reason?: string;
  readonly headers?: SipHeaders;
  readonly body?: SipBody;
}

export interface GuardPolicy {
  /** Methods served, for `Allow` (RFC 3261 §20.5). */
  readonly methods: readonly string[];
  /** Option tags that a request may require (RFC 3261 §8.2.2.3). */
  readonly extensions: readonly string[];
}

/** Those that are registered. */
export const KNOWN_METHODS: ReadonlySet<string> = new Set([
  ...['INVITE', 'ACK', 'CANCEL', 'BYE', 'OPTIONS', 'REGISTER', 'MESSAGE', 'INFO', 'UPDATE', 'PRACK'],
  ...['SUBSCRIBE', 'NOTIFY', 'PUBLISH', 'REFER'],
]);

/** Without a To tag they mean a dialog that does not exist. */
const IN_DIALOG_ONLY: ReadonlySet<string> = new Set(['BYE', 'INFO', 'UPDATE', 'PRACK', 'NOTIFY']);

/** `tel:` is a SIP target too (RFC 3261 §19.1.6); sips MUST NOT be translated (RFC 7247 §8). */
const SERVED_SCHEMES: ReadonlySet<string> = new Set(['sip', 'tel']);

const allow = (policy: GuardPolicy): SipHeaders => ({ allow: [policy.methods.join(', ')] });

const elementsOf = (values: readonly string[]): readonly string[] =>
  values.flatMap((value) => splitList(value) ?? [value]).filter((element) => element !== '');

function methodRefusal({ method, to }: SipRequest, policy: GuardPolicy): Refusal | undefined {
  if (!KNOWN_METHODS.has(method)) return { status: 501, headers: allow(policy) };
  if (to.params.tag !== undefined || method === 'CANCEL') return undefined;
  if (IN_DIALOG_ONLY.has(method)) return { status: 481 };
  return policy.methods.includes(method) ? undefined : { status: 405, headers: allow(policy) };
}

function requireRefusal({ method, headers }: SipRequest, policy: GuardPolicy): Refusal | undefined {
  if (method === 'CANCEL' || headers.require === undefined) return undefined;
  const unknown = elementsOf(headers.require).filter((tag) => !policy.extensions.includes(tag.toLowerCase()));
  return unknown.length === 0 ? undefined : { status: 420, headers: { unsupported: [unknown.join(', ')] } };
}

function schemeRefusal({ requestUri }: SipRequest): Refusal | undefined {
  const scheme = requestUri.slice(0, requestUri.indexOf(':')).toLowerCase();
  return SERVED_SCHEMES.has(scheme) ? undefined : { status: 416 };
}

const isSessionType = (contentType: string): boolean =>
  /^[ \t]*(?:application\/sdp|multipart\/[^;\s]+)[ \t]*(?:;|$)/i.test(contentType);

/** RFC 3261 §20.11: a body whose handling is optional may be ignored. */
const isOptional = ({ headers }: SipRequest): boolean =>
  /;[ \t]*handling[ \t]*=[ \t]*optional\b/i.test(headers['content-disposition']?.[0] ?? '');

function contentRefusal(request: SipRequest): Refusal | undefined {
  const { method, body, headers } = request;
  if (body === undefined || method === 'CANCEL' || isOptional(request)) return undefined;
  const codings = headers['content-encoding'];
  if (codings !== undefined && elementsOf(codings).some((coding) => coding.toLowerCase() !== 'identity')) {
    return { status: 415, headers: { 'accept-encoding': ['identity'] } };
  }
  if (method !== 'INVITE' || isSessionType(body.contentType)) return undefined;
  return { status: 415, headers: { accept: ['application/sdp, multipart/mixed, multipart/alternative'] } };
}

/** Contact is mandatory in INVITE and names one address (RFC 3261 §8.1.1.8). */
const contactRefusal = ({ method, contacts }: SipRequest): Refusal | undefined =>
  method !== 'INVITE' || (contacts.length === 1 && contacts[0]?.uri !== '*')
    ? undefined
    : { status: 400, reason: 'Exactly One Contact Needed' };

/** The refusal that a request owes by itself; not for ACK, which is never answered. */
export const refusalOf = (request: SipRequest, policy: GuardPolicy): Refusal | undefined =>
  methodRefusal(request, policy) ??
  schemeRefusal(request) ??
  requireRefusal(request, policy) ??
  contactRefusal(request) ??
  contentRefusal(request);
