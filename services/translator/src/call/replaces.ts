/**
 * Naming a dialog to be replaced, and a party to be called: `Replaces` (RFC 3891 §6.1), `Refer-To` (RFC 3515 §2.1),
 * `Referred-By` (RFC 3892 §3).
 */
import type { SipHeaders, SipRequest } from '@stoxgate/contracts';
import { parseNameAddr, parseParams } from '@stoxgate/wire-sip';

/** A dialog as its other end sees it: its local tag is the `to-tag`. */
export interface Replaced {
  readonly callId: string;
  readonly toTag: string;
  readonly fromTag: string;
  readonly earlyOnly: boolean;
}

const MAX_LENGTH = 1024;

/** The dialog that a Replaces value names; undefined: it is malformed. */
export function readReplaces(value: string): Replaced | undefined {
  const semicolon = value.indexOf(';');
  if (semicolon <= 0 || value.length > MAX_LENGTH) return undefined;
  const params = parseParams(value, semicolon);
  const toTag = params?.['to-tag'];
  const fromTag = params?.['from-tag'];
  if (params === undefined || !toTag || !fromTag) return undefined;
  const earlyOnly = params['early-only'] !== undefined;
  return { callId: value.slice(0, semicolon).trim(), toTag, fromTag, earlyOnly };
}

export const formatReplaces = ({
  callId,
  toTag,
  fromTag,
  earlyOnly = false,
}: Omit<Replaced, 'earlyOnly'> & Partial<Replaced>): string =>
  `${callId};to-tag=${toTag};from-tag=${fromTag}${earlyOnly ? ';early-only' : ''}`;

/** Value of a header inside a URI (RFC 3261 §25.1, hvalue). */
const escaped = (value: string): string =>
  encodeURIComponent(value).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/**
 * Headers of an INVITE that replaces a dialog. `Require`: a peer that cannot says so, where it would ring a second call else
 * (RFC 3891 §6.2).
 */
export const replacesHeaders = (replaces: string): SipHeaders => ({
  replaces: [replaces],
  require: ['replaces'],
});

/** Headers of the same INVITE for a peer that cannot replace: a call as any other (RFC 3261 §8.1.3.5). */
export function withoutReplaces(headers: SipHeaders): SipHeaders | undefined {
  const { replaces, require: _, ...rest } = headers;
  return replaces === undefined ? undefined : rest;
}

/** A Refer-To value: the party to call, and the dialog that the call replaces. */
export const formatReferTo = (uri: string, replaces: string | undefined): string =>
  replaces === undefined ? `<${uri}>` : `<${uri}?Replaces=${escaped(replaces)}>`;

export interface ReferTo {
  readonly uri: string;
  readonly replaces?: Replaced;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** The one Refer-To of a REFER; undefined: none, several, a method other than INVITE, or malformed (RFC 3515 §2.4.1). */
export function readReferTo(request: SipRequest): ReferTo | undefined {
  const [value, ...more] = request.headers['refer-to'] ?? [];
  const address = value === undefined || more.length > 0 ? undefined : parseNameAddr(value);
  if (address === undefined || address.uri.length > MAX_LENGTH) return undefined;
  const question = address.uri.indexOf('?');
  const uri = question < 0 ? address.uri : address.uri.slice(0, question);
  const method = /;method=([^;]*)/i.exec(uri)?.[1];
  if (method !== undefined && method.toUpperCase() !== 'INVITE') return undefined;
  const headers = question < 0 ? [] : address.uri.slice(question + 1).split('&');
  const named = headers.find((header) => /^replaces=/i.test(header));
  if (named === undefined) return { uri };
  const replaces = readReplaces(decoded(named.slice('replaces='.length)) ?? '');
  return replaces === undefined ? undefined : { uri, replaces };
}

/** URI of the party that refers, as it says itself; undefined: nobody, or malformed. */
export const referredBy = (request: SipRequest): string | undefined =>
  parseNameAddr(request.headers['referred-by']?.[0] ?? '')?.uri;
