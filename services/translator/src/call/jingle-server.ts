/**
 * Jingle requests of an XMPP user: to which leg they belong, and what the rest gets. XEP-0166 §7, §10; XEP-0167 §6.
 * Every IQ gets exactly one result or error.
 */
import { utf8Length } from '@stoxgate/addressing';
import { isEcho, type XmlElement } from '@stoxgate/contracts';
import { elementsOf } from '@stoxgate/wire-xmpp';
import type { InLeg, Legs, OutLeg } from './call-session.ts';
import { answersEarlyMedia } from './early-media.ts';
import { EXISTING_SESSION, joinExisting } from './existing-session.ts';
import { gatherMore } from './gather.ts';
import { onCalleeTerminate } from './in-leg.ts';
import { initiate } from './invite-client.ts';
import { onAccept, onRefuse } from './invite-server-answer.ts';
import { type JingleRequest, readJingle, receivedIq } from './jingle.ts';
import { onChange, withLaterCandidates } from './jingle-changes.ts';
import { acknowledge, type Refusal, refuse } from './jingle-stanza.ts';
import { isSameBare } from './leg.ts';
import { isOfSipParty } from './loop.ts';
import { nextWish } from './offer-client.ts';
import { onCallerTerminate, onRepeatedInitiate } from './out-leg.ts';
import { initiateProposed, isAwaited, refuseUnawaited } from './proposed-session.ts';
import { sendRinging } from './ringing-server.ts';
import { onSessionInfo } from './session-info.ts';
import { keepInfo, trickle } from './trickle-to-sip.ts';
import type { Turn } from './turn.ts';

const MAX_SID_BYTES = 255;

/** Actions that may be acknowledged and left without effect on the SIP side. */
const HARMLESS: ReadonlySet<string> = new Set(['transport-info', 'description-info', 'security-info']);
/** Answers to a transport-replace of ours. */
const REPLIES: ReadonlySet<string> = new Set(['transport-accept', 'transport-reject']);
/** Answers to what we never ask. */
const UNASKED: ReadonlySet<string> = new Set(['content-accept', 'content-reject']);
/** Changes of a session in progress. */
const CHANGES: ReadonlySet<string> = new Set([
  'content-add',
  'content-modify',
  'content-remove',
  'transport-replace',
  'source-add',
  'source-remove',
  'source-update',
]);

/** session-info: ringing and the empty ping are fine, other payloads are not known (XEP-0166 §7.2.11). */
function refusalOfInfo(jingle: XmlElement): Refusal | undefined {
  const payloads = elementsOf(jingle);
  return payloads.every(({ name }) => name === 'ringing') ? undefined : 'unsupported-info';
}

/** What an action that ends or starts nothing gets: undefined is a result. */
function refusalOf({ action, jingle }: JingleRequest): Refusal | undefined {
  if (action === 'session-info') return refusalOfInfo(jingle);
  // No payload of security-info is known (XEP-0166 §7.2.9).
  if (action === 'security-info' && elementsOf(jingle).length > 0) return 'unsupported-info';
  if (HARMLESS.has(action) || REPLIES.has(action)) return undefined;
  if (action === 'session-accept' || UNASKED.has(action)) return 'out-of-order';
  return CHANGES.has(action) ? 'out-of-order' : 'bad-request';
}

function answerOther(turn: Turn, request: JingleRequest): void {
  const refusal = refusalOf(request);
  if (refusal === undefined) acknowledge(turn, request.iq);
  else refuse(turn, request.iq, refusal);
}

const isOfCaller = (leg: OutLeg, { iq, sid }: JingleRequest): boolean =>
  leg.state !== 'cancelling' &&
  leg.state !== 'ended' &&
  sid === leg.sid &&
  iq.from === leg.user &&
  isSameBare(iq.to, leg.contact);

/** Before the answer any rung resource may speak, afterwards only the one that accepted. */
const isOfCallee = (leg: InLeg, { iq, sid }: JingleRequest): boolean =>
  leg.state !== 'ended' &&
  sid === leg.sid &&
  leg.byeOnAck === undefined &&
  isSameBare(iq.to, leg.contact) &&
  (leg.bound === undefined ? leg.rung.some(({ jid }) => jid === iq.from) : leg.bound === iq.from);

