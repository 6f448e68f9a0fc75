/**
 * The way to an open session: creation, SASL, restart, resource, session. XEP-0206 §3–§6, RFC 6120 §6, §7.
 */
import type { ScramFinal, XmlElement } from '@stoxgate/contracts';
import { childOf, NS, readStanzaError, textOf } from '@stoxgate/wire-xmpp';
import { bindIq, createStart, emptyResponse, ordinaryStart, restartStart, sessionIq } from './bosh-body.ts';
import { nextRid, type RequestParts, send } from './bosh-requests.ts';
import { askedTerms, termsOf } from './bosh-terms.ts';
import { boshUrlOf, isUsableUrl } from './bosh-url.ts';
import { outcomeOfIq } from './incoming-stanzas.ts';
import type { BoshPhase, BoshSession } from './phone-session.ts';
import type { PhoneTurn } from './phone-turn.ts';
import { firstRid } from './rid.ts';
import { chosenMechanism, isPassingFailure } from './sasl-choice.ts';

/** How long one step may take. */
const PHASE_MS = 30_000;
const MAX_SID = 1024;
const MAX_CONFLICTS = 3;

const bindId = ({ conflicts }: BoshSession): string => `bind-${conflicts}`;
const SESSION_ID = 'session';

/** Begins a session: step 1. Without an address that the password may go to, the account is parked. */
export function create(turn: PhoneTurn): void {
  const { policy, session, now } = turn;
  const { account, lastRid } = session;
  const url = session.redirect ?? boshUrlOf(policy, account);
  if (!isUsableUrl(url, policy.allowPlain)) {
    turn.park('address');
    return;
  }
  turn.update({
    lastRid: firstRid(policy, lastRid, turn.derive(16)) - 1,
    isRenewing: undefined,
    bosh: {
      url,
      phase: 'creating',
      phaseUntil: 0,
      terms: askedTerms(policy),
      requests: [],
      resource: account.resource ?? policy.resource,
      conflicts: 0,
      owed: [],
      sentAt: now,
      pollAt: now,
    },
  });
  send(turn, { start: createStart(policy, nextRid(turn), account.domain), payload: '' });
}

function enter(turn: PhoneTurn, phase: BoshPhase, changes: Partial<BoshSession> = {}): void {
  turn.updateBosh({ phase, phaseUntil: phase === 'open' ? 0 : turn.now + PHASE_MS, ...changes });
}

/** Sends in a session that has its sid. */
function say(turn: PhoneTurn, sid: string, payload: RequestParts['payload'], proof?: ScramFinal): void {
  send(turn, { start: ordinaryStart(nextRid(turn), sid), payload, proof });
}

const featuresIn = (elements: readonly XmlElement[]): XmlElement | undefined =>
  elements.find(({ name, attrs }) => name === 'features' && attrs.xmlns === NS.STREAM);

/** The first answer: the session has its name and its terms. */
function created(turn: PhoneTurn, attrs: Readonly<Record<string, string>>): void {
  const { sid } = attrs;
  if (sid === undefined || sid === '' || sid.length > MAX_SID) turn.lost('later');
  else enter(turn, 'creating', { sid, terms: termsOf(turn.policy, attrs) });
}

/** Step 2: how to log in is known. */
function authenticate(turn: PhoneTurn, sid: string, features: XmlElement): void {
  const { username, secret } = turn.session.account;
  const mechanism = chosenMechanism(features, turn.policy.mechanisms);
  if (mechanism === undefined) {
    turn.park('mechanism');
  } else if (mechanism === 'PLAIN') {
    enter(turn, 'authenticating', { mechanism });
    say(turn, sid, { step: 'plain', username, secret });
  } else {
    const nonce = turn.derive(18);
    enter(turn, 'authenticating', { mechanism, nonce });
    say(turn, sid, { step: 'scram-first', mechanism, username, nonce });
  }
}

/** A server that has its last word in a challenge, not in its success, gets an empty response to it (RFC 6120 §6.4.5). */
function lastWord(
  turn: PhoneTurn,
  bosh: BoshSession,
  sid: string,
  isServerProven: boolean | undefined,
): void {
  if (isServerProven === false) {
    turn.park('unproven');
  } else if (isServerProven === undefined || bosh.isProven === true) {
    turn.lost('later');
  } else {
    enter(turn, 'authenticating', { isProven: true });
    say(turn, sid, emptyResponse());
  }
}

