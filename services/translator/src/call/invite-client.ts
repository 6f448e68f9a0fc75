/**
 * A call from XMPP to SIP, from session-initiate to the final response. RFC 3261 §13.2, XEP-0166 §6,
 * draft-ietf-stox-media §10 (at most one provisional and one final outcome reach Jingle).
 */
import { aorOfUser, bareJidOf, sipOfCalled } from '@stoxgate/addressing';
import type { SipResponse } from '@stoxgate/contracts';
import { errorOfAddress } from '../condition/address-condition.ts';
import { offerFromJingle } from '../media/offer-from-jingle.ts';
import { isRelayed } from '../media/relay-choice.ts';
import { awaitsCandidates } from '../media/trickled-candidates.ts';
import { withChanges } from '../with-changes.ts';
import type { OutLeg } from './call-session.ts';
import { tellCaller } from './caller-told.ts';
import { cancelInvite } from './cancel.ts';
import { tagOf } from './dialog.ts';
import { noteProvisional } from './early-dialog.ts';
import { offerEarlyMedia } from './early-media.ts';
import { call, gather } from './gather.ts';
import { acceptAnswer, endStray } from './invite-client-answer.ts';
import { inviteOf } from './invite-of-call.ts';
import { inviteElsewhere, retryInvite } from './invite-retry.ts';
import type { JingleRequest } from './jingle.ts';
import { sayOfCall } from './jingle-message.ts';
import { acknowledge, refuse, ringing, type Towards, terminate } from './jingle-stanza.ts';
import { endLeg, sdpContext, towards } from './leg.ts';
import { nextWish } from './offer-client.ts';
import { proceedWithoutRelay, ringProposed } from './propose-server.ts';
import {
  type OwnEnd,
  reasonOfFault,
  reasonOfOwnEnd,
  reasonOfStatus,
  type SentReason,
  type Termination,
  terminationOfOwnEnd,
  terminationOfStatus,
} from './reasons.ts';
import { hopsOf } from './reentry.ts';
import { replacingOf } from './transferred-call.ts';
import { flushTrickle, noteTrickle } from './trickle-to-sip.ts';
import type { Turn } from './turn.ts';

/**
 * A session-initiate with a sid that no leg has, or that a client was told to send: INVITE, or a refusal and no leg.
 * @param mayBeRelayed whether the media may go through a relay.
 */
export function initiate(turn: Turn, request: JingleRequest, mayBeRelayed = true): OutLeg | undefined {
  const { iq, sid, jingle } = request;
  const { addresses } = turn.policy;
  const aor = aorOfUser(addresses, iq.from);
  if (aor === undefined) {
    refuse(turn, iq, 'not-allowed');
    return undefined;
  }
  const target = sipOfCalled(addresses, iq.to);
  if (!target.ok) {
    refuse(turn, iq, errorOfAddress(target).condition);
    return undefined;
  }
  if (hopsOf(jingle) < 0) {
    refuse(turn, iq, 'not-acceptable');
    return undefined;
  }
  const offer = offerFromJingle(jingle, sdpContext(turn, { user: iq.from }, 'initiator'));
  if (!offer.ok && offer.cause === 'malformed') {
    refuse(turn, iq, 'bad-request');
    return undefined;
  }
  acknowledge(turn, iq);
  if (!offer.ok) {
    const back = { domain: iq.domain, sid, contact: iq.to, to: iq.from };
    terminate(turn, back, { condition: reasonOfFault(offer) });
    return undefined;
  }
  const invite = inviteOf(turn, { sid, jingle, from: iq.from, aor, target: target.requestUri }, offer.sdp);
  const replacing = replacingOf(turn, jingle);
  const leg: OutLeg = {
    state: 'gathering',
    domain: iq.domain,
    sid,
    contact: iq.to,
    user: iq.from,
    localTag: tagOf(invite.from),
    initiateIqId: iq.id,
    invite: { branch: '', request: invite, challenges: [] },
    media: offer.media,
    hasProvisional: false,
    hasRung: false,
    early: [],
    strayTags: [],
    replacing,
    isRelayed: mayBeRelayed && isRelayed(turn.policy, 'xmpp', offer.sdp) ? true : undefined,
  };
  // A relay has its own addresses and learns the client's when they come.
  return awaitsCandidates(jingle) && leg.isRelayed !== true ? gather(turn, leg, request) : call(turn, leg);
}