/** session-initiate with a sid that some leg already has, or a new one. */
function onInitiate(turn: Turn, legs: Legs, request: JingleRequest): Legs {
  const { iq } = request;
  if (isEcho(request.sid)) {
    refuse(turn, iq, 'bad-request');
    return legs;
  }
  if (legs.out !== undefined && isAwaited(legs.out, request)) {
    const out = initiateProposed(turn, legs.out, request);
    return { ...legs, out };
  }
  if (legs.out !== undefined) {
    if (!refuseUnawaited(turn, legs.out, request)) onRepeatedInitiate(turn, legs.out, request);
    return legs;
  }
  const { in: leg } = legs;
  if (leg !== undefined && leg.state !== 'ended') {
    const isSamePair = isSameBare(iq.from, leg.user) && isSameBare(iq.to, leg.contact);
    const other = isSamePair ? 'out-of-order' : 'conflict';
    refuse(turn, iq, isOfSipParty(turn, request) ? 'not-acceptable' : other);
    return legs;
  }
  const out = initiate(turn, request);
  return out === undefined ? legs : { ...legs, out };
}

function onCallerRequest(turn: Turn, leg: OutLeg, request: JingleRequest): OutLeg {
  const informed = onSessionInfo(turn, leg, request);
  if (informed !== undefined) return informed;
  if (request.action === 'session-terminate') return onCallerTerminate(turn, leg, request);
  if (answersEarlyMedia(leg, request)) {
    acknowledge(turn, request.iq);
    return leg;
  }
  const isGathered = leg.state === 'gathering' && request.action === 'transport-info';
  const changed = isGathered ? undefined : onChange(turn, 'out', leg, request);
  if (changed !== undefined) return changed;
  if (request.action === 'transport-info') {
    acknowledge(turn, request.iq);
    return leg.state === 'gathering'
      ? gatherMore(turn, leg, request)
      : nextWish(turn, 'out', trickle(turn, withLaterCandidates(turn, leg, request), request));
  }
  answerOther(turn, request);
  return leg;
}

/** "My phone rings": the caller is told with the first (XEP-0167 §6). */
const isRinging = ({ action, jingle }: JingleRequest): boolean =>
  action === 'session-info' && elementsOf(jingle).some(({ name }) => name === 'ringing');

function onCalleeRequest(turn: Turn, leg: InLeg, request: JingleRequest): InLeg {
  const informed = onSessionInfo(turn, leg, request);
  if (informed !== undefined) return informed;
  if (request.action === 'session-accept') return onAccept(turn, leg, request);
  if (request.action === 'session-terminate') {
    return leg.bound === undefined ? onRefuse(turn, leg, request) : onCalleeTerminate(turn, leg, request);
  }
  const changed = leg.bound === undefined ? undefined : onChange(turn, 'in', leg, request);
  if (changed !== undefined) return changed;
  if (request.action === 'transport-info') {
    acknowledge(turn, request.iq);
    return leg.bound === undefined
      ? keepInfo(leg, request)
      : nextWish(turn, 'in', trickle(turn, withLaterCandidates(turn, leg, request), request));
  }
  answerOther(turn, request);
  return isRinging(request) ? sendRinging(turn, leg) : leg;
}

/** An IQ-set or -get of an XMPP user with the key of this call. */
export function onJingle(turn: Turn, legs: Legs, domain: string, stanza: XmlElement): Legs {
  const received = receivedIq(domain, stanza);
  if (received === undefined) return legs;
  const { iq, inner } = received;
  const request = readJingle(iq, inner);
  if (request === 'foreign') {
    refuse(turn, iq, 'service-unavailable');
  } else if (request === 'malformed' || utf8Length(request.sid) > MAX_SID_BYTES) {
    refuse(turn, iq, 'bad-request');
  } else if (iq.type === 'get' && request.action === EXISTING_SESSION) {
    return joinExisting(turn, legs, request);
  } else if (iq.type === 'get') {
    refuse(turn, iq, 'item-not-found');
  } else if (request.action === 'session-initiate') {
    return onInitiate(turn, legs, request);
  } else if (legs.out !== undefined && isOfCaller(legs.out, request)) {
    return { ...legs, out: onCallerRequest(turn, legs.out, request) };
  } else if (legs.in !== undefined && isOfCallee(legs.in, request)) {
    return { ...legs, in: onCalleeRequest(turn, legs.in, request) };
  } else {
    refuse(turn, iq, 'unknown-session');
  }
  return legs;
}
