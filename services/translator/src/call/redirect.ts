/**
 * 3xx to our INVITE: its contacts are tried one after the other, as many as the configuration allows. RFC 3261 §8.1.3.4.
 */
import type { OutgoingSipRequest, SipResponse } from '@stoxgate/contracts';
import { parseSipUri } from '@stoxgate/wire-sip';
import type { OutLeg } from './call-session.ts';
import type { Turn } from './turn.ts';

export interface Redirection {
  /** Still to be tried, best first. */
  readonly targets: readonly string[];
  /** Tried already, without the first Request-URI. */
  readonly tried: readonly string[];
}

const NONE: Redirection = { targets: [], tried: [] };

const qOf = (text: string | undefined): number => {
  const q = Number(text ?? '1');
  return q >= 0 && q <= 1 ? q : 1;
};

/** Targets that a response names: SIP URIs without header fields, by `q`. `sips:` MUST NOT be translated (RFC 7247 §8). */
export function targetsIn(response: SipResponse): readonly string[] {
  if (response.status < 300 || response.status > 399 || response.status === 380) return [];
  return response.contacts
    .map(({ uri, params }) => ({ uri: uri.replace(/\?.*$/s, ''), q: qOf(params.q) }))
    .filter(({ uri }) => /^sip:/i.test(uri) && parseSipUri(uri) !== undefined)
    .toSorted((one, other) => other.q - one.q)
    .map(({ uri }) => uri);
}

/**
 * The INVITE for the next contact, and the leg's redirection then. Undefined: there is none left, or no more may be
 * tried. After a 6xx nothing else is tried (§21.6). `response` is absent when none came.
 */
export function nextTarget(
  turn: Turn,
  leg: OutLeg,
  response?: SipResponse,
): { request: OutgoingSipRequest; redirection: Redirection } | undefined {
  const { targets, tried } = leg.redirection ?? NONE;
  const { request } = leg.invite;
  if (turn.policy.maxRedirects === 0 || leg.state === 'cancelling') return undefined;
  if (response !== undefined && response.status >= 600) return undefined;
  const known = [request.requestUri, request.to.uri, ...tried];
  const fresh = [...(response === undefined ? [] : targetsIn(response)), ...targets];
  const unique = [...new Set(fresh)].filter((uri) => !known.includes(uri));
  const [first, ...others] = unique.slice(0, Math.max(0, turn.policy.maxRedirects - tried.length));
  if (first === undefined) return undefined;
  return {
    request: { ...request, requestUri: first },
    redirection: { targets: others, tried: [...tried, first] },
  };
}
