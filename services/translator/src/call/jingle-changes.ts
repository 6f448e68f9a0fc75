/**
 * Jingle actions that change a session in progress: each is acknowledged at once, then carried out in order.
 * XEP-0166 §7.2, XEP-0167 §8.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { elementsOf } from '@stoxgate/wire-xmpp';
import { readContents } from '../media/jingle-contents.ts';
import type { ContentName, MediaState } from '../media/media-state.ts';
import { withAccepted } from '../media/reoffer-answer.ts';
import { isMediaInfo, namesIn } from '../media/reoffer-from-jingle.ts';
import { isElsewhere, withTransports } from '../media/reoffer-transports.ts';
import type { InLeg, Legs, OutLeg } from './call-session.ts';
import type { JingleRequest } from './jingle.ts';
import { acknowledge, refuse } from './jingle-stanza.ts';
import type { Side } from './leg.ts';
import { contextOf, partyOf } from './leg-party.ts';
import { MAX_WISHES, type OfferReceived } from './negotiation.ts';
import { addWish } from './offer-client.ts';
import { answerNow, refuseNow, withdraw } from './offer-server.ts';
import { onTransportReject } from './transport-reject.ts';
import type { Turn } from './turn.ts';

const CHANGES: ReadonlySet<string> = new Set([
  'content-add',
  'content-modify',
  'content-remove',
  'description-info',
  'transport-replace',
  'source-add',
  'source-remove',
  'source-update',
]);

const isMuteOnly = (jingle: XmlElement): boolean =>
  elementsOf(jingle).every(({ name }) => name === 'mute' || name === 'unmute');

const isWellFormed = ({ action, jingle }: JingleRequest): boolean =>
  action === 'content-add'
    ? readContents(jingle).ok
    : namesIn(jingle).length > 0 && namesIn(jingle).every(({ name }) => name !== '');

function take<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  side: Side,
  leg: AnyLeg,
  { iq, action, jingle }: JingleRequest,
): AnyLeg {
  if ((leg.wishes?.length ?? 0) >= MAX_WISHES) {
    refuse(turn, iq, 'resource-constraint');
    return leg;
  }
  acknowledge(turn, iq);
  return addWish(turn, side, leg, { action, jingle });
}

const indexesOf = (media: MediaState, among: readonly number[], names: readonly ContentName[]): number[] =>
  among.filter((index) => names.some(({ name }) => media.contents[index]?.name === name));

/** content-accept or content-reject for contents that the SIP party adds. */
function onConsent<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  side: Side,
  leg: AnyLeg,
  received: OfferReceived,
  { iq, action, jingle }: JingleRequest,
): AnyLeg {
  const decided = indexesOf(received.media, received.added, namesIn(jingle));
  if (decided.length === 0) {
    refuse(turn, iq, 'out-of-order');
    return leg;
  }
  acknowledge(turn, iq);
  const media =
    action === 'content-accept'
      ? withAccepted(jingle, decided, received.media, contextOf(turn, leg))
      : received.media;
  const useless = decided.filter((index) => media.contents[index]?.status === 'refused');
  if (action === 'content-accept') withdraw(turn, leg, received, useless);
  const next: OfferReceived = {
    ...received,
    media,
    added: received.added.filter((index) => !decided.includes(index)),
    onlyAdds: received.onlyAdds && useless.length === decided.length,
  };
  if (next.added.length > 0) return { ...leg, negotiation: next };
  return next.onlyAdds ? refuseNow(turn, side, leg, next, 488) : answerNow(turn, side, leg, next, media);
}

/** Which leg's content-add an error answers; undefined: none. */
export function legOfAdd({ out, in: from }: Legs, stanza: XmlElement, sender: string): Side | undefined {
  const { id, type } = stanza.attrs;
  const isAdd = (leg: OutLeg | InLeg | undefined): boolean =>
    type === 'error' &&
    leg?.negotiation?.state === 'offer-received' &&
    leg.negotiation.addIqId === id &&
    sender === partyOf(leg);
  if (isAdd(out)) return 'out';
  return isAdd(from) ? 'in' : undefined;
}

