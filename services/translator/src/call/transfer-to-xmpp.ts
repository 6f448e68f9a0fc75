/**
 * The SIP party transfers the call: REFER becomes session-info, and NOTIFY says what became of it.
 * RFC 3515 §2.4, RFC 4488, XEP-0251 §2.
 */
import {
  keyOfCall,
  type LiveLeg,
  type SipHeaders,
  type SipRequest,
  type XmlElement,
} from '@stoxgate/contracts';
import { reasonPhrase } from '@stoxgate/wire-sip';
import { readStanzaError } from '@stoxgate/wire-xmpp';
import type { InLeg, OutLeg } from './call-session.ts';
import { contactOfLeg } from './contact-of-leg.ts';
import type { LegAt, Reply } from './dialog-replies.ts';
import { requestIn } from './dialog-request.ts';
import { type Errand, run } from './errands.ts';
import { isSameBare } from './leg.ts';
import { tell } from './leg-party.ts';
import { askForLegs } from './live-legs.ts';
import { formatReplaces, readReferTo } from './replaces.ts';
import { isContact, jidOfUri, saysTransferred, transferElement } from './transfer.ts';
import type { Turn } from './turn.ts';

/** Seconds that the SIP party may count on to hear more. */
const SUBSCRIPTION_S = 180;

const wantsSilence = (request: SipRequest): boolean =>
  request.headers['refer-sub']?.[0]?.trim().toLowerCase().startsWith('false') === true;

/** A REFER in the dialog: 202, or why not. */
export function replyToRefer(turn: Turn, at: LegAt, request: SipRequest): Reply {
  if (!turn.policy.transfer) return { status: 603 };
  const referTo = readReferTo(request);
  if (referTo === undefined) return { status: 400 };
  if (at.leg.state !== 'active' || at.leg.referred !== undefined) return { status: 491 };
  const isNamed = jidOfUri(turn, referTo.uri) !== undefined || referTo.replaces !== undefined;
  if (!isNamed) return { status: 404 };
  const headers: SipHeaders = wantsSilence(request) ? { 'refer-sub': ['false'] } : {};
  return { status: 202, contact: contactOfLeg(turn, at.leg), headers };
}

const notify = (status: number, state: string): Errand => ({
  purpose: 'notify',
  method: 'NOTIFY',
  withContact: true,
  headers: { event: ['refer'], 'subscription-state': [state] },
  body: {
    contentType: 'message/sipfrag;version=2.0',
    content: `SIP/2.0 ${status} ${reasonPhrase(status)}\r\n`,
    encoding: 'utf8',
  },
});

const TERMINATED = 'terminated;reason=noresource';

/** The transfer comes to nothing. */
function fail<AnyLeg extends OutLeg | InLeg>(turn: Turn, leg: AnyLeg, status: number): AnyLeg {
  const { referred, ...rest } = leg;
  return referred?.isSilent === true
    ? (rest as AnyLeg)
    : run(turn, rest as AnyLeg, notify(status, TERMINATED));
}

function ask<AnyLeg extends OutLeg | InLeg>(turn: Turn, leg: AnyLeg, to?: string, sid?: string): AnyLeg {
  const { referred } = leg;
  if (referred === undefined) return leg;
  if (to === undefined) return fail(turn, leg, 404);
  const { asked: _, ...rest } = referred;
  const iqId = tell(turn, leg, 'session-info', [transferElement({ to, sid })]);
  return { ...leg, referred: { ...rest, iqId } };
}

/** What a REFER that was accepted leads to: "100 Trying", and the user is asked to call the other. */
export function onRefer(turn: Turn, at: LegAt, request: SipRequest): OutLeg | InLeg {
  const referTo = readReferTo(request);
  const to = referTo && jidOfUri(turn, referTo.uri);
  if (referTo === undefined) return at.leg;
  const { replaces } = referTo;
  const named = to === undefined ? {} : { to };
  const isSilent = wantsSilence(request);
  const trying = notify(100, `active;expires=${SUBSCRIPTION_S}`);
  const told = isSilent ? at.leg : run(turn, at.leg, trying);
  if (replaces === undefined) return ask(turn, { ...told, referred: { ...named, isSilent } }, to);
  const asked = keyOfCall(replaces.callId);
  askForLegs(turn, asked);
  return { ...told, referred: { ...named, isSilent, replaces, asked } };
}

/**
 * The dialogs of the call to be replaced. One of ours is told by its sid, and by its user where Refer-To has our Contact
 * (RFC 5589 §7.3). One between two SIP parties is told by its names in place of a sid: the client gives them back in its
 * session-initiate to the other, and the INVITE replaces it.
 */
export function askWith<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  leg: AnyLeg,
  about: string,
  live: readonly LiveLeg[],
): AnyLeg {
  const { referred } = leg;
  if (referred?.asked !== about || leg.state !== 'active') return leg;
  const { to, replaces } = referred;
  const found = live.find(
    ({ localTag, remoteTag }) => localTag === replaces?.toTag && remoteTag === replaces.fromTag,
  );
  const isAtContact = to === undefined || isContact(turn, to);
  if (found !== undefined && isAtContact) return ask(turn, leg, found.user, found.sid);
  if (found !== undefined && isSameBare(found.user, to ?? '')) return ask(turn, leg, to, found.sid);
  return ask(turn, leg, to, isAtContact ? replaces && formatReplaces(replaces) : undefined);
}

/** The user's client refuses to call the other. Undefined: the IQ is not about a transfer. */
export function afterTransferIq<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  leg: AnyLeg,
  stanza: XmlElement,
): AnyLeg | undefined {
  const { referred } = leg;
  if (referred?.iqId === undefined || stanza.attrs.id !== referred.iqId) return undefined;
  if (stanza.attrs.type !== 'error' || leg.state === 'ended') return leg;
  return fail(turn, leg, readStanzaError(stanza).condition === 'feature-not-implemented' ? 501 : 603);
}

/** The user ends a call that it was asked to transfer: the last NOTIFY goes before the BYE, whatever is under way. */
export function beforeBye<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  leg: AnyLeg,
  jingle: XmlElement,
): AnyLeg {
  const { referred, dialog } = leg;
  if (referred === undefined || dialog === undefined || leg.state !== 'active') return leg;
  const { referred: _, ...rest } = leg;
  if (referred.isSilent) return rest as AnyLeg;
  const { body, headers, method } = notify(saysTransferred(jingle) ? 200 : 603, TERMINATED);
  const { dialog: after, request } = requestIn(dialog, method, headers);
  turn.request({ ...request, contact: contactOfLeg(turn, leg), ...(body && { body }) });
  return { ...(rest as AnyLeg), dialog: after };
}
