/**
 * The loop hash in the branch of each request that we send: whoever of us finds it again in a Via knows, without any
 * state, whether the request came back as it went out (a loop) or changed (a spiral). RFC 3261 §16.3 item 4, §16.6 step 8.
 */
import { fnv1a } from './fnv1a.ts';
import type { SipHeaders } from './sip-message.ts';

const COOKIE = 'z9hG4bK';
/** The hash at the end of a branch; behind it there may be the number of the server that is tried (RFC 3263 §4.3). */
const LOOP_HASH = /^z9hG4bK[^-]+-([0-9a-f]{8})(?:\.\d+)?$/i;

/** What of a request decides what becomes of it. */
export interface RequestIdentity {
  readonly requestUri: string;
  readonly from: { readonly params: Readonly<Record<string, string>> };
  readonly to: { readonly params: Readonly<Record<string, string>> };
  readonly callId: string;
  readonly cseq: number | { readonly number: number };
  readonly headers: SipHeaders;
}

/**
 * Hash over Request-URI, tags, Call-ID, CSeq number and Proxy-Require; not the method, for CANCEL has the branch of its
 * INVITE. Route is not in it: what we send of it is used up on the way, and none decides what we make of a request.
 * 32 bits of whatever hash keep nobody from finding a request that has another's, who only gets his own refused.
 */
export function loopHashOf({ requestUri, from, to, callId, cseq, headers }: RequestIdentity): string {
  const number = typeof cseq === 'number' ? cseq : cseq.number;
  const parts = [requestUri, from.params.tag, to.params.tag, callId, number, headers['proxy-require']];
  return fnv1a(parts.join('\n')).toString(16).padStart(8, '0');
}

/** The loop hash in a branch of ours; undefined in any other. */
export const loopHashIn = (branch: string): string | undefined => LOOP_HASH.exec(branch)?.[1]?.toLowerCase();

/** The branch of `request`: `unique` tells it from all others. RFC 3261 §8.1.1.7 asks for the cookie. */
export const branchOf = (unique: string, request: RequestIdentity): string =>
  `${COOKIE}${unique}-${loopHashOf(request)}`;
