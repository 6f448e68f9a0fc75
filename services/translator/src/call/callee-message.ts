/**
 * What the callee's devices say of a call by message: the first that proceeds gets the session, a rejection is for all
 * of them. XEP-0353 §3.2–§3.7. The id of a call is no secret: only devices of the callee are heard.
 */
import { resourceOf } from '@stoxgate/addressing';
import type { XmlElement } from '@stoxgate/contracts';
import { childOf, readStanzaError } from '@stoxgate/wire-xmpp';
import { statusOfCondition } from '../condition/condition-to-status.ts';
import type { InLeg, OutLeg, RungResource } from './call-session.ts';
import { isNobodyLeft, withProposalOver } from './callee-proposal.ts';
import { without } from './invite-server-answer.ts';
import { finishInvite, refusalOf, refuseInvite, terminateRung } from './invite-server-end.ts';
import { preparedJid } from './jingle.ts';
import { type JingleMessage, reasonElement, reasonOf, sayOfCall } from './jingle-message.ts';
import { jingleSet, terminate } from './jingle-stanza.ts';
import { endLeg, isSameBare, sendBye, TIMERS, towards } from './leg.ts';
import {
  type OwnEnd,
  reasonHeaderOf,
  reasonOfOwnEnd,
  statusOfOwnEnd,
  terminationOfOwnEnd,
  terminationOfReason,
  terminationOfStatus,
} from './reasons.ts';
import { sendRinging } from './ringing-server.ts';
import type { Turn } from './turn.ts';

/** How long a device that proceeded has for its session-accept: Monal gives up after as long. */
const ACCEPT_TIMEOUT_MS = 15_000;
/** The device calls the same party at that moment (calls that cross). */
const GLARE = 491;

/** Whether a message is of a device that may be meant, about this call. */
export const isOfDevice = (leg: InLeg, out: OutLeg | undefined, message: JingleMessage): boolean => {
  const resource = resourceOf(message.from);
  return (
    message.verb !== 'propose' &&
    message.sid === leg.sid &&
    leg.proposed !== undefined &&
    resource !== undefined &&
    (leg.resource === undefined || leg.resource === resource) &&
    message.from !== out?.user &&
    isSameBare(message.from, leg.user) &&
    isSameBare(message.to, leg.contact)
  );
};

/** The first that proceeds gets the session-initiate, at once; others that were called directly stop. */
function proceed(turn: Turn, leg: InLeg, device: string): InLeg {
  const { proposed } = leg;
  if (leg.state === 'ended' || proposed?.state === 'over') {
    sayOfCall(turn, towards(leg, device), 'finish', reasonElement('expired'));
    return leg;
  }
  if (leg.state !== 'ringing' || proposed?.state !== 'open' || leg.offered === undefined) return leg;
  for (const { jid } of leg.rung) {
    if (jid !== device) terminate(turn, towards(leg, jid), { condition: 'cancel' });
  }
  // Also to one that was called directly: it takes calls by message, and may have passed over what came without.
  const rung: RungResource = {
    jid: device,
    iqId: jingleSet(turn, towards(leg, device), 'session-initiate', leg.offered, { initiator: leg.contact }),
    isDelivered: false,
    ...(proposed.later && { later: proposed.later }),
  };
  turn.clearTimer(TIMERS.in.ring);
  turn.setTimer(TIMERS.in.delivery, turn.policy.iqTimeoutMs);
  turn.setTimer(TIMERS.in.accept, ACCEPT_TIMEOUT_MS);
  return { ...leg, rung: [rung], proposed: { state: 'taken', to: proposed.to, id: proposed.id, by: device } };
}

/** A device that proceeded did not accept its session. */
export function onAcceptTimeout(turn: Turn, leg: InLeg): InLeg {
  if (leg.state !== 'ringing') return leg;
  const end: OwnEnd = 'xmpp-timeout';
  finishInvite(turn, leg, statusOfOwnEnd(end));
  terminateRung(turn, leg, reasonOfOwnEnd(end));
  return endLeg(turn, 'in', leg, terminationOfOwnEnd(end));
}

/** The user does not want the call, or calls the same party at that moment. Devices tell each other. */
function reject(turn: Turn, leg: InLeg, message: JingleMessage): InLeg {
  const { proposed } = leg;
  const isHeard = proposed?.state === 'open' || proposed?.by === message.from;
  if (leg.state !== 'ringing' || !isHeard) return leg;
  const isGlare = childOf(message.element, 'tie-break') !== undefined;
  const given = reasonOf(message);
  const reason = given.condition === undefined ? { condition: 'busy' } : given;
  const over = withProposalOver(leg);
  const isForOne = !isGlare && turn.policy.declineScope === 'resource' && proposed?.state === 'open';
  if (isForOne && !isNobodyLeft(over)) return over;
  const status = isGlare ? GLARE : refusalOf(turn, leg, reason).status;
  finishInvite(turn, leg, status);
  terminateRung(turn, over, { condition: 'cancel' }, message.from);
  return endLeg(turn, 'in', over, isGlare ? terminationOfStatus(GLARE) : terminationOfReason(reason));
}

/** The device that has the call says that it is over. */
function finished(turn: Turn, leg: InLeg, message: JingleMessage): InLeg {
  if (leg.proposed?.by !== message.from || leg.state === 'ended' || leg.byeOnAck !== undefined) return leg;
  const reason = reasonOf(message);
  if (leg.state === 'ringing') {
    const { status, headers } = refusalOf(turn, leg, reason);
    return without(turn, leg, message.from, status, headers);
  }
  const header = reasonHeaderOf(reason);
  const end = terminationOfReason(reason);
  if (leg.state === 'accepted') return { ...leg, byeOnAck: header ?? '', end };
  return endLeg(turn, 'in', sendBye(turn, leg, header), end);
}

/** A message of a device about this call. `accept` is for the user's other devices, and nothing here. */
export function onCalleeMessage(turn: Turn, leg: InLeg, message: JingleMessage): InLeg {
  switch (message.verb) {
    case 'ringing':
      return leg.proposed?.state === 'open' ? sendRinging(turn, leg) : leg;
    case 'proceed':
      return proceed(turn, leg, message.from);
    case 'reject':
      return reject(turn, leg, message);
    case 'finish':
      return finished(turn, leg, message);
    default:
      return leg;
  }
}

/** The proposal came back: no device will ring by it. Another message of ours that came back changes nothing. */
export function onProposalBounced(turn: Turn, leg: InLeg, stanza: XmlElement): InLeg {
  const { proposed } = leg;
  const { type, id, from = '' } = stanza.attrs;
  const isBounce = type === 'error' && id === proposed?.id && preparedJid(from) === proposed?.to;
  if (!isBounce || leg.state !== 'ringing' || proposed?.state !== 'open') return leg;
  const over = withProposalOver(leg);
  if (!isNobodyLeft(over)) return over;
  const { status } = statusOfCondition(readStanzaError(stanza), { about: 'bare', request: 'invite' });
  return refuseInvite(turn, over, status < 400 ? 480 : status);
}
