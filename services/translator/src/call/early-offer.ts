/**
 * Our offer in an early dialog of our INVITE: what the caller changes while it rings goes out as UPDATE where the first offer
 * has its answer, reliably, in the only early dialog there is. All else waits for the 2xx. RFC 3311 §5.1, RFC 3262 §5.
 */
import type { SipResponse } from '@stoxgate/contracts';
import type { MediaState } from '../media/media-state.ts';
import { changeFromJingle } from '../media/reoffer-from-jingle.ts';
import { afterRefusal, nextOffer } from '../media/reoffer-next.ts';
import { withChanges } from '../with-changes.ts';
import type { ClientRequest, OutLeg } from './call-session.ts';
import { sdpBody, sessionHeaders } from './capabilities.ts';
import { challengesToAnswer, isChallenge } from './challenges.ts';
import { requestIn } from './dialog-request.ts';
import { type EarlyDialog, mediaIn, withEarly } from './early-dialog.ts';
import { sdpContext } from './leg.ts';
import { MAX_WISHES, type OfferSent, type Wish } from './negotiation.ts';
import { sdpOf } from './sdp-body.ts';
import type { Turn } from './turn.ts';

/** An UPDATE of ours in an early dialog, without its final response. */
export interface EarlyUpdate extends ClientRequest {
  readonly wish: Wish;
  /** As it is if the offer is accepted. */
  readonly media: MediaState;
}

const hasWishes = ({ done, update }: EarlyDialog): boolean => done !== undefined || update !== undefined;

/** The early dialog that an offer may go out in now: there must be no other one that misses what this one is told. */
function openDialog(leg: OutLeg): EarlyDialog | undefined {
  if (leg.state !== 'proceeding') return undefined;
  const [only, ...others] = leg.early.filter((early) => early.isOver !== true || hasWishes(early));
  if (only === undefined || others.length > 0 || only.isOver === true) return undefined;
  const { isConfirmed = false, takesUpdate = false, update, done = [] } = only;
  return isConfirmed && takesUpdate && update === undefined && done.length < MAX_WISHES ? only : undefined;
}

/** Directions nobody there has to agree to; contents are added and removed once the call is up. */
const isForUpdate = ({ action }: Wish): boolean => action === 'session-info' || action === 'content-modify';

const doneToo = ({ done = [] }: EarlyDialog, wish: Wish) => ({ done: [...done, wish] });

const withWishes = ({ wishes: _, ...rest }: OutLeg, wishes: readonly Wish[]): OutLeg =>
  wishes.length === 0 ? rest : { ...rest, wishes };

function send(turn: Turn, leg: OutLeg, early: EarlyDialog, offer: Omit<EarlyUpdate, 'branch'>): OutLeg {
  const { dialog, request: bare } = requestIn(early.dialog, 'UPDATE', offer.request.headers);
  const { contact, body } = offer.request;
  const request = { ...bare, ...(contact && { contact }), ...(body && { body }) };
  const branch = turn.request(request, offer.challenges);
  return withEarly(leg, { ...early, dialog, update: { ...offer, branch, request } });
}

/** Carries out the wishes of a caller whose call rings, in order, up to one that has to wait. */
export function earlyWish(turn: Turn, leg: OutLeg): OutLeg {
  const [wish, ...others] = leg.wishes ?? [];
  const early = openDialog(leg);
  const before = early && mediaIn(leg, early);
  if (wish === undefined || early === undefined || before === undefined || !isForUpdate(wish)) return leg;
  const context = sdpContext(turn, leg, 'initiator');
  const rest = withWishes(leg, others);
  const media = { ...before, ...(early.sdp === undefined ? {} : { remoteSdp: early.sdp }) };
  const change = changeFromJingle(wish.action, wish.jingle, media, context);
  if (!change.ok) return earlyWish(turn, rest);
  const next = nextOffer(change.media, context);
  if (next.sdp === nextOffer(media, context).sdp) {
    return earlyWish(turn, withEarly(rest, { ...early, media: change.media, ...doneToo(early, wish) }));
  }
  const { contact } = leg.invite.request;
  const request = {
    ...leg.invite.request,
    headers: sessionHeaders(turn.policy),
    ...(contact && { contact }),
    body: sdpBody(next.sdp),
  };
  return send(turn, rest, early, { request, challenges: [], wish, media: next.media });
}

