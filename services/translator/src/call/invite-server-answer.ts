/**
 * What a rung resource answers to session-initiate: the first that accepts has the call, a refusal is for all of them.
 * XEP-0166 §6.5, §6.7; RFC 3261 §13.3.1.
 */
import type { SipHeaders, XmlElement } from '@stoxgate/contracts';
import { NS, readStanzaError } from '@stoxgate/wire-xmpp';
import { statusOfCondition } from '../condition/condition-to-status.ts';
import { answerFromJingle } from '../media/answer-from-jingle.ts';
import { withTransportInfo } from '../media/trickled-candidates.ts';
import type { InLeg } from './call-session.ts';
import { endSession, finish, isNobodyLeft, withProposalOver } from './callee-proposal.ts';
import { sdpBody, sessionHeaders } from './capabilities.ts';
import { contactOf } from './invite-server.ts';
import { finishInvite, refusalOf, refuseInvite, terminateRung } from './invite-server-end.ts';
import { type JingleRequest, reasonIn } from './jingle.ts';
import { acknowledge, refuse } from './jingle-stanza.ts';
import { endLeg, sdpContext, TIMERS } from './leg.ts';
import { terminationOfReason } from './reasons.ts';
import { sendRinging } from './ringing-server.ts';
import { timerAsServer } from './session-timer.ts';
import { endReplaced } from './transferred-call.ts';
import { trickleHeaders } from './trickle-to-sip.ts';
import { flushToRung } from './trickle-to-xmpp.ts';
import { T1_MS, TRANSACTION_MS, type Turn } from './turn.ts';

/** The edge reports a missing ACK after 64*T1; this is for an edge that is gone itself. */
const ACK_PATIENCE_MS = TRANSACTION_MS + 16 * T1_MS;

/** The leg without a resource; `status` refuses the INVITE when no other rings. */
export function without(
  turn: Turn,
  leg: InLeg,
  jid: string,
  status: number,
  headers: SipHeaders = {},
): InLeg {
  const left = { ...leg, rung: leg.rung.filter((resource) => resource.jid !== jid) };
  if (isNobodyLeft(left)) return refuseInvite(turn, left, status, headers);
  if (left.rung.every(({ isDelivered }) => isDelivered)) turn.clearTimer(TIMERS.in.delivery);
  return left;
}

/** session-accept of a rung resource: 200 with its answer, session-terminate `cancel` to the others. */
export function onAccept(turn: Turn, leg: InLeg, request: JingleRequest): InLeg {
  const { iq } = request;
  if (leg.state !== 'ringing' || leg.media === undefined) {
    refuse(turn, iq, 'out-of-order');
    return leg;
  }
  const { infos = [] } = leg.rung.find(({ jid }) => jid === iq.from) ?? {};
  const jingle = infos.reduce(withTransportInfo, request.jingle);
  const answer = answerFromJingle(jingle, leg.media, sdpContext(turn, leg, 'responder'));
  if (!answer.ok && answer.cause === 'malformed') {
    refuse(turn, iq, 'bad-request');
    return leg;
  }
  acknowledge(turn, iq);
  if (!answer.ok) {
    endSession(turn, leg, iq.from, { condition: 'incompatible-parameters' });
    return without(turn, leg, iq.from, 488);
  }
  const timed = timerAsServer(turn, 'in', leg, leg.invite);
  finishInvite(turn, leg, 200, {
    contact: contactOf(turn, leg, iq.from),
    headers: { ...sessionHeaders(turn.policy), ...trickleHeaders(turn.policy), ...timed.headers },
    body: sdpBody(answer.sdp),
  });
  endReplaced(turn, leg);
  terminateRung(turn, leg, { condition: 'cancel' }, iq.from);
  turn.clearTimer(TIMERS.in.ring);
  turn.clearTimer(TIMERS.in.delivery);
  turn.clearTimer(TIMERS.in.accept);
  turn.setTimer(TIMERS.in.ack, ACK_PATIENCE_MS);
  turn.clearTimer(TIMERS.in.reliable);
  return {
    ...withProposalOver(timed.leg),
    state: 'accepted',
    offered: undefined,
    bound: iq.from,
    rung: [],
    media: answer.media,
  };
}

/** session-terminate of a rung resource. decline and busy speak for the user, other reasons for the resource. */
export function onRefuse(turn: Turn, leg: InLeg, request: JingleRequest): InLeg {
  const reason = reasonIn(request.jingle);
  const { from } = request.iq;
  acknowledge(turn, request.iq);
  const { status, headers } = refusalOf(turn, leg, reason);
  const isForAll = reason.condition === 'decline' || reason.condition === 'busy';
  if (!isForAll || turn.policy.declineScope === 'resource') return without(turn, leg, from, status, headers);
  finishInvite(turn, leg, status);
  terminateRung(turn, leg, { condition: 'cancel' }, from);
  return endLeg(turn, 'in', leg, terminationOfReason(reason));
}

/** A rung resource answers the session-initiate IQ itself. */
export function onInitiateAnswer(turn: Turn, leg: InLeg, stanza: XmlElement, sender: string): InLeg {
  const resource = leg.rung.find(({ iqId }) => iqId === stanza.attrs.id);
  if (leg.state !== 'ringing' || resource === undefined || sender !== resource.jid) return leg;
  if (stanza.attrs.type === 'error') {
    const error = readStanzaError(stanza);
    // `tie-break`: the device calls the same party at that moment, and its own session goes on (XEP-0166 §7.2).
    const jingle = error.application?.find(({ attrs }) => attrs.xmlns === NS.JINGLE_ERRORS)?.name;
    const context = { about: 'full', request: 'invite', ...(jingle && { jingle }) } as const;
    const { status } = statusOfCondition(error, context);
    finish(turn, leg, resource.jid, 'connectivity-error');
    // A redirection would need its Contact; the caller may try again later.
    return without(turn, leg, resource.jid, status < 400 ? 480 : status);
  }
  const delivered = flushToRung(turn, leg, { ...resource, isDelivered: true });
  const rung = leg.rung.map((other) => (other === resource ? delivered : other));
  if (rung.every(({ isDelivered }) => isDelivered)) turn.clearTimer(TIMERS.in.delivery);
  const next = { ...leg, rung };
  return turn.policy.ringOn === 'delivered' ? sendRinging(turn, next) : next;
}

/** Resources that did not even acknowledge the session-initiate in time are given up. */
export function onDeliveryTimeout(turn: Turn, leg: InLeg): InLeg {
  const silent = leg.rung.filter(({ isDelivered }) => !isDelivered);
  for (const { jid } of silent) endSession(turn, leg, jid, { condition: 'timeout' });
  const left = { ...leg, rung: leg.rung.filter(({ isDelivered }) => isDelivered) };
  return isNobodyLeft(left) ? refuseInvite(turn, left, 480) : left;
}
