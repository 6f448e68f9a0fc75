/**
 * Our offers in a call that is up: what the XMPP party wants to change becomes a re-INVITE or UPDATE, one at a time, in
 * order. RFC 3261 §14.1, RFC 3311 §5.1, RFC 3264 §8.
 */
import type { SipHeaders } from '@stoxgate/contracts';
import { el } from '@stoxgate/wire-xmpp';
import type { ContentName, MediaState } from '../media/media-state.ts';
import { changeFromJingle, namesIn } from '../media/reoffer-from-jingle.ts';
import { nextOffer } from '../media/reoffer-next.ts';
import { correctedSenders } from '../media/reoffer-senders.ts';
import { mergeTrickled } from '../media/trickled-candidates.ts';
import type { InLeg, OutLeg } from './call-session.ts';
import { sdpBody, sessionHeaders } from './capabilities.ts';
import type { Challenge } from './challenges.ts';
import { contactOfLeg } from './contact-of-leg.ts';
import { requestIn } from './dialog-request.ts';
import { earlyWish } from './early-offer.ts';
import { terminate } from './jingle-stanza.ts';
import { endLeg, type Side, sendBye, towards } from './leg.ts';
import { contextOf, partyOf, tell } from './leg-party.ts';
import type { OfferSent, Wish } from './negotiation.ts';
import { terminationOfReason } from './reasons.ts';
import { intervalHeaders } from './session-interval.ts';
import { modeOf } from './trickle-to-sip.ts';
import type { Turn } from './turn.ts';

/** Wishes that nobody at the other end has to agree to can go as UPDATE; sources are an INVITE by their definition. */
const isForUpdate = ({ action }: Wish): boolean => action !== 'content-add' && !action.startsWith('source-');

const named = (names: readonly ContentName[]) =>
  names.map(({ creator, name }) => el('content', { creator, name }));

/** What the XMPP party hears when its wish cannot be fulfilled. */
export function reject(turn: Turn, leg: OutLeg | InLeg, action: string, names: readonly ContentName[]): void {
  if (names.length === 0) return;
  if (action === 'content-add') tell(turn, leg, 'content-reject', named(names));
  if (action === 'transport-replace') tell(turn, leg, 'transport-reject', named(names));
}

interface Offer {
  readonly wish: Wish;
  readonly attempt: number;
  readonly sdp: string;
  readonly media: MediaState;
  readonly concerned: readonly ContentName[];
  readonly challenges?: readonly Challenge[];
  readonly headers?: SipHeaders;
}

/** A new offer refreshes the session as well (RFC 4028 §7.4). */
function offerHeaders({ policy }: Turn, { sessionTimer }: OutLeg | InLeg): SipHeaders {
  if (sessionTimer === undefined) return sessionHeaders(policy);
  const { intervalMs, isRefresher } = sessionTimer;
  return { ...sessionHeaders(policy), ...intervalHeaders(intervalMs, isRefresher ? 'uac' : 'uas') };
}

/** Sends an offer in the leg's dialog. */
export function sendOffer<AnyLeg extends OutLeg | InLeg>(turn: Turn, leg: AnyLeg, offer: Offer): AnyLeg {
  if (leg.dialog === undefined) return leg;
  const method = leg.takesUpdate === true && isForUpdate(offer.wish) ? 'UPDATE' : 'INVITE';
  const { dialog, request: bare } = requestIn(leg.dialog, method, offer.headers ?? offerHeaders(turn, leg));
  const request = { ...bare, contact: contactOfLeg(turn, leg), body: sdpBody(offer.sdp) };
  const { wish, attempt, media, concerned, challenges = [] } = offer;
  const branch = turn.request(request, challenges);
  const negotiation: OfferSent = {
    state: 'offer-sent',
    branch,
    request,
    challenges,
    wish,
    attempt,
    media,
    concerned,
  };
  return { ...leg, dialog, negotiation };
}

/** A session without contents is none (XEP-0166 §7.2.4). */
function endEmpty<AnyLeg extends OutLeg | InLeg>(turn: Turn, side: Side, leg: AnyLeg): AnyLeg {
  terminate(turn, towards(leg, partyOf(leg)), { condition: 'success' });
  return endLeg(turn, side, sendBye(turn, leg), terminationOfReason({ condition: 'success' }));
}

function mapWish(turn: Turn, leg: OutLeg | InLeg, wish: Wish, media: MediaState) {
  const nothing = { ok: true, media, rejected: [], concerned: [] } as const;
  return wish.action === 'refresh' || wish.action === 'session-initiate'
    ? nothing
    : changeFromJingle(wish.action, wish.jingle, media, contextOf(turn, leg));
}

/** Carries out a wish now: an offer, or nothing where it changes nothing for the SIP party. */
export function carryOut<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  side: Side,
  leg: AnyLeg,
  wish: Wish,
  attempt: number,
): AnyLeg {
  if (leg.media === undefined) return leg;
  const change = mapWish(turn, leg, wish, leg.media);
  if (!change.ok) {
    reject(turn, leg, wish.action, namesIn(wish.jingle));
    return nextWish(turn, side, leg);
  }
  reject(turn, leg, wish.action, change.rejected);
  if (change.media.contents.every(({ status }) => status === 'refused')) return endEmpty(turn, side, leg);
  const action = wish.action.startsWith('source-') ? wish.action : undefined;
  const context = contextOf(turn, leg);
  const { sdp, media } = nextOffer(change.media, context, action);
  const isOwn = wish.action === 'refresh' || wish.action === 'session-initiate';
  if (!isOwn && sdp === nextOffer(leg.media, context).sdp) {
    const told = correctedSenders(change.media, context);
    if (wish.action === 'content-modify' && told.children.length > 0)
      tell(turn, leg, 'content-modify', told.children);
    return nextWish(turn, side, { ...leg, media: told.media });
  }
  return sendOffer(turn, leg, { wish, attempt, sdp, media, concerned: change.concerned });
}

/** ICE candidates that go by no other way are in the next offer, which is sent for them (RFC 8839 §4.4). */
function offerCandidates<AnyLeg extends OutLeg | InLeg>(turn: Turn, side: Side, leg: AnyLeg): AnyLeg {
  const { trickle } = leg;
  if (trickle === undefined || trickle.waiting.length === 0 || modeOf(turn, leg) !== 'update') return leg;
  const sent = mergeTrickled(trickle.sent, trickle.waiting);
  const next = { ...leg, trickle: { ...trickle, waiting: [], sent } };
  return carryOut(turn, side, next, { action: 'refresh', jingle: el('jingle') }, 0);
}

/** Carries out the next wish, if the session is stable, or what may be carried out before the answer. */
export function nextWish<AnyLeg extends OutLeg | InLeg>(turn: Turn, side: Side, leg: AnyLeg): AnyLeg {
  const isStable = leg.negotiation === undefined && leg.refreshing === undefined && leg.state === 'active';
  if (leg.state === 'proceeding' && 'early' in leg) return earlyWish(turn, leg) as AnyLeg;
  if (!isStable) return leg;
  const [first, ...others] = leg.wishes ?? [];
  if (first === undefined) return offerCandidates(turn, side, leg);
  const next = { ...leg, wishes: others.length === 0 ? undefined : others };
  return carryOut(turn, side, next, first, 0);
}

/** Takes up a wish: at once when the session is stable, else after those before it. */
export const addWish = <AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  side: Side,
  leg: AnyLeg,
  wish: Wish,
): AnyLeg => nextWish(turn, side, { ...leg, wishes: [...(leg.wishes ?? []), wish] });
