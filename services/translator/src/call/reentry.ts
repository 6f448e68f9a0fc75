/**
 * Calls of our own users that come back to us from SIP: a hairpin when it is one, a spiral when they are many. RFC 5393,
 * RFC 3261 §16.6 step 3 (Max-Forwards).
 */
import { userOfRequest } from '@stoxgate/addressing';
import { brandBareJid, keyOfUser, type SipRequest, type XmlElement } from '@stoxgate/contracts';
import { childOf, childrenOf, el, NS, textOf } from '@stoxgate/wire-xmpp';
import type { InLeg, Legs } from './call-session.ts';
import { MAX_FORWARDS } from './dialog-request.ts';
import type { Turn } from './turn.ts';

/** Branches that a request of ours may have at a time (RFC 5393 §5.2). */
export const MAX_BREADTH = '60';

/** Whether the caller is one of our own users, so that the call has been here before. */
export function isReentry(turn: Turn, { from }: SipRequest): boolean {
  return userOfRequest(turn.policy.addresses, from.uri, from.uri).ok;
}

const rings = (leg: InLeg | undefined): boolean => leg?.state === 'resolving' || leg?.state === 'ringing';

/** Tells the user's record when such a call rings no more. */
export function leaveReentry(turn: Turn, before: Legs, after: Legs): void {
  const leg = before.in;
  if (leg?.isReentry !== true || !rings(leg) || rings(after.in)) return;
  turn.issue({
    type: 'session.notify',
    key: keyOfUser(brandBareJid(leg.user)),
    event: { type: 'user.reentry.ended', replyTo: turn.input.key },
  });
}

const NAME = 'Max-Forwards';

/** What is left of an INVITE's hops, in the session-initiate it becomes (XEP-0131). */
export const hopsElement = ({ maxForwards }: SipRequest): XmlElement =>
  el('headers', { xmlns: NS.SHIM }, el('header', { name: NAME }, String(maxForwards)));

/**
 * Max-Forwards of the INVITE for a session-initiate: one less than was left where it descends from a call from SIP, 70
 * for any other. Below 0: there are none left.
 */
export function hopsOf(jingle: XmlElement): number {
  const headers = childOf(jingle, 'headers', NS.SHIM);
  const header = headers && childrenOf(headers, 'header').find(({ attrs }) => attrs.name === NAME);
  const text = header === undefined ? '' : textOf(header).trim();
  return /^\d{1,3}$/.test(text) ? Math.min(MAX_FORWARDS, Number(text) - 1) : MAX_FORWARDS;
}
