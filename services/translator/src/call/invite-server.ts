/**
 * A call from SIP to XMPP: INVITE, the callee's resources, session-initiate to each of them, ringing.
 * RFC 3261 §8.2, §13.3; XEP-0166 §6.
 */
import {
  callerOfSip,
  contactOfSip,
  resourceOf,
  sipOfCalled,
  sipOfUser,
  userOfRequest,
} from '@stoxgate/addressing';
import {
  brandBareJid,
  type EventOf,
  isEcho,
  keyOfUser,
  type SipHeaders,
  type SipRequest,
  sidOfCallId,
} from '@stoxgate/contracts';
import { FIXED_RESOURCE } from '../fixed-resource.ts';
import { jingleFromOffer } from '../media/jingle-from-offer.ts';
import type { MediaFault } from '../media/media-state.ts';
import type { TranslatorPolicy } from '../policy.ts';
import type { InLeg, OutLeg, RungResource } from './call-session.ts';
import { propose } from './callee-proposal.ts';
import { SDP, unsupportedTags } from './capabilities.ts';
import { offerOfInvite } from './delayed-offer.ts';
import { dialogOfRequest } from './dialog.ts';
import { refuseInvite } from './invite-server-end.ts';
import { jingleSet } from './jingle-stanza.ts';
import { isSameBare, ownContact, sdpContext, TIMERS, towards } from './leg.ts';
import { comesRound } from './loop.ts';
import { statusOfOwnEnd } from './reasons.ts';
import { recipientsOf } from './recipients.ts';
import { hopsElement, isReentry } from './reentry.ts';
import { sendRinging } from './ringing-server.ts';
import { sdpOf } from './sdp-body.ts';
import { sidOfInvite } from './self-call.ts';
import { tooSmall } from './session-timer.ts';
import { askReplaced, foundReplaced, replacingOfInvite, transferOf } from './transferred-call.ts';
import { noteTrickle } from './trickle-to-sip.ts';
import type { Turn } from './turn.ts';

const MAX_CALL_ID = 255;
/** How much longer than the probe the answer about resources may take. */
const RESOLVE_GRACE_MS = 5_000;

interface Addresses {
  readonly user: string;
  readonly resource: string | undefined;
  readonly contact: string;
  readonly domain: string;
}

function gruuIn(request: SipRequest): string | undefined {
  const contact = request.contacts[0];
  return /;gr=([^;?]*)/i.exec(contact?.uri ?? '')?.[1] ?? contact?.params.gr;
}

/**
 * Who calls whom, or the status that refuses. A target that is live on our own leg to SIP has come round: 482.
 * @param mayBeContact the target may be our Contact in a dialog of ours (RFC 5589 §7.3): whose it is, the dialog says.
 */
function addressesOf(
  turn: Turn,
  request: SipRequest,
  out: OutLeg | undefined,
  mayBeContact: boolean,
): Addresses | number {
  const map = turn.policy.addresses;
  const found = userOfRequest(map, request.requestUri, request.to.uri);
  const isAtContact = mayBeContact && !found.ok && found.status === 404;
  const target = isAtContact ? ({ ok: true, bareJid: '', resource: undefined } as const) : found;
  if (!target.ok) return target.status === 404 && comesRound(turn, request, out) ? 482 : target.status;
  // Who is not called by SIP could not answer a user: the user's server would not hand that on.
  const callerOf = sipOfCalled(map, target.bareJid).ok ? callerOfSip : contactOfSip;
  const caller = callerOf(map, request.from.uri, gruuIn(request));
  if (!caller.ok) return caller.cause === 'sips' ? 403 : 400;
  const contact = resourceOf(caller.jid) === undefined ? `${caller.bareJid}/${FIXED_RESOURCE}` : caller.jid;
  return { user: target.bareJid, resource: target.resource, contact, domain: caller.domain };
}

/** What is wrong with the INVITE itself, or undefined. */
function faultOf(
  request: SipRequest,
  policy: TranslatorPolicy,
): { status: number; headers?: SipHeaders } | undefined {
  if (request.callId.length > MAX_CALL_ID || isEcho(sidOfCallId(request.callId, policy.callIdHost)))
    return { status: 400 };
  const unsupported = unsupportedTags(policy, request);
  if (unsupported.length > 0) return { status: 420, headers: { unsupported: [unsupported.join(', ')] } };
  const minSe = tooSmall(request);
  if (minSe !== undefined) return { status: 422, headers: minSe };
  if (sdpOf(request.body).kind === 'other') return { status: 415, headers: { accept: [SDP] } };
  return undefined;
}

/** Milliseconds until nobody has answered, and whether the caller's Expires header said so (RFC 3261 §13.2.1). */
function patience(turn: Turn, request: SipRequest): { ms: number; expires: boolean } {
  const seconds = /^\s*(\d{1,10})\s*$/.exec(request.headers.expires?.[0] ?? '')?.[1];
  const expiresMs = seconds === undefined ? Number.POSITIVE_INFINITY : Number(seconds) * 1000;
  const ringMs = turn.policy.ringTimeoutMs;
  return expiresMs < ringMs ? { ms: expiresMs, expires: true } : { ms: ringMs, expires: false };
}

type Asking = Pick<InLeg, 'user' | 'contact' | 'isReentry'>;

const askForResources = (turn: Turn, { user, contact, isReentry: again }: Asking): void =>
  turn.issue({
    type: 'session.notify',
    key: keyOfUser(brandBareJid(user)),
    event: {
      type: 'user.resources.requested',
      replyTo: turn.input.key,
      as: contact,
      ...(again === true ? { isReentry: true } : {}),
    },
  });

