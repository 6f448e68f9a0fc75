/**
 * The step of a call: the event goes to the leg it concerns; the session is over when no leg is left.
 */
import type { Command, EventOf } from '@stoxgate/contracts';
import { callOf, legsOf } from '../leg-layout.ts';
import type { TranslatorPolicy } from '../policy.ts';
import type { Input } from '../step.ts';
import type { CallSession, InLeg, Legs, OutLeg } from './call-session.ts';
import { isOfDevice, onCalleeMessage, onProposalBounced } from './callee-message.ts';
import { onCrossed, onCrossingFound, tellBegun } from './crossed-call.ts';
import { onEndRequested } from './end-requested.ts';
import { onSought } from './existing-session.ts';
import { callReplacing } from './gather.ts';
import { onInTimer } from './in-leg.ts';
import { ring, ringReplacing } from './invite-server.ts';
import { onInitiateAnswer } from './invite-server-answer.ts';
import { preparedJid } from './jingle.ts';
import { legOfAdd, onAddRefused } from './jingle-changes.ts';
import { bounce, readJingleMessage } from './jingle-message.ts';
import { onJingle } from './jingle-server.ts';
import { TIMERS } from './leg.ts';
import { answerLegs, upOf } from './live-legs.ts';
import { noteAnswer, onResourceGone, watchParties } from './liveness.ts';
import { onNegotiationTimer } from './negotiation-end.ts';
import { onCallerAnswer, onOutTimer } from './out-leg.ts';
import { onCallerMessage } from './propose-server.ts';
import { leaveReentry } from './reentry.ts';
import { onRelayFailed } from './relay-failed.ts';
import { onAckTimeout, onEdgeLost, onSipFailure, onSipResponse } from './sip-client.ts';
import { onSipRequest } from './sip-server.ts';
import { referWith } from './transfer-to-sip.ts';
import { afterTransferIq, askWith } from './transfer-to-xmpp.ts';
import { onReplaced } from './transferred-call.ts';
import { Turn } from './turn.ts';

function onIqAnswer(
  turn: Turn,
  legs: Legs,
  event: Extract<Input['event'], { type: 'xmpp.iq.answered' }>,
): Legs {
  const { stanza } = event;
  const sender = preparedJid(stanza.attrs.from ?? '');
  const { out, in: from } = legs;
  const toOut = out !== undefined && sender === out.user ? afterTransferIq(turn, out, stanza) : undefined;
  if (toOut !== undefined) return { ...legs, out: toOut };
  const toIn = from !== undefined && sender === from.bound ? afterTransferIq(turn, from, stanza) : undefined;
  if (toIn !== undefined) return { ...legs, in: toIn };
  const asked = legOfAdd(legs, stanza, sender);
  if (asked === 'out' && out !== undefined) return { ...legs, out: onAddRefused(turn, 'out', out) };
  if (asked === 'in' && from !== undefined) return { ...legs, in: onAddRefused(turn, 'in', from) };
  if (out !== undefined && sender === out.user) {
    const next = onCallerAnswer(turn, out, stanza);
    noteAnswer(turn, 'out', next, stanza);
    return { ...legs, out: next };
  }
  if (from !== undefined && sender === from.bound) noteAnswer(turn, 'in', from, stanza);
  return from === undefined ? legs : { ...legs, in: onInitiateAnswer(turn, from, stanza, sender) };
}

/** Another call has told its dialogs: to be named in a REFER, an INVITE or a session-initiate. */
function onLegsAnswered(turn: Turn, legs: Legs, event: EventOf<'call.legs.answered'>): Legs {
  const { about } = event;
  const live = upOf(event.legs);
  const told = <AnyLeg extends OutLeg | InLeg>(leg: AnyLeg): AnyLeg =>
    askWith(turn, referWith(turn, leg, about, live), about, live);
  const out = legs.out && callReplacing(turn, told(legs.out), event);
  return legsOf(out, legs.in && ringReplacing(turn, told(legs.in), event));
}

