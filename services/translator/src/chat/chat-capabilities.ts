/**
 * What our end of a chat can do, in headers. RFC 3261 §20.5, §20.37.
 */
import type { SipHeaders, SipRequest } from '@stoxgate/contracts';
import { SDP } from '../call/capabilities.ts';
import { intervalHeaders, sessionExpiresIn, supportsTimer } from '../call/session-interval.ts';

export const CHAT_ALLOW = 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, MESSAGE';

/** Headers of a request or response that begins or refreshes a chat. */
export const CHAT_HEADERS: SipHeaders = { allow: [CHAT_ALLOW], accept: [SDP], supported: ['timer, gruu'] };

/**
 * The same in a 2xx to `request`, with the session interval that it asks for: the peer refreshes. Where it wants us to,
 * there is none (RFC 4028 §9 leaves it to the UAS): the chat's own timer ends what nobody uses.
 */
export function headersOfAnswer(request: SipRequest): SipHeaders {
  const asked = supportsTimer(request) ? sessionExpiresIn(request.headers) : undefined;
  if (asked === undefined || asked.refresher === 'uas') return CHAT_HEADERS;
  return { ...CHAT_HEADERS, ...intervalHeaders(asked.intervalMs, 'uac'), require: ['timer'] };
}
