/**
 * Call transfer: the element of XEP-0251, addresses of either side in it, and what a leg remembers of a transfer.
 */
import { callerOfSip, sipOfCalled, sipOfUser, userOfRequest } from '@stoxgate/addressing';
import type { XmlElement } from '@stoxgate/contracts';
import { childOf, el, NS } from '@stoxgate/wire-xmpp';
import { withoutFixedResource } from '../fixed-resource.ts';
import type { Replaced } from './replaces.ts';
import type { Turn } from './turn.ts';

/** A transfer that the XMPP party asked for: REFER. */
export interface Referring {
  readonly uri: string;
  /** sid of the session that the call to come replaces, and the key of the call that is asked for its dialog. */
  readonly sid?: string;
  readonly asked?: string;
}

/** A transfer that the SIP party asked for: session-info. */
export interface Referred {
  /** Absent: no address of either side, but Replaces says whose dialog it is. */
  readonly to?: string;
  /** `Refer-Sub: false`: the SIP party wants no NOTIFY (RFC 4488). */
  readonly isSilent: boolean;
  readonly replaces?: Replaced;
  readonly asked?: string;
  readonly iqId?: string;
}

/** A call that comes of a transfer: who transferred it, and the session that it replaces. */
export interface Replacing {
  readonly from?: string;
  readonly sid?: string;
  /** From XMPP: a dialog between two SIP parties. From SIP: one of ours. */
  readonly replaces?: Replaced;
  readonly asked?: string;
}

export const transferIn = (jingle: XmlElement): XmlElement | undefined =>
  childOf(jingle, 'transfer', NS.JINGLE_TRANSFER);

export const transferElement = (attrs: Readonly<Record<string, string | undefined>>): XmlElement =>
  el('transfer', { xmlns: NS.JINGLE_TRANSFER, ...attrs });

/** Whether a session-terminate says that the transfer was carried out (XEP-0251 §2). */
export function saysTransferred(jingle: XmlElement): boolean {
  const reason = childOf(jingle, 'reason');
  return reason !== undefined && childOf(reason, 'transferred', NS.JINGLE_TRANSFER) !== undefined;
}

/** Whether a JID is called by SIP. */
export const isContact = (turn: Turn, jid: string): boolean => sipOfCalled(turn.policy.addresses, jid).ok;

/** SIP URI of a contact, with the instance that its resource names if it names one, or of a user. */
export function uriOfJid(turn: Turn, jid: string): string | undefined {
  const { addresses } = turn.policy;
  const contact = sipOfCalled(addresses, withoutFixedResource(jid));
  if (contact.ok) return contact.uri;
  const user = sipOfUser(addresses, jid);
  return user.ok ? user.uri : undefined;
}

/** JID of a SIP address: the user of a served domain, else a contact. */
export function jidOfUri(turn: Turn, uri: string): string | undefined {
  const { addresses } = turn.policy;
  const user = userOfRequest(addresses, uri, uri);
  if (user.ok) return user.resource === undefined ? user.bareJid : `${user.bareJid}/${user.resource}`;
  const contact = callerOfSip(addresses, uri);
  return contact.ok ? contact.jid : undefined;
}