/** The dialog that this call replaces is known, and who has it: that client is rung (RFC 3891 §3). */
export function ringReplacing(turn: Turn, leg: InLeg, event: EventOf<'call.legs.answered'>): InLeg {
  if (leg.state !== 'resolving' || leg.replacing?.asked !== event.about) return leg;
  const found = foundReplaced(leg, event);
  if (typeof found === 'number') return refuseInvite(turn, leg, found);
  askForResources(turn, found);
  return found;
}

/** An INVITE outside a dialog: asks for the callee's resources, or refuses and makes no leg. */
export function invite(turn: Turn, request: SipRequest, out: OutLeg | undefined): InLeg | undefined {
  const localTag = turn.tag();
  const fault = faultOf(request, turn.policy);
  if (fault !== undefined) {
    turn.respond(request, fault.status, localTag, { headers: fault.headers ?? {} });
    return undefined;
  }
  const replacing = replacingOfInvite(turn, request);
  const replaces = typeof replacing === 'number' ? undefined : replacing?.replaces;
  const addresses = addressesOf(turn, request, out, replaces !== undefined);
  const refusal = [addresses, replacing].find((either) => typeof either === 'number');
  if (typeof addresses === 'number' || typeof replacing === 'number') {
    turn.respond(request, refusal ?? 400, localTag);
    return undefined;
  }
  const { ms, expires } = patience(turn, request);
  const asking = replacing && askReplaced(turn, replacing);
  const again = addresses.user !== '' && isReentry(turn, request) ? true : undefined;
  const { user, contact } = addresses;
  if (asking?.asked === undefined) askForResources(turn, { user, contact, isReentry: again });
  turn.setTimer(TIMERS.in.ring, ms);
  turn.setTimer(TIMERS.in.resolve, turn.policy.probeTimeoutMs + RESOLVE_GRACE_MS);
  const leg: InLeg = {
    state: 'resolving',
    sid: sidOfInvite(turn, request, user, out),
    invite: request,
    localTag,
    edge: turn.input.edge,
    expires,
    rung: [],
    user,
    resource: addresses.resource,
    contact,
    domain: addresses.domain,
    isReentry: again,
    replacing: asking,
  };
  return noteTrickle(leg, request);
}

/** RFC 3261 §20.43: what of the offer could not be used. */
const WARNING: Readonly<Partial<Record<MediaFault['cause'], string>>> = {
  'no-usable-media': '305 stoxgate "Incompatible media format"',
  'unsupported-applications': '304 stoxgate "Media type not available"',
  'unsupported-transports': '300 stoxgate "Incompatible network protocol"',
};

function refuseOffer(turn: Turn, leg: InLeg, cause: MediaFault['cause']): InLeg {
  if (cause === 'malformed') return refuseInvite(turn, leg, 400);
  const warning = WARNING[cause];
  return refuseInvite(turn, leg, 488, warning === undefined ? {} : { warning: [warning] });
}

/** The callee's resources are known: each rings by session-initiate or by message, and 180; or 480. */
export function ring(
  turn: Turn,
  leg: InLeg,
  out: OutLeg | undefined,
  event: EventOf<'user.resources.answered'>,
): InLeg {
  if (leg.state !== 'resolving' || !isSameBare(event.bareJid, leg.user)) return leg;
  if (event.isTooMany === true) return refuseInvite(turn, leg, 482);
  const { direct, proposeTo, isOnline } = recipientsOf(turn.policy, leg, out, event);
  if (direct.length === 0 && proposeTo === undefined) {
    return refuseInvite(turn, leg, statusOfOwnEnd('xmpp-gone'));
  }
  const offered = offerOfInvite(turn, leg.invite);
  if (offered === undefined) return refuseOffer(turn, leg, 'no-usable-media');
  const offer = jingleFromOffer(offered.sdp, sdpContext(turn, leg, 'responder'));
  if (!offer.ok) return refuseOffer(turn, leg, offer.cause);
  const children = [...offer.children, ...transferOf(leg), hopsElement(leg.invite)];
  const rung = direct.map((jid): RungResource => {
    const to = towards(leg, jid);
    const iqId = jingleSet(turn, to, 'session-initiate', children, { initiator: leg.contact });
    return { jid, iqId, isDelivered: false };
  });
  const proposed = proposeTo === undefined ? undefined : propose(turn, leg, proposeTo, children);
  if (rung.length === 0 && proposed === undefined) return refuseOffer(turn, leg, 'unsupported-applications');
  const withoutBody = { ...leg.invite, body: undefined };
  const next: InLeg = {
    ...leg,
    state: 'ringing',
    media: offer.media,
    rung,
    proposed,
    invite: withoutBody,
    offered: children,
    dialog: dialogOfRequest(withoutBody, leg.localTag),
    isOfferOurs: offered.isOurs ? true : undefined,
  };
  const told = turn.policy.ringOn === 'online' && isOnline ? sendRinging(turn, next) : next;
  turn.clearTimer(TIMERS.in.resolve);
  if (rung.length > 0) turn.setTimer(TIMERS.in.delivery, turn.policy.iqTimeoutMs);
  return told;
}

/** Our Contact on a leg from SIP, before or after a resource accepted. */
export function contactOf(turn: Turn, leg: InLeg, fullJid?: string): { user: string; gr?: string } {
  const user = sipOfUser(turn.policy.addresses, leg.user);
  return ownContact(user.ok ? user.aor : 'sip:@', fullJid === undefined ? undefined : resourceOf(fullJid));
}
