/**
 * A call that an XMPP user proposes by message. Answer first: SIP is called with an offer that stands in for the
 * client's, and the client may proceed once the phone was picked up; so a call rings as long as it rings. Early: the
 * client proceeds at once, and SIP is called with its own offer. XEP-0353 §3.
 */
import { aorOfUser, bareJidOf, resourceOf, sipOfCalled } from '@stoxgate/addressing';
import { brandBareJid, keyOfUser } from '@stoxgate/contracts';
import { errorOfAddress } from '../condition/address-condition.ts';
import { FIXED_RESOURCE } from '../fixed-resource.ts';
import { firstOrigin } from '../media/local-sdp.ts';
import { placeholderOffer } from '../media/placeholder-offer.ts';
import type { Legs, OutLeg } from './call-session.ts';
import { abandon } from './cancel.ts';
import { tagOf } from './dialog.ts';
import { call } from './gather.ts';
import { inviteOf } from './invite-of-call.ts';
import { bounce, type JingleMessage, reasonOf, sayOfCall } from './jingle-message.ts';
import { endLeg, sdpContext, sendBye, TIMERS, towards } from './leg.ts';
import { reasonHeaderOf, terminationOfReason } from './reasons.ts';
import type { Turn } from './turn.ts';

/** How long a client that may proceed has for its session-initiate. */
export const INITIATE_TIMEOUT_MS = 10_000;
/** A caller gives up after some seconds without ringing: Conversations after 12. */
const RING_AT_LAST_MS = 6_000;

const isEarly = ({ mediaRelay, jmiProceed }: Turn['policy']): boolean =>
  mediaRelay === 'none' || jmiProceed === 'early';

/** The client may send its session-initiate. */
export function proceed(turn: Turn, leg: OutLeg): OutLeg {
  if (leg.proposal === undefined) return leg;
  turn.clearTimer(TIMERS.out.ring);
  turn.clearTimer(TIMERS.out.proposal);
  sayOfCall(turn, towards(leg, leg.user), 'proceed');
  turn.setTimer(TIMERS.out.initiate, INITIATE_TIMEOUT_MS);
  return { ...leg, proposal: { ...leg.proposal, phase: 'proceeding' } };
}

/**
 * No media relay makes an offer for the client: it makes its own at once. Undefined: the call was not proposed, has more
 * behind it than that, or must not go without a relay.
 */
export function proceedWithoutRelay(turn: Turn, leg: OutLeg): OutLeg | undefined {
  const { isRelayed: _, isPlaceholder: __, ...rest } = leg;
  if (leg.proposal?.phase !== 'proposed' || leg.state !== 'calling' || turn.policy.mediaRelay !== 'auto') {
    return undefined;
  }
  const proposal = { ...leg.proposal, isEndToEnd: true } as const;
  return proceed(turn, { ...rest, state: 'gathering', proposal });
}

/** The caller hears that it rings; nothing the second time. */
export function ringProposed(turn: Turn, leg: OutLeg): OutLeg {
  if (leg.hasRung || leg.proposal?.phase !== 'proposed') return leg;
  turn.clearTimer(TIMERS.out.proposal);
  sayOfCall(turn, towards(leg, leg.user), 'ringing');
  return { ...leg, hasRung: true };
}

function propose(turn: Turn, message: JingleMessage): OutLeg | undefined {
  const { addresses } = turn.policy;
  const { from, to, sid, domain, id } = message;
  const aor = resourceOf(from) === undefined ? undefined : aorOfUser(addresses, from);
  const target = sipOfCalled(addresses, to);
  if (turn.policy.jmi === 'never') {
    bounce(turn, message, { condition: 'service-unavailable' });
    return undefined;
  }
  if (!target.ok) {
    bounce(turn, message, { condition: errorOfAddress(target).condition });
    return undefined;
  }
  if (aor === undefined) {
    bounce(turn, message, { condition: 'not-allowed' });
    return undefined;
  }
  const contact = resourceOf(to) === undefined ? `${bareJidOf(to) ?? to}/${FIXED_RESOURCE}` : to;
  const { userName, sessionId } = firstOrigin(sdpContext(turn, { user: from }, 'initiator'));
  const sdp = placeholderOffer({ address: turn.policy.sdpOrigin, userName, sessionId });
  const invite = inviteOf(turn, { sid, from, aor, target: target.requestUri }, sdp);
  const leg: OutLeg = {
    state: 'gathering',
    domain,
    sid,
    contact,
    user: from,
    localTag: tagOf(invite.from),
    initiateIqId: '',
    invite: { branch: '', request: invite, challenges: [] },
    hasProvisional: false,
    hasRung: false,
    early: [],
    strayTags: [],
    proposal: { phase: 'proposed', id },
  };
  if (isEarly(turn.policy)) return proceed(turn, leg);
  turn.setTimer(TIMERS.out.proposal, RING_AT_LAST_MS);
  turn.issue({
    type: 'session.notify',
    key: keyOfUser(brandBareJid(bareJidOf(from) ?? from)),
    event: { type: 'user.call.proposed', replyTo: turn.input.key, contact },
  });
  return call(turn, { ...leg, isRelayed: true, isPlaceholder: true });
}

/** The caller takes the call back, or says that it is over. */
function withdrawn(turn: Turn, leg: OutLeg, message: JingleMessage): OutLeg {
  const reason = reasonOf(message);
  const end = terminationOfReason(reason.condition === undefined ? { condition: 'cancel' } : reason);
  turn.clearTimer(TIMERS.out.initiate);
  turn.clearTimer(TIMERS.out.proposal);
  if (leg.state !== 'active') return abandon(turn, leg, reasonHeaderOf(reason), end);
  return endLeg(turn, 'out', sendBye(turn, leg, reasonHeaderOf(reason)), end);
}

/** A message of an XMPP user about a call to SIP; undefined: it is about none. */
export function onCallerMessage(turn: Turn, legs: Legs, message: JingleMessage): Legs | undefined {
  const { out } = legs;
  if (message.verb === 'propose') {
    const isTaken = legs.in !== undefined && legs.in.state !== 'ended';
    if (out !== undefined || isTaken) {
      if (out?.user !== message.from) bounce(turn, message, { condition: 'conflict' });
      return legs;
    }
    const leg = propose(turn, message);
    return leg === undefined ? legs : { ...legs, out: leg };
  }
  const isOver = out === undefined || out.state === 'ended' || out.state === 'cancelling';
  if (isOver || out.user !== message.from) return undefined;
  const ends = message.verb === 'retract' || message.verb === 'finish' || message.verb === 'reject';
  return ends ? { ...legs, out: withdrawn(turn, out, message) } : legs;
}
