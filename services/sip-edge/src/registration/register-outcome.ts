/**
 * What a response to REGISTER means, and when the next one is due. Pure. RFC 3261 §10.2, §22; RFC 5626 §4.5.
 */
import type { SipResponse } from '@stoxgate/contracts';
import type { Challenge } from '@stoxgate/sip-stack';
import { parseSipUri } from '@stoxgate/wire-sip';

/** What a REGISTER asked for. */
export interface Asked {
  /** Seconds; 0: to be forgotten. */
  readonly expires: number;
  /** Challenges that it answered. */
  readonly challenges: readonly Challenge[];
}

export type RegisterOutcome =
  | { readonly kind: 'granted'; readonly seconds: number }
  /** Another REGISTER at once. */
  | { readonly kind: 'again'; readonly asked: Asked }
  | { readonly kind: 'refused'; readonly cause: string; readonly retryAfterMs?: number };

const MAX_EXPIRES = 86_400;
const MAX_CHALLENGES = 8;
/** 64*T1: a registrar that does not answer takes so long to fail, and the registration must still hold. */
const TRANSACTION_MS = 32_000;
const RETRY_MS = 30_000;
const MAX_RETRY_MS = 1_800_000;

const CHALLENGES = { 401: 'www-authenticate', 407: 'proxy-authenticate' } as const;

const secondsIn = (text: string | undefined): number | undefined => {
  const digits = /^\s*(\d{1,10})/.exec(text ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
};

/** A second refusal of the same kind says that our answer was wrong, unless only the nonce was old (RFC 7616 §3.3). */
function challenged(asked: Asked, response: SipResponse, header: Challenge['header']): RegisterOutcome {
  const fresh = (response.headers[header] ?? []).map((value): Challenge => ({ header, value }));
  const isAnswered = asked.challenges.some((challenge) => challenge.header === header);
  const isStale = fresh.some(({ value }) => /\bstale\s*=\s*"?true/i.test(value));
  const others = asked.challenges.filter((challenge) => challenge.header !== header);
  const challenges = [...others, ...fresh];
  if (fresh.length === 0 || challenges.length > MAX_CHALLENGES || (isAnswered && !isStale)) {
    return { kind: 'refused', cause: String(response.status) };
  }
  return { kind: 'again', asked: { ...asked, challenges } };
}

/** @param isOurs whether a Contact is the one that was registered: see `isContactOf`. */
export function registerOutcome(
  asked: Asked,
  response: SipResponse,
  isOurs: (contactUri: string) => boolean,
): RegisterOutcome {
  const { status, headers, contacts } = response;
  if (status >= 200 && status < 300) {
    const contact = contacts.find(({ uri }) => isOurs(uri));
    const granted = secondsIn(contact?.params.expires) ?? secondsIn(headers.expires?.[0]) ?? asked.expires;
    return { kind: 'granted', seconds: Math.min(granted, MAX_EXPIRES) };
  }
  if (status === 401 || status === 407) return challenged(asked, response, CHALLENGES[status]);
  const least = status === 423 ? secondsIn(headers['min-expires']?.[0]) : undefined;
  if (least !== undefined && least > asked.expires && least <= MAX_EXPIRES && asked.expires > 0) {
    return { kind: 'again', asked: { ...asked, expires: least } };
  }
  const seconds = secondsIn(headers['retry-after']?.[0]);
  const retryAfterMs = seconds === undefined ? {} : { retryAfterMs: Math.min(seconds * 1000, MAX_RETRY_MS) };
  return { kind: 'refused', cause: String(status), ...retryAfterMs };
}

/** How long after it was granted a registration is renewed: before it is over, even when the registrar is slow. */
export function renewAfterMs(seconds: number): number {
  const ms = seconds * 1000;
  return Math.max(ms / 2, ms - Math.max(TRANSACTION_MS, ms / 10));
}

/** How long after a failure it is tried again: twice as long each time, and not by all edges at once. */
export function retryAfterMs(failures: number, random: number): number {
  const upper = Math.min(MAX_RETRY_MS, RETRY_MS * 2 ** Math.min(failures - 1, 16));
  return upper * (0.5 + random / 2);
}

export interface ContactAddress {
  readonly user: string;
  readonly host: string;
  readonly port: number;
}

/** Whether a Contact URI is this one, whatever parameters a registrar adds. */
export function isContactOf({ user, host, port }: ContactAddress, uri: string): boolean {
  const parsed = parseSipUri(uri);
  if (parsed?.user !== user || (parsed.port ?? 5060) !== port) return false;
  return parsed.host.toLowerCase().replace(/^\[|\]$/g, '') === host.toLowerCase();
}
