/**
 * Whether an INVITE may open a chat, or the status that it gets. RFC 3261 §8.2, RFC 4975 §8, RFC 5627 §5.
 */
import { contactOfSip, userOfRequest } from '@stoxgate/addressing';
import type { SipRequest } from '@stoxgate/contracts';
import { unsupportedTags } from '../call/capabilities.ts';
import { sdpOf } from '../call/sdp-body.ts';
import type { ResponseParts } from '../call/sip-response.ts';
import { hasOwnVia } from '../message/branch.ts';
import { isServedUser } from '../message/message-to-xmpp.ts';
import type { TranslatorPolicy } from '../policy.ts';
import { isSameSession, type SipEnd, sipEndOf } from './chat-ends.ts';
import { chatIn, peerOf, takesText } from './chat-sdp.ts';
import { type ChatSession, MAX_CHATS } from './chat-session.ts';

export interface AdmittedChat {
  /** The XMPP end: a bare JID, or the device that the Request-URI names. */
  readonly user: string;
  readonly bareJid: string;
  readonly end: SipEnd;
  /** Bare JID of the SIP end, and the component that speaks for it. */
  readonly contact: { readonly jid: string; readonly domain: string };
}

export interface RefusedChat {
  readonly status: number;
  readonly parts?: ResponseParts;
}

/** The chat that an INVITE offers; undefined when there is none that we can take part in. */
export function offeredIn(invite: SipRequest) {
  const body = sdpOf(invite.body);
  const offer = body.kind === 'sdp' ? chatIn(body.sdp) : undefined;
  return offer === undefined || offer.setup === 'holdconn' || !takesText(peerOf(offer)) ? undefined : offer;
}

/** `chats`: those of the pair, among which it must not be a second one between the same ends. */
export function admissionOf(
  policy: TranslatorPolicy,
  chats: readonly ChatSession[],
  invite: SipRequest,
): AdmittedChat | RefusedChat {
  const { addresses } = policy;
  // Another way to us of the same request, or a second session by the name of the first (RFC 3261 §8.2.2.2).
  if (chats.some(({ callId }) => callId === invite.callId)) return { status: 482 };
  if (hasOwnVia(invite.vias) && isServedUser(policy, invite.from.uri)) return { status: 482 };
  const unsupported = unsupportedTags(policy, invite);
  if (unsupported.length > 0) {
    return { status: 420, parts: { headers: { unsupported: [unsupported.join(', ')] } } };
  }
  const found = userOfRequest(addresses, invite.requestUri, invite.to.uri);
  if (!found.ok) return { status: found.status };
  const end = sipEndOf(policy, invite.from.uri, invite);
  const contact = contactOfSip(addresses, invite.from.uri);
  if (end === undefined || !contact.ok) return { status: 400 };
  if (offeredIn(invite) === undefined) return { status: 488 };
  const { bareJid, resource } = found;
  const user = resource === undefined ? bareJid : `${bareJid}/${resource}`;
  if (chats.some((chat) => isSameSession(chat, end, user))) return { status: 488 };
  return chats.length >= MAX_CHATS ? { status: 486 } : { user, bareJid, end, contact };
}