/** The offer came to nothing here: the wish waits for the 2xx, before those after it. */
function postponed(leg: OutLeg, early: EarlyDialog, update: EarlyUpdate): OutLeg {
  const { update: _, takesUpdate: __, ...rest } = early;
  const before = mediaIn(leg, early);
  const media = before && afterRefusal(before, update.media);
  const next = withEarly(leg, { ...rest, ...(media && { media }) });
  return withWishes(next, [update.wish, ...(leg.wishes ?? [])]);
}

/** The early dialog whose UPDATE has this branch. */
const dialogOf = (leg: OutLeg, branch: string): EarlyDialog | undefined =>
  leg.early.find(({ update }) => update?.branch === branch);

export const isEarlyUpdate = (leg: OutLeg, branch: string): boolean => dialogOf(leg, branch) !== undefined;

/** A response to the UPDATE. Its answer is what the session-accept is made of, should this dialog be the one. */
export function afterEarlyUpdate(turn: Turn, leg: OutLeg, branch: string, response: SipResponse): OutLeg {
  const early = dialogOf(leg, branch);
  const { status } = response;
  if (early?.update === undefined || status < 200) return leg;
  const { update, ...rest } = early;
  const body = sdpOf(response.body);
  if (status < 300 && body.kind === 'sdp' && early.isOver !== true) {
    const remoteTarget = response.contacts[0]?.uri ?? early.dialog.remoteTarget;
    const dialog = { ...early.dialog, remoteTarget };
    const answered = { ...rest, dialog, sdp: body.sdp, media: update.media, ...doneToo(rest, update.wish) };
    return earlyWish(turn, withEarly(leg, answered));
  }
  const challenges =
    isChallenge(response) && turn.policy.hasCredentials && leg.state === 'proceeding' && early.isOver !== true
      ? challengesToAnswer(update.challenges, response)
      : undefined;
  return challenges === undefined
    ? postponed(leg, early, update)
    : send(turn, leg, rest, { ...update, challenges });
}

/** The UPDATE got no final response. */
export function onEarlyUpdateFailed(leg: OutLeg, branch: string): OutLeg {
  const early = dialogOf(leg, branch);
  return early?.update === undefined ? leg : postponed(leg, early, early.update);
}

/** The leg once the dialog `tag` is confirmed: it has yet to hear what another early dialog was told. */
export function withMissedWishes(leg: OutLeg, tag: string): OutLeg {
  const missed = leg.early
    .filter(({ dialog }) => dialog.remoteTag !== tag)
    .flatMap(({ done = [], update }) => (update === undefined ? done : [...done, update.wish]));
  return missed.length === 0 ? leg : withWishes(leg, [...missed, ...(leg.wishes ?? [])]);
}

/**
 * The exchange that goes on when the dialog is confirmed before its UPDATE has an answer: no other offer meanwhile.
 * `media` is that of the session-accept.
 */
export function negotiationOf(update: EarlyUpdate | undefined, media: MediaState): OfferSent | undefined {
  if (update === undefined) return undefined;
  const { wish, branch, request, challenges } = update;
  const { contents, origin, localSdp, ownSdp } = update.media;
  const offered = withChanges(media, {
    origin,
    ...(localSdp === undefined ? {} : { localSdp }),
    ...(ownSdp === undefined ? {} : { ownSdp }),
    contents: media.contents.map((state, index) => ({ ...state, ...heldAs(contents[index]) })),
  });
  return {
    state: 'offer-sent',
    branch,
    request,
    challenges,
    wish,
    attempt: 0,
    media: offered,
    concerned: [],
  };
}

const heldAs = (state: MediaState['contents'][number] | undefined) => ({
  ...(state?.holds === undefined ? {} : { holds: state.holds }),
  ...(state?.senders === undefined ? {} : { senders: state.senders }),
});
