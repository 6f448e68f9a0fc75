/**
 * The core for one XMPP user: resources, and what its presence asks of SIP contacts. RFC 6121 §3, §4.
 */
import { bareJidOf, formatJid, parseJid } from '@stoxgate/addressing';
import { type Command, type EventOf, keyOfUser, type XmlElement } from '@stoxgate/contracts';
import { readStanzaError } from '@stoxgate/wire-xmpp';
import type { TranslatorPolicy } from '../policy.ts';
import type { Input, Step } from '../step.ts';
import { askCaps, capsDueAt, featuresOf, learnt } from './capabilities.ts';
import { afterReply, notShown } from './contact-facts.ts';
import { contactAnswers, probeAs, proberOf, shownAgain } from './contact-presence.ts';
import { callProposed, crossedBy } from './crossing-calls.ts';
import { handedOn } from './presence-handed-on.ts';
import { ringUntil, seekPending, withCall, withoutCalls } from './recent-calls.ts';
import { withoutReentry, withReentry } from './reentries.ts';
import { withAvailable, withUnavailable } from './resources.ts';
import { NOBODY, type Resource, type UserSession, type Waiting } from './user-session.ts';
import { GONE_TIMER, noteWatched, tellGone, unwatched, watched } from './watched-resources.ts';

const PROBE_TIMER = 'probe';
const SETTLE_TIMER = 'settle';
const FORGET_TIMER = 'forget';
/** What other resources of the user get to answer after the first. */
const SETTLE_MS = 100;
const MAX_WAITING = 256;
/** Presence older than this may have changed unseen (a link that was cut): the user is asked again. */
const KNOWLEDGE_MS = 3_600_000;

const bareJidOfKey = (key: string): string => key.slice('user:'.length);

/** A resource with what it can do, where that is known. */
function told(session: UserSession, resource: Resource) {
  const { fullJid, priority } = resource;
  const features = featuresOf(session, resource);
  return { fullJid, priority, ...(features === undefined ? {} : { features: [...features] }) };
}

/** The answer to one who waits. */
const answer = (input: Input, session: UserSession, replyTo: string, known: boolean): Command => ({
  type: 'session.notify',
  key: replyTo,
  event: {
    type: 'user.resources.answered',
    bareJid: bareJidOfKey(input.key),
    known,
    resources: known ? session.resources.map((resource) => told(session, resource)) : [],
  },
});

/** The answer to a call that came back once too often. */
const refusal = (input: Input, replyTo: string): Command => ({
  type: 'session.notify',
  key: replyTo,
  event: {
    type: 'user.resources.answered',
    bareJid: bareJidOfKey(input.key),
    known: false,
    resources: [],
    isTooMany: true,
  },
});

const isEmpty = ({ resources, waiting, watchers, contacts }: UserSession): boolean =>
  resources.length === 0 && waiting.length === 0 && watchers === undefined && contacts === undefined;

/** Ends the record when nothing is left in it. Calls that ring stay to be asked for by a device that comes back. */
function settled(session: UserSession, commands: readonly Command[], now: number): Step {
  if (!isEmpty(session)) return { session, commands };
  const until = ringUntil(session, now);
  if (until === undefined) return { session: undefined, commands };
  return { session, commands: [...commands, { type: 'timer.set', name: FORGET_TIMER, dueAt: until }] };
}

/** Answers `those` of the waiting; the timers go with the last. */
function answerWaiting(
  session: UserSession,
  input: Input,
  known: boolean,
  those: (waiting: Waiting) => boolean,
  before: readonly Command[] = [],
): Step {
  const told = session.waiting.filter(those);
  const waiting = session.waiting.filter((one) => !those(one));
  const commands = [...before, ...told.map(({ replyTo }) => answer(input, session, replyTo, known))];
  if (told.length > 0 && waiting.length === 0) {
    commands.push({ type: 'timer.clear', name: PROBE_TIMER }, { type: 'timer.clear', name: SETTLE_TIMER });
  }
  const next = { ...session, waiting, settleAt: waiting.length === 0 ? 0 : session.settleAt };
  // Told of nobody, those calls ring nobody.
  const rings = known && session.resources.length > 0;
  return settled(rings ? next : withoutCalls(next, told), commands, input.now);
}