function onTimer(turn: Turn, legs: Legs, name: string, dueAt: number): Legs {
  if (!turn.takeTimer(name, dueAt)) return legs;
  const { out, in: from } = legs;
  if (out !== undefined && name === TIMERS.out.negotiation) {
    return { ...legs, out: onNegotiationTimer(turn, 'out', out) };
  }
  if (from !== undefined && name === TIMERS.in.negotiation) {
    return { ...legs, in: onNegotiationTimer(turn, 'in', from) };
  }
  if (out !== undefined && name.startsWith('out.')) {
    const next = onOutTimer(turn, out, name);
    return legsOf(next, from);
  }
  if (from !== undefined && name.startsWith('in.')) {
    const next = onInTimer(turn, from, name);
    return legsOf(out, next);
  }
  return legs;
}

/** A word about this call; a device that proceeds with one that nobody knows is told so. */
function onMessage(turn: Turn, legs: Legs, { domain, stanza }: EventOf<'xmpp.message.received'>): Legs {
  const { in: from } = legs;
  const message = readJingleMessage(domain, stanza);
  if (message === undefined) {
    return from === undefined ? legs : { ...legs, in: onProposalBounced(turn, from, stanza) };
  }
  if (from !== undefined && isOfDevice(from, legs.out, message)) {
    return { ...legs, in: onCalleeMessage(turn, from, message) };
  }
  if (message.verb === 'proceed') bounce(turn, message, { condition: 'item-not-found' });
  return onCallerMessage(turn, legs, message) ?? legs;
}

function handle(turn: Turn, legs: Legs, { event }: Input): Legs {
  switch (event.type) {
    case 'sip.request.received':
      return onSipRequest(turn, legs, event.request);
    case 'sip.response.received':
      return onSipResponse(turn, legs, event);
    case 'sip.request.failed':
      return onSipFailure(turn, legs, event);
    case 'sip.ack.timed-out':
      return onAckTimeout(turn, legs, event);
    case 'sip.edge.lost':
      return onEdgeLost(turn, legs, event.edge);
    case 'call.end.requested':
      return onEndRequested(turn, legs);
    case 'xmpp.iq.received':
      return onJingle(turn, legs, event.domain, event.stanza);
    case 'xmpp.message.received':
      return onMessage(turn, legs, event);
    case 'xmpp.iq.answered':
      return onIqAnswer(turn, legs, event);
    case 'user.resources.answered':
      return legs.in === undefined ? legs : { ...legs, in: ring(turn, legs.in, legs.out, event) };
    case 'user.resource.gone':
      return onResourceGone(turn, legs, event.fullJid);
    case 'call.pending.sought':
      return onSought(turn, legs, event);
    case 'call.legs.requested':
      answerLegs(turn, legs, event);
      return legs;
    case 'media.request.failed':
      return onRelayFailed(turn, legs, event.exchange);
    case 'call.crossing.found':
      onCrossingFound(turn, legs, event);
      return legs;
    case 'call.crossed':
      return onCrossed(turn, legs, event);
    case 'call.replaced':
      return legsOf(
        legs.out && onReplaced(turn, 'out', legs.out, event),
        legs.in && onReplaced(turn, 'in', legs.in, event),
      );
    case 'call.legs.answered':
      return onLegsAnswered(turn, legs, event);
    case 'timer.fired':
      return onTimer(turn, legs, event.name, event.dueAt);
    default:
      return legs;
  }
}

/** One event of a call. Total: whatever the event and the state, it ends in commands or in nothing. */
export function stepCall(
  policy: TranslatorPolicy,
  session: CallSession | undefined,
  input: Input,
): { readonly session: CallSession | undefined; readonly commands: readonly Command[] } {
  const turn = new Turn(policy, session, input);
  const before = legsOf(session?.out, session?.in);
  const legs = handle(turn, before, input);
  watchParties(turn, before, legs);
  leaveReentry(turn, before, legs);
  tellBegun(turn, before, legs);
  const { commands, sequence, timers } = turn;
  if (legs.out === undefined && legs.in === undefined) return { session: undefined, commands };
  const isSame = legs.out === before.out && legs.in === before.in && timers === session?.timers;
  return {
    session: isSame && commands.length === 0 ? session : callOf(sequence, timers, legs, before),
    commands,
  };
}
