/**
 * Presence that another session answers: with `presence.mode: sip` that of contacts, except for the component itself, is
 * between the user and the SIP address. RFC 8048.
 */
import { bareJidOf, sipOfContact } from '@stoxgate/addressing';
import {
  type BareJid,
  type Command,
  type EventOf,
  keyOfPresence,
  type SessionKey,
} from '@stoxgate/contracts';
import type { TranslatorPolicy } from '../policy.ts';
import type { UserSession } from './user-session.ts';

/** The session that answers presence of `user` to `contact`; undefined: that of the user does. */
export function presenceKeyOf(
  policy: TranslatorPolicy,
  user: BareJid | undefined,
  contact: string,
): SessionKey | undefined {
  const bareJid = bareJidOf(contact);
  if (policy.presenceMode === 'local' || user === undefined || bareJid?.includes('@') !== true)
    return undefined;
  const sip = sipOfContact(policy.addresses, bareJid);
  return sip.ok ? keyOfPresence(user, sip.aor) : undefined;
}

/** Hands on what the user's session has taken its part of. */
export function handedOn(
  policy: TranslatorPolicy,
  session: UserSession | undefined,
  { domain, stanza }: EventOf<'xmpp.presence.received'>,
): readonly Command[] {
  const key = presenceKeyOf(policy, bareJidOf(stanza.attrs.from ?? ''), stanza.attrs.to ?? '');
  if (key === undefined) return [];
  const isOnline = session !== undefined && session.resources.length > 0;
  return [
    { type: 'session.notify', key, event: { type: 'presence.stanza.received', domain, stanza, isOnline } },
  ];
}