const ringingTowards = (turn: Turn, leg: OutLeg): Towards => {
  const to = towards(leg, leg.user);
  return turn.policy.provisionalFrom === 'bare'
    ? { ...to, contact: bareJidOf(to.contact) ?? to.contact }
    : to;
};

/** What makes the caller hear ringing: 180, and 183 as configured. */
const rings = (turn: Turn, status: number): boolean =>
  status === 180 || (status === 183 && turn.policy.early183 !== 'none');

/** The caller hears that it rings: by session-info, or by the words of its proposal. */
function ring(turn: Turn, leg: OutLeg): OutLeg {
  if (leg.proposal?.phase === 'proposed') return ringProposed(turn, leg);
  const ringingIqId = ringing(turn, ringingTowards(turn, leg));
  if (leg.proposal !== undefined) sayOfCall(turn, towards(leg, leg.user), 'ringing');
  return { ...leg, hasRung: true, ringingIqId };
}

function onProvisional(turn: Turn, leg: OutLeg, response: SipResponse): OutLeg {
  const heard: OutLeg = { ...leg, hasProvisional: true };
  if (leg.state === 'cancelling')
    return leg.hasProvisional ? leg : cancelInvite(turn, heard, leg.cancelReason);
  const proceeding: OutLeg = { ...heard, state: 'proceeding' };
  const next = noteProvisional(turn, proceeding, response);
  if (next === undefined) return proceeding;
  const told = leg.hasRung || !rings(turn, response.status) ? next : ring(turn, next);
  return flushTrickle(turn, noteTrickle(offerEarlyMedia(turn, told, tagOf(response.to)), response));
}

/** Ends a leg that nobody accepted, and tells the caller unless it ended the call itself. */
export function failOut(turn: Turn, leg: OutLeg, reason: SentReason, end: Termination): OutLeg {
  if (leg.state === 'cancelling') return endLeg(turn, 'out', leg, leg.end ?? end);
  tellCaller(turn, leg, reason);
  return endLeg(turn, 'out', leg, end);
}

function onFinal(turn: Turn, leg: OutLeg, response: SipResponse): OutLeg {
  const { status, reason, headers } = response;
  const retried = retryInvite(turn, leg, response);
  if (retried !== undefined) return retried;
  const words = reasonOfStatus(status, reason, turn.policy.reasonProfile, headers.warning);
  return failOut(turn, leg, words, terminationOfStatus(status));
}

/** Our Via as it was before the peer wrote into it where it came from (RFC 3261 §18.2.1, RFC 3581 §4). */
const viaAsSent = ({ vias }: SipResponse): string | undefined =>
  vias[0]?.replace(/;received=[^;,\s]*/i, '').replace(/;rport=\d*/i, ';rport');

/** A response to the INVITE of this leg. */
export function onInviteResponse(turn: Turn, before: OutLeg, response: SipResponse): OutLeg {
  const { edge } = turn.input;
  const leg: OutLeg =
    before.invite.edge === edge
      ? before
      : { ...before, invite: withChanges(before.invite, { edge, via: viaAsSent(response) }) };
  const isSuccess = response.status >= 200 && response.status < 300;
  if (isSuccess && leg.state !== 'calling' && leg.state !== 'proceeding')
    return endStray(turn, leg, response);
  if (leg.state === 'active' || leg.state === 'ended') return before;
  if (response.status < 200) return onProvisional(turn, leg, response);
  return isSuccess ? nextWish(turn, 'out', acceptAnswer(turn, leg, response)) : onFinal(turn, leg, response);
}

const END_OF_FAILURE: Readonly<Record<string, OwnEnd>> = { timeout: 'sip-timeout', media: 'relay-failed' };

/** The INVITE got no final response. `no-credentials`: the challenge stands as its answer. */
export function onInviteFailed(turn: Turn, leg: OutLeg, cause: string): OutLeg {
  if (leg.state === 'active' || leg.state === 'ended') return leg;
  const challenge = leg.invite.challenges.at(-1);
  if (cause === 'no-credentials' && challenge !== undefined) {
    const status = challenge.header === 'www-authenticate' ? 401 : 407;
    const words = reasonOfStatus(status, '', turn.policy.reasonProfile);
    return failOut(turn, leg, words, terminationOfStatus(status));
  }
  const elsewhere = cause === 'media' ? proceedWithoutRelay(turn, leg) : inviteElsewhere(turn, leg);
  if (elsewhere !== undefined) return elsewhere;
  const end = END_OF_FAILURE[cause] ?? 'sip-transport';
  return failOut(turn, leg, reasonOfOwnEnd(end), terminationOfOwnEnd(end));
}
