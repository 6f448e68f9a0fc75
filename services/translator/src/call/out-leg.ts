/**
 * What the caller, its client and the clock do to a call from XMPP to SIP.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { readStanzaError, type StanzaCondition } from '@stoxgate/wire-xmpp';
import type { OutLeg } from './call-session.ts';
import { tellCaller } from './caller-told.ts';
import { abandon } from './cancel.ts';
import { gathered } from './gather.ts';
import { type JingleRequest, reasonIn } from './jingle.ts';
import { acknowledge, refuse } from './jingle-stanza.ts';
import { endLeg, sendBye, TIMERS } from './leg.ts';
import { onGoneTimer } from './liveness.ts';
import { ringProposed } from './propose-server.ts';
import {
  type OwnEnd,
  reasonHeaderOf,
  reasonHeaderOfOwnEnd,
  reasonOfOwnEnd,
  terminationOfOwnEnd,
  terminationOfReason,
} from './reasons.ts';
import { onSessionTimer } from './session-timer.ts';
import { beforeBye } from './transfer-to-xmpp.ts';
import type { Turn } from './turn.ts';

/** A session-terminate of the caller: CANCEL before the answer, BYE after it. */
export function onCallerTerminate(turn: Turn, leg: OutLeg, request: JingleRequest): OutLeg {
  const reason = reasonIn(request.jingle);
  const end = terminationOfReason(reason);
  acknowledge(turn, request.iq);
  if (leg.state !== 'active') return abandon(turn, leg, reasonHeaderOf(reason), end);
  const last = beforeBye(turn, leg, request.jingle);
  return endLeg(turn, 'out', sendBye(turn, last, reasonHeaderOf(reason)), end);
}

/** A further session-initiate with this sid: the result again for the same IQ, else an error (XEP-0166 §6.3). */
export function onRepeatedInitiate(turn: Turn, leg: OutLeg, request: JingleRequest): void {
  const { iq } = request;
  const isSameUser = iq.from === leg.user && iq.to === leg.contact;
  if (isSameUser && iq.id === leg.initiateIqId) acknowledge(turn, iq);
  else refuse(turn, iq, isSameUser ? 'out-of-order' : 'conflict');
}

/** The gateway ends the call by itself; `isUserGone`: nobody is left to tell. */
export function endByGateway(turn: Turn, leg: OutLeg, end: OwnEnd, isUserGone = false): OutLeg {
  if (!isUserGone) tellCaller(turn, leg, reasonOfOwnEnd(end));
  const reason = reasonHeaderOfOwnEnd(end);
  if (leg.state !== 'active') return abandon(turn, leg, reason, terminationOfOwnEnd(end));
  return endLeg(turn, 'out', sendBye(turn, leg, reason), terminationOfOwnEnd(end));
}

/** Conditions that say that the client is not there any more, or has no such session. */
const GONE: ReadonlySet<StanzaCondition> = new Set([
  'item-not-found',
  'service-unavailable',
  'recipient-unavailable',
  'remote-server-not-found',
  'remote-server-timeout',
]);

/** The caller's client answers an IQ of ours. */
export function onCallerAnswer(turn: Turn, leg: OutLeg, stanza: XmlElement): OutLeg {
  const { id, type } = stanza.attrs;
  const isAccept = id === leg.acceptIqId;
  if (!isAccept && id !== leg.ringingIqId) return leg;
  if (isAccept) turn.clearTimer(TIMERS.out.accept);
  const acceptIqId = isAccept ? undefined : leg.acceptIqId;
  const next: OutLeg = { ...leg, acceptIqId, ringingIqId: undefined };
  if (type !== 'error' || leg.state === 'cancelling' || leg.state === 'ended') return next;
  const isGone = GONE.has(readStanzaError(stanza).condition);
  if (isGone) return endByGateway(turn, next, 'xmpp-gone', true);
  return isAccept ? endByGateway(turn, next, 'accept-refused') : next;
}

export function onOutTimer(turn: Turn, leg: OutLeg, name: string): OutLeg | undefined {
  switch (name) {
    case TIMERS.out.tombstone:
      return undefined;
    case TIMERS.out.gather:
      return gathered(turn, leg);
    case TIMERS.out.ring:
      return endByGateway(turn, leg, 'ring-timeout');
    case TIMERS.out.accept:
      return endByGateway(turn, leg, 'xmpp-timeout');
    case TIMERS.out.initiate:
      return endByGateway(turn, leg, 'xmpp-timeout');
    case TIMERS.out.proposal:
      return ringProposed(turn, leg);
    case TIMERS.out.gone:
      return onGoneTimer(turn, 'out', leg);
    case TIMERS.out.session:
      return onSessionTimer(turn, 'out', leg);
    case TIMERS.out.cancel:
      return endLeg(turn, 'out', leg, leg.end ?? terminationOfOwnEnd('ring-timeout'));
    default:
      return leg;
  }
}