/** The client answers our content-add with an error: it rejects all of it. */
export function onAddRefused<AnyLeg extends OutLeg | InLeg>(turn: Turn, side: Side, leg: AnyLeg): AnyLeg {
  const { negotiation } = leg;
  if (negotiation?.state !== 'offer-received') return leg;
  return negotiation.onlyAdds
    ? refuseNow(turn, side, leg, negotiation, 488)
    : answerNow(turn, side, leg, negotiation, negotiation.media);
}

/** A transport-info: another address or new ICE credentials are an offer; candidates are left to trickling. */
function onTransports<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  side: Side,
  leg: AnyLeg,
  request: JingleRequest,
): AnyLeg | undefined {
  const context = contextOf(turn, leg);
  const { negotiation } = leg;
  if (negotiation?.state === 'offer-received') {
    const { media, changed } = withTransports(negotiation.media, request.jingle, context);
    if (changed.length === 0) return undefined;
    acknowledge(turn, request.iq);
    const next = { ...negotiation, media };
    return negotiation.added.length > 0
      ? { ...leg, negotiation: next }
      : answerNow(turn, side, leg, next, media);
  }
  if (leg.media?.localSdp === undefined) return undefined;
  const isNews = withTransports(leg.media, request.jingle, context).changed.length > 0;
  return isNews ? take(turn, side, leg, request) : undefined;
}

/** transport-accept: where the media goes by the new method. The SIP party is told unless it goes there already. */
function onTransportAccept<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  side: Side,
  leg: AnyLeg,
  request: JingleRequest,
): AnyLeg | undefined {
  if (leg.media?.localSdp === undefined || leg.negotiation?.state === 'offer-received') return undefined;
  const { media, changed } = withTransports(leg.media, request.jingle, contextOf(turn, leg));
  if (changed.length === 0) return undefined;
  if (isElsewhere(leg.media, media, contextOf(turn, leg))) {
    return take(turn, side, leg, { ...request, action: 'transport-info' });
  }
  acknowledge(turn, request.iq);
  return leg.negotiation?.state === 'offer-sent' ? leg : { ...leg, media };
}

/** The leg with candidates that came later, for offers to come. */
export function withLaterCandidates<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  leg: AnyLeg,
  { jingle }: JingleRequest,
): AnyLeg {
  const context = contextOf(turn, leg);
  const { negotiation } = leg;
  const learn = (media: MediaState): MediaState => withTransports(media, jingle, context).media;
  if (leg.media?.localSdp === undefined) return leg;
  const isOpen = negotiation?.state === 'offer-sent' || negotiation?.state === 'offer-received';
  const early =
    'early' in leg
      ? {
          early: leg.early.map((each) =>
            each.media === undefined ? each : { ...each, media: learn(each.media) },
          ),
        }
      : {};
  return {
    ...leg,
    ...early,
    media: learn(leg.media),
    ...(isOpen ? { negotiation: { ...negotiation, media: learn(negotiation.media) } } : {}),
  };
}

/** The leg after a change of the session by the party that has it; undefined: the action is no change. */
export function onChange<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  side: Side,
  leg: AnyLeg,
  request: JingleRequest,
): AnyLeg | undefined {
  const { iq, action, jingle } = request;
  const { negotiation } = leg;
  if (action === 'session-info') {
    const payloads = elementsOf(jingle);
    if (payloads.length === 0 || !payloads.every(({ name }) => isMediaInfo(name))) return undefined;
    if (turn.policy.muteAs !== 'ignore' || !isMuteOnly(jingle)) return take(turn, side, leg, request);
    acknowledge(turn, iq);
    return leg;
  }
  if (action === 'content-accept' || action === 'content-reject') {
    return negotiation?.state === 'offer-received'
      ? onConsent(turn, side, leg, negotiation, request)
      : undefined;
  }
  if (action === 'description-info' && turn.policy.descriptionInfo === 'ignore') return undefined;
  if (action === 'transport-info') return onTransports(turn, side, leg, request);
  if (action === 'transport-reject') return onTransportReject(turn, side, leg, request);
  if (action === 'transport-accept') return onTransportAccept(turn, side, leg, request);
  if (!CHANGES.has(action)) return undefined;
  if (isWellFormed(request)) return take(turn, side, leg, request);
  refuse(turn, iq, 'bad-request');
  return leg;
}
