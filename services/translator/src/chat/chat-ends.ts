/**
 * Which session a message belongs to, and whether there is one already: by the ends of it. A bare JID is an end that any
 * device may answer at; it is bound to the one that does.
 */
import { contactOfSip } from '@stoxgate/addressing';
import type { SipRequest, SipResponse } from '@stoxgate/contracts';
import { FIXED_RESOURCE, withoutFixedResource } from '../fixed-resource.ts';
import type { TranslatorPolicy } from '../policy.ts';
import { type ChatSession, isBeginning, isClosing, isLive } from './chat-session.ts';

export const isBare = (jid: string): boolean => !jid.includes('/');

export interface SipEnd {
  readonly contact: string;
  readonly hasInstance: boolean;
}

/**
 * The SIP end of a session as a JID: the instance that its Contact names, else the one in From or To (`address`), else the
 * fixed resource. RFC 5627; RFC 7247 §6.
 */
export function sipEndOf(
  policy: TranslatorPolicy,
  address: string,
  message: Pick<SipRequest | SipResponse, 'contacts'>,
): SipEnd | undefined {
  const gr = grOf(message.contacts[0]?.uri);
  const found = contactOfSip(policy.addresses, address, gr);
  if (!found.ok) return undefined;
  const hasInstance = !isBare(found.jid);
  return { contact: hasInstance ? found.jid : `${found.bareJid}/${FIXED_RESOURCE}`, hasInstance };
}

/** A `gr` without a value marks a temporary GRUU, which names nothing that lasts. */
const grOf = (uri: string | undefined): string | undefined => {
  const [, gr] = /;gr=([^;?>]+)/i.exec(uri ?? '') ?? [];
  return gr;
};

/** Whether a stanza to `to` may go to the SIP end of a session: its own instance, or any. */
const reaches = (chat: ChatSession, to: string): boolean => {
  const wanted = withoutFixedResource(to);
  return isBare(wanted) || !chat.hasInstance || chat.contact === wanted;
};

/**
 * The session in which what `from` says to `to` belongs; undefined: it needs one of its own. In this order: one that is
 * about to end, so that what is said now follows what was said in it; the one that this device is bound to; one that
 * nobody has answered yet; where the SIP end names no instance, and so can have but one session with this user, that one.
 */
export function sessionFor(chats: readonly ChatSession[], from: string, to: string): ChatSession | undefined {
  const found = chats.filter((chat) => isLive(chat) && reaches(chat, to)).toReversed();
  return (
    chats.find((chat) => isClosing(chat) && chat.user === from && reaches(chat, to)) ??
    found.find(({ user }) => user === from) ??
    found.find(({ user }) => isBare(user)) ??
    found.find((chat) => !chat.hasInstance)
  );
}

/** Whether an INVITE of this SIP end for `user` asks for a session that is there already. */
export const isSameSession = (chat: ChatSession, end: SipEnd, user: string): boolean =>
  isLive(chat) &&
  !isBeginning(chat) &&
  chat.contact === end.contact &&
  (chat.user === user || isBare(chat.user) || (!end.hasInstance && isBare(user)));

/**
 * Our own sessions that an INVITE of this SIP end for `user` crosses, and makes needless: those of one device, unless the
 * SIP end can have but one session with this user.
 */
export function crossedBy(chats: readonly ChatSession[], end: SipEnd, user: string): readonly ChatSession[] {
  const found = chats.filter(
    (chat) => isBeginning(chat) && (!chat.hasInstance || chat.contact === end.contact),
  );
  if (!end.hasInstance) return found;
  const device = isBare(user) ? found[0]?.user : user;
  return found.filter((chat) => chat.user === device);
}
