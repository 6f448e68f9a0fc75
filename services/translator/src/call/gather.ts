/**
 * The window before an INVITE in which a caller's client finds its candidates: one offer with all of them, as SIP parties
 * that do not trickle need it. XEP-0176 §5.6, RFC 8838 §10.
 */
import type { EventOf } from '@stoxgate/contracts';
import { offerFromJingle } from '../media/offer-from-jingle.ts';
import { withTransportInfo } from '../media/trickled-candidates.ts';
import type { OutLeg } from './call-session.ts';
import { sdpBody } from './capabilities.ts';
import { type JingleRequest, jingleHasCandidates } from './jingle.ts';
import { sdpContext, TIMERS } from './leg.ts';
import { awaitReplaced, withReplaces } from './transferred-call.ts';
import { trickle } from './trickle-to-sip.ts';
import type { Turn } from './turn.ts';

/** How long nothing new may come, and how long the window is open at most. */
const QUIET_MS = 300;
const LONGEST_MS = 2_000;

/** Sends the INVITE that the leg has ready. */
export function call(turn: Turn, leg: OutLeg): OutLeg {
  const waiting = awaitReplaced(turn, leg);
  if (waiting !== undefined) return waiting;
  const { gathering: _, ...rest } = leg;
  const branch = turn.request(leg.invite.request);
  turn.setTimer(TIMERS.out.ring, turn.policy.ringTimeoutMs);
  return { ...rest, state: 'calling', invite: { ...leg.invite, branch } };
}

/** The dialog to be replaced is known: INVITE with its name. */
export function callReplacing(turn: Turn, leg: OutLeg, event: EventOf<'call.legs.answered'>): OutLeg {
  if (leg.state !== 'gathering' || leg.replacing?.asked !== event.about) return leg;
  turn.clearTimer(TIMERS.out.gather);
  return call(turn, withReplaces(leg, event.legs));
}

/** Opens the window for a session-initiate whose candidates are still to come. */
export function gather(turn: Turn, leg: OutLeg, { jingle }: JingleRequest): OutLeg {
  turn.setTimer(TIMERS.out.gather, jingleHasCandidates(jingle) ? QUIET_MS : LONGEST_MS);
  return { ...leg, state: 'gathering', gathering: { jingle, until: turn.input.now + LONGEST_MS } };
}

/** A transport-info meanwhile: its candidates go into the offer. */
export function gatherMore(turn: Turn, leg: OutLeg, request: JingleRequest): OutLeg {
  const { jingle } = request;
  const { gathering } = leg;
  if (gathering === undefined) return trickle(turn, leg, request);
  const leftMs = Math.max(0, gathering.until - turn.input.now);
  if (jingleHasCandidates(jingle)) turn.setTimer(TIMERS.out.gather, Math.min(QUIET_MS, leftMs));
  return { ...leg, gathering: { ...gathering, jingle: withTransportInfo(gathering.jingle, jingle) } };
}

/** The window closes: INVITE with what was found. */
export function gathered(turn: Turn, leg: OutLeg): OutLeg {
  const { gathering, invite } = leg;
  if (gathering === undefined) return leg.state === 'gathering' ? call(turn, leg) : leg;
  const offer = offerFromJingle(gathering.jingle, sdpContext(turn, leg, 'initiator'));
  if (!offer.ok) return call(turn, leg);
  const request = { ...invite.request, body: sdpBody(offer.sdp) };
  const { gathering: _, ...rest } = leg;
  return call(turn, { ...rest, media: offer.media, invite: { ...invite, request } });
}
