/**
 * Which requests outside a dialog open one that is no call's, and whose it is.
 */
import { contactOfSip, userOfRequest } from '@stoxgate/addressing';
import {
  type CommandOf,
  deriveHex,
  keyOfPair,
  keyOfPresence,
  type SessionKey,
  type SipHeaders,
  type SipRequest,
} from '@stoxgate/contracts';
import { isMsrpMedia, parseSdp } from '@stoxgate/wire-sdp';
import { tagOf } from '../call/dialog.ts';
import { sdpOf } from '../call/sdp-body.ts';
import { responseTo } from '../call/sip-response.ts';
import type { TranslatorPolicy } from '../policy.ts';
import { mayAsk, subscriptionGranted } from '../presence/subscribe-checks.ts';
import type { Input } from '../step.ts';

export type Opening =
  | { readonly kind: 'opened'; readonly owner: SessionKey }
  | { readonly kind: 'refused'; readonly response: CommandOf<'sip.response.send'> };

/** An INVITE that offers a chat and nothing else (RFC 4975 §8); with other media beside it, it is a call. */
function offersChat(request: SipRequest): boolean {
  const body = sdpOf(request.body);
  if (body.kind !== 'sdp') return false;
  const read = parseSdp(body.sdp);
  return read.ok && read.description.media.length > 0 && read.description.media.every(isMsrpMedia);
}

/** Undefined: it opens no such dialog. Where the owner cannot be named, the request is refused at once. */
export function opensDialog(
  policy: TranslatorPolicy,
  input: Input,
  request: SipRequest,
): Opening | undefined {
  if (tagOf(request.to) !== '') return undefined;
  const refused = (status: number, headers: SipHeaders = {}): Opening => ({
    kind: 'refused',
    response: {
      type: 'sip.response.send',
      edge: input.edge,
      response: responseTo(request, status, deriveHex(`${input.eventId} tag`, 8), { headers }),
    },
  });
  const isSubscribe = request.method === 'SUBSCRIBE' && policy.presenceMode === 'sip';
  if (isSubscribe) {
    const granted = mayAsk(policy, request.from.uri)
      ? subscriptionGranted(policy, request)
      : { ok: false as const, status: 403, headers: {} };
    if (!granted.ok) return refused(granted.status, granted.headers);
  }
  const isChat = request.method === 'INVITE' && policy.hasChats && offersChat(request);
  if (!isSubscribe && !isChat) return undefined;
  const user = userOfRequest(policy.addresses, request.requestUri, request.to.uri);
  if (!user.ok) return refused(user.status);
  const contact = contactOfSip(policy.addresses, request.from.uri);
  if (!contact.ok) return refused(contact.cause === 'sips' ? 403 : 400);
  const keyOf = isSubscribe ? keyOfPresence : keyOfPair;
  return { kind: 'opened', owner: keyOf(user.bareJid, contact.aor) };
}