/** All who wait are told, once the capabilities are there that are asked for, or overdue. */
function answerOrAwaitCaps(session: UserSession, input: Input): Step {
  const dueAt = capsDueAt(session, input.now);
  if (dueAt === 0) return answerWaiting(session, input, true, () => true);
  return {
    session: { ...session, settleAt: dueAt },
    commands: [{ type: 'timer.set', name: SETTLE_TIMER, dueAt }],
  };
}

/** A device answers what it can do. */
function iqAnswered(session: UserSession, input: Input, stanza: XmlElement): Step {
  const next = learnt(session, stanza);
  // Others may still answer a probe within the time that they get for it.
  const isAwaited = next.waiting.length > 0 && next.settleAt > input.now + SETTLE_MS;
  return isAwaited && next !== session && capsDueAt(next, input.now) === 0
    ? answerWaiting(next, input, true, () => true)
    : { session: next, commands: [] };
}

/** What a refusal or an error tells of the user: some errors say that nobody is there to see the contact. */
function replyOf(presence: XmlElement): 'unsubscribed' | 'gone' | 'nothing' {
  if (presence.attrs.type === 'unsubscribed') return 'unsubscribed';
  const { condition } = readStanzaError(presence);
  return condition === 'item-not-found' || condition === 'gone' ? 'gone' : 'nothing';
}

function presenceReceived(
  policy: TranslatorPolicy,
  known: UserSession | undefined,
  input: Input,
  event: EventOf<'xmpp.presence.received'>,
): Step {
  const { stanza, domain } = event;
  const { type, to = '' } = stanza.attrs;
  const from = parseJid(stanza.attrs.from ?? '');
  const unchanged: Step = { session: known, commands: [] };
  if (from === undefined || keyOfUser(bareJidOf(from)) !== input.key) return unchanged;
  const session = known ?? NOBODY;
  const isWaitedFor = session.waiting.length > 0;
  switch (type) {
    case undefined: {
      const fullJid = formatJid(from);
      const seen = withAvailable(session, fullJid, stanza, input.now);
      const asking = askCaps(seen, fullJid, stanza, input, domain);
      const noted = noteWatched(asking.session, input.now);
      const next = noted.session;
      const commands = [...asking.commands, ...noted.commands];
      if (!isWaitedFor || next.settleAt !== 0)
        return next === session ? unchanged : settled(next, commands, input.now);
      const settleAt = input.now + SETTLE_MS;
      const settle: Command = { type: 'timer.set', name: SETTLE_TIMER, dueAt: settleAt };
      return settled({ ...next, settleAt }, [...commands, settle], input.now);
    }
    case 'unavailable': {
      const noted = noteWatched(withUnavailable(session, formatJid(from)), input.now);
      const { session: next, commands } = noted;
      // Of the bare JID it is the answer to a probe: offline, and known to be.
      if (isWaitedFor && from.resource === undefined) {
        return answerWaiting(next, input, true, () => true, commands);
      }
      return next === session ? unchanged : settled(next, commands, input.now);
    }
    case 'unsubscribed':
    case 'error': {
      const next = afterReply(session, to, replyOf(stanza));
      if (!isWaitedFor || next.resources.length > 0)
        return next === session ? unchanged : settled(next, [], input.now);
      const asked = bareJidOf(to);
      return answerWaiting(next, input, false, ({ as }) => as === asked);
    }
    case 'subscribed': {
      const next = afterReply(session, to, 'subscribed');
      return next === session ? unchanged : settled(next, [], input.now);
    }
    default: {
      const answered = contactAnswers(policy, session, domain, stanza);
      return answered.session === session
        ? { session: known, commands: answered.commands }
        : settled(answered.session, answered.commands, input.now);
    }
  }
}

