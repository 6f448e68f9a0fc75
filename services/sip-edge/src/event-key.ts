/**
 * The session that a SIP request belongs to.
 */
import { type AddressMap, contactOfSip, userOfRequest } from '@stoxgate/addressing';
import { keyOfCall, keyOfPair, type SessionKey, type SipRequest } from '@stoxgate/contracts';

export type EventKey =
  | { readonly ok: true; readonly key: SessionKey }
  | { readonly ok: false; readonly status: number };

/** Whether the request is a message outside any call. */
export const isPageMessage = (request: SipRequest): boolean =>
  request.method === 'MESSAGE' && request.to.params.tag === undefined;

/**
 * Key of a request's session: the pair of its ends for a MESSAGE outside a dialog, the call for all else. The address
 * of the SIP end is taken as it appears on the XMPP side, so that both edges name the pair alike.
 */
export function eventKeyOf(map: AddressMap, request: SipRequest): EventKey {
  if (!isPageMessage(request)) return { ok: true, key: keyOfCall(request.callId) };
  const user = userOfRequest(map, request.requestUri, request.to.uri);
  if (!user.ok) return { ok: false, status: user.status };
  const contact = contactOfSip(map, request.from.uri);
  if (!contact.ok) return { ok: false, status: contact.cause === 'sips' ? 403 : 400 };
  return { ok: true, key: keyOfPair(user.bareJid, contact.aor) };
}

/** Whether the Request-URI names a user of a served XMPP domain. */
export const isServed = (map: AddressMap, request: SipRequest): boolean =>
  userOfRequest(map, request.requestUri, request.to.uri).ok;
