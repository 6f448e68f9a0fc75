/**
 * The session that a SIP request belongs to.
 */
import {
  type AddressMap,
  contactOfSip,
  isSipDomain,
  parseAddressUri,
  userOfRequest,
} from '@stoxgate/addressing';
import { keyOfCall, keyOfPair, keyOfPublished, type SessionKey, type SipRequest } from '@stoxgate/contracts';

export type EventKey =
  | { readonly ok: true; readonly key: SessionKey }
  | { readonly ok: false; readonly status: number };

/** Whether the request is a message outside any call. */
export const isPageMessage = (request: SipRequest): boolean =>
  request.method === 'MESSAGE' && request.to.params.tag === undefined;

/** The SIP user whose state is published: the target, or where a proxy has put our host there, the one in To. */
function presentityOf(map: AddressMap, { requestUri, to }: SipRequest): string | undefined {
  return [requestUri, to.uri].find((uri) => {
    const host = parseAddressUri(uri)?.host;
    return host !== undefined && isSipDomain(map, host);
  });
}

/** Key of what is published of a SIP user; others are none of ours. */
function publishedKeyOf(map: AddressMap, request: SipRequest): EventKey {
  const uri = presentityOf(map, request);
  const contact = uri === undefined ? undefined : contactOfSip(map, uri);
  return contact?.ok === true ? { ok: true, key: keyOfPublished(contact.aor) } : { ok: false, status: 404 };
}

/**
 * Key of a request's session: the pair of its ends for a MESSAGE outside a dialog, the target of a PUBLISH, the call for
 * all else. The address
 * of the SIP end is taken as it appears on the XMPP side, so that both edges name the pair alike.
 */
export function eventKeyOf(map: AddressMap, request: SipRequest): EventKey {
  if (request.method === 'PUBLISH') return publishedKeyOf(map, request);
  if (!isPageMessage(request)) return { ok: true, key: keyOfCall(request.callId) };
  const user = userOfRequest(map, request.requestUri, request.to.uri);
  if (!user.ok) return { ok: false, status: user.status };
  const contact = contactOfSip(map, request.from.uri);
  if (!contact.ok) return { ok: false, status: contact.cause === 'sips' ? 403 : 400 };
  return { ok: true, key: keyOfPair(user.bareJid, contact.aor) };
}

/** Whether the request is for somebody whom we serve: a user of a served XMPP domain, or whose state is published here. */
export const isServed = (map: AddressMap, request: SipRequest): boolean =>
  request.method === 'PUBLISH'
    ? presentityOf(map, request) !== undefined
    : userOfRequest(map, request.requestUri, request.to.uri).ok;