function resourcesRequested(
  policy: TranslatorPolicy,
  known: UserSession | undefined,
  input: Input,
  event: EventOf<'user.resources.requested'>,
): Step {
  const before = known ?? NOBODY;
  const admitted = event.isReentry === true ? withReentry(before, event.replyTo, input.now, policy) : before;
  if (admitted === undefined) return { session: known, commands: [refusal(input, event.replyTo)] };
  const from = bareJidOf(event.as);
  const call = { key: event.replyTo, ...(from && { from }) };
  const session = withCall(admitted, call, input.now, policy.ringTimeoutMs);
  const user = bareJidOfKey(input.key);
  const prober = proberOf(policy, user);
  const as = prober ?? from;
  const isRecent = prober === undefined && input.now - session.seenAt < KNOWLEDGE_MS;
  const isKnown = session.resources.length > 0 && isRecent;
  const isFull = session.waiting.length >= MAX_WAITING;
  const capsDue = capsDueAt(session, input.now);
  if (isKnown && (capsDue === 0 || isFull)) {
    return { session, commands: [answer(input, session, event.replyTo, true)] };
  }
  const probe = as === undefined ? undefined : probeAs(policy, as, user);
  if (isKnown && as !== undefined) {
    const waiting = [...session.waiting, { replyTo: event.replyTo, as, until: capsDue }];
    return answerOrAwaitCaps({ ...session, waiting }, input);
  }
  if (as === undefined || probe === undefined || isFull) {
    return { session: known, commands: [answer(input, session, event.replyTo, false)] };
  }
  const until = input.now + policy.probeTimeoutMs;
  const commands: Command[] = session.waiting.some((one) => one.as === as) ? [] : [probe];
  if (session.waiting.length === 0) commands.push({ type: 'timer.set', name: PROBE_TIMER, dueAt: until });
  // Only what answers now counts.
  const resources = session.waiting.length === 0 ? [] : session.resources;
  return {
    session: { ...session, resources, waiting: [...session.waiting, { replyTo: event.replyTo, as, until }] },
    commands,
  };
}

function timerFired(session: UserSession, input: Input, name: string): Step {
  if (name === GONE_TIMER) {
    const { session: next, commands } = tellGone(session, input.now);
    return settled(next, commands, input.now);
  }
  if (name === FORGET_TIMER) return settled(session, [], input.now);
  if (name === SETTLE_TIMER) return answerOrAwaitCaps(session, input);
  const isKnown = session.resources.length > 0;
  const step = answerWaiting(session, input, isKnown, ({ until }) => isKnown || until <= input.now);
  const next = session.waiting.find(({ until }) => until > input.now);
  if (next === undefined || isKnown) return step;
  return {
    ...step,
    commands: [...step.commands, { type: 'timer.set', name: PROBE_TIMER, dueAt: next.until }],
  };
}

/** Handles an event of a `user:` key. Total: what concerns no user changes nothing. */
export function stepUser(policy: TranslatorPolicy, session: UserSession | undefined, input: Input): Step {
  const { event } = input;
  switch (event.type) {
    case 'xmpp.presence.received': {
      const step = presenceReceived(policy, session, input, event);
      const onward = handedOn(policy, step.session as UserSession | undefined, event);
      return onward.length === 0 ? step : { ...step, commands: [...step.commands, ...onward] };
    }
    case 'presence.refused':
      return session === undefined
        ? { session, commands: [] }
        : settled(notShown(session, event.contact), [], input.now);
    case 'xmpp.link.opened':
      return session === undefined
        ? { session, commands: [] }
        : {
            // What presence came while the component was away is not known.
            session: session.seenAt === 0 ? session : { ...session, seenAt: 0 },
            commands: shownAgain(policy, session, event.domain, bareJidOfKey(input.key)),
          };
    case 'user.resources.requested': {
      const step = resourcesRequested(policy, session, input, event);
      const crossed = session === undefined ? [] : crossedBy(policy, session, input, event);
      return crossed.length === 0 ? step : { ...step, commands: [...step.commands, ...crossed] };
    }
    case 'user.call.proposed':
      return callProposed(policy, session, input, event);
    case 'xmpp.iq.answered':
      return session === undefined ? { session, commands: [] } : iqAnswered(session, input, event.stanza);
    case 'xmpp.iq.received':
      return seekPending(session, input, event);
    case 'user.reentry.ended':
      return { session: session && withoutReentry(session, event.replyTo), commands: [] };
    case 'user.resource.watched':
      // A call that is up rings no more.
      return session === undefined
        ? { session, commands: [] }
        : settled(watched(withoutCalls(session, [event]), event), [], input.now);
    case 'user.resource.unwatched':
      return session === undefined
        ? { session, commands: [] }
        : settled(unwatched(session, event), [], input.now);
    case 'timer.fired':
      return session === undefined
        ? { session: undefined, commands: [] }
        : timerFired(session, input, event.name);
    default:
      return { session, commands: [] };
  }
}