function challenged(turn: PhoneTurn, bosh: BoshSession, sid: string, challenge: string): void {
  const { mechanism, nonce } = bosh;
  if (mechanism === undefined || mechanism === 'PLAIN' || nonce === undefined) {
    turn.lost('later');
    return;
  }
  const { username, secret } = turn.session.account;
  const parts = { mechanism, username, nonce, challenge, secret };
  const final: ScramFinal = { step: 'scram-final', ...parts };
  enter(turn, 'authenticating', { proof: final });
  say(turn, sid, final);
}

/** Step 3, or what keeps from it. A server that knows the password can prove it: another one has what we sent, and no more. */
function authenticated(
  turn: PhoneTurn,
  bosh: BoshSession,
  sid: string,
  elements: readonly XmlElement[],
  isServerProven: boolean | undefined,
): void {
  const answer = elements.find(({ attrs }) => attrs.xmlns === NS.SASL);
  switch (answer?.name) {
    case 'challenge':
      if (bosh.proof === undefined) challenged(turn, bosh, sid, textOf(answer).trim());
      else lastWord(turn, bosh, sid, isServerProven);
      break;
    case 'failure':
      if (isPassingFailure(answer)) turn.lost('later');
      else turn.park('credentials');
      break;
    case 'success':
      if (bosh.mechanism === 'PLAIN' || bosh.isProven === true || isServerProven === true) restart(turn, sid);
      else turn.park('unproven');
      break;
  }
}

function restart(turn: PhoneTurn, sid: string): void {
  enter(turn, 'restarting', { nonce: undefined, proof: undefined, isProven: undefined });
  send(turn, { start: restartStart(nextRid(turn), sid, turn.session.account.domain), payload: '' });
}

/** Step 4. */
function bind(turn: PhoneTurn, bosh: BoshSession, sid: string, features: XmlElement): void {
  if (childOf(features, 'bind', NS.BIND) === undefined) {
    turn.lost('later');
    return;
  }
  const session = childOf(features, 'session', NS.SESSION);
  const needsSession = session !== undefined && childOf(session, 'optional') === undefined;
  enter(turn, 'binding', { needsSession });
  say(turn, sid, bindIq(bindId(bosh), bosh.resource));
}

/** The resource is there, or another one is asked for: who has it may be another phone of the same user. */
function bound(turn: PhoneTurn, bosh: BoshSession, sid: string, outcome: XmlElement): void {
  if (outcome.attrs.type === 'result') {
    if (bosh.needsSession === true) {
      enter(turn, 'starting');
      say(turn, sid, sessionIq(SESSION_ID));
    } else {
      opened(turn);
    }
    return;
  }
  if (readStanzaError(outcome).condition !== 'conflict' || bosh.conflicts >= MAX_CONFLICTS) {
    turn.lost('later');
    return;
  }
  const { account } = turn.session;
  const resource = `${account.resource ?? turn.policy.resource}-${turn.derive(3)}`;
  const next = { ...bosh, resource, conflicts: bosh.conflicts + 1 };
  enter(turn, 'binding', next);
  say(turn, sid, bindIq(bindId(next), resource));
}

function opened(turn: PhoneTurn): void {
  enter(turn, 'open', { openedAt: turn.now });
  turn.update({ redirects: 0, presenceId: turn.session.presenceId ?? turn.derive(6) });
}

/** What an answer brings a session that is not open yet on its way. Nothing: the next empty request will. */
export function advance(
  turn: PhoneTurn,
  attrs: Readonly<Record<string, string>>,
  elements: readonly XmlElement[],
  isServerProven: boolean | undefined,
): void {
  if (turn.session.bosh?.sid === undefined) created(turn, attrs);
  const { bosh } = turn.session;
  if (bosh?.sid === undefined) return;
  const { sid } = bosh;
  const features = featuresIn(elements);
  switch (bosh.phase) {
    case 'creating':
      if (features !== undefined) authenticate(turn, sid, features);
      break;
    case 'authenticating':
      authenticated(turn, bosh, sid, elements, isServerProven);
      break;
    case 'restarting':
      if (features !== undefined) bind(turn, bosh, sid, features);
      break;
    case 'binding': {
      const outcome = outcomeOfIq(elements, bindId(bosh));
      if (outcome !== undefined) bound(turn, bosh, sid, outcome);
      break;
    }
    case 'starting': {
      const outcome = outcomeOfIq(elements, SESSION_ID);
      if (outcome?.attrs.type === 'result') opened(turn);
      else if (outcome !== undefined) turn.lost('later');
      break;
    }
    case 'open':
    case 'ending':
      break;
  }
}
