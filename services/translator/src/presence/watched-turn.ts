/**
 * How a step on a watched user ends: watchers hear what they are owed, and the record stays as long as there is something
 * to remember.
 */
import { el } from '@stoxgate/wire-xmpp';
import { dialogEnded } from '../dialog/step-dialog.ts';
import { sendNotify } from './notify-request.ts';
import type { PresenceTurn } from './presence-turn.ts';
import { withoutTold } from './resource-presence.ts';
import type { Watched } from './watched.ts';
import type { WatcherDialog } from './watcher-dialog.ts';

/** How long an authorization is remembered that nobody makes use of: then the user's server is asked again. */
const KEPT_MS = 604_800_000;

/** Asks the user whether the contact may watch. */
export function asked(turn: PresenceTurn, half: Watched): Watched {
  const { contact, domain } = half;
  turn.say(domain, el('presence', { from: contact, to: turn.user, type: 'subscribe' }));
  return { ...half, authorization: 'pending', askedAt: turn.now };
}

/** Asks the user's server for the presence that is now. */
export function probed(turn: PresenceTurn, half: Watched): Watched {
  const { contact, domain } = half;
  turn.say(domain, el('presence', { from: contact, to: turn.user, type: 'probe' }));
  return { ...half, probedUntil: turn.now + turn.policy.probeTimeoutMs };
}

const isLiving = ({ end, isFetch }: WatcherDialog): boolean => end === undefined && !isFetch;

/**
 * RFC 8048 §5.3.3: the contact is unavailable to the user once nobody watches in its name. Not where the user sees it by a
 * subscription of its own, which knows better.
 */
function sayGone(turn: PresenceTurn, before: Watched, next: Watched): void {
  if (turn.isWatching || next.authorization !== 'active') return;
  const living = next.dialogs.filter(isLiving).map(({ contact }) => contact);
  const gone = before.dialogs.filter(isLiving).map(({ contact }) => contact);
  for (const contact of new Set(gone)) {
    if (living.includes(contact)) continue;
    turn.say(next.domain, el('presence', { from: contact, to: turn.user, type: 'unavailable' }));
  }
}

/** Whether the watcher is to hear of presence that it does not know. */
const hasNews = (half: Watched, { told }: WatcherDialog): boolean =>
  half.authorization === 'active' && half.resources.some(({ version }) => version > told);

/** When a dialog is owed a NOTIFY, ms since the epoch; infinite: it is not. */
function notifyAt(turn: PresenceTurn, half: Watched, one: WatcherDialog): number {
  if (one.sent !== undefined) return Number.POSITIVE_INFINITY;
  if (one.end !== undefined || one.isOwed) return turn.now;
  if (one.isFetch) return Math.max(half.probedUntil, turn.now);
  if (!hasNews(half, one)) return Number.POSITIVE_INFINITY;
  // What other resources answer to a probe is waited for, so that the first document has all of them.
  return one.told === 0
    ? Math.max(turn.now, half.probedUntil)
    : Math.max(turn.now, one.toldAt + turn.policy.notifyIntervalMs);
}

function notified(turn: PresenceTurn, half: Watched, one: WatcherDialog): WatcherDialog {
  if (notifyAt(turn, half, one) > turn.now) return one;
  return sendNotify(turn, half, one.isFetch && one.end === undefined ? { ...one, end: 'timeout' } : one);
}

function deadlineOf(turn: PresenceTurn, half: Watched, one: WatcherDialog): number {
  const next = Math.min(one.sent?.until ?? Number.POSITIVE_INFINITY, notifyAt(turn, half, one));
  return one.end === undefined && !one.isFetch ? Math.min(next, one.expiresAt) : next;
}

const callIdsOf = ({ dialogs }: Watched): ReadonlySet<string> =>
  new Set(dialogs.map(({ dialog }) => dialog.callId));

/** Nobody watches: the authorization alone is worth remembering. */
function withoutDialogs(turn: PresenceTurn, half: Watched): Watched | undefined {
  if (half.authorization !== 'active') return undefined;
  const keptUntil = half.keptUntil === 0 ? turn.now + KEPT_MS : half.keptUntil;
  if (keptUntil <= turn.now) return undefined;
  return { ...half, resources: [], version: 0, probedUntil: 0, keptUntil, dueAt: keptUntil };
}

/** The half after an event: `before` is what it was, `next` what the event made of it. */
export function settled(turn: PresenceTurn, before: Watched | undefined, next: Watched): Watched | undefined {
  if (before !== undefined) sayGone(turn, before, next);
  const half = { ...next, dialogs: next.dialogs.map((one) => notified(turn, next, one)) };
  const left = callIdsOf(half);
  for (const callId of before === undefined ? [] : callIdsOf(before)) {
    if (!left.has(callId)) turn.issue(dialogEnded(callId));
  }
  if (half.dialogs.length === 0) return withoutDialogs(turn, half);
  const told = Math.min(...half.dialogs.filter(isLiving).map((one) => one.told));
  const deadlines = half.dialogs.map((one) => deadlineOf(turn, half, one));
  if (half.probedUntil > 0) deadlines.push(half.probedUntil);
  const dueAt = Math.min(...deadlines);
  return {
    ...half,
    resources: withoutTold(half.resources, told),
    keptUntil: 0,
    dueAt: Number.isFinite(dueAt) ? dueAt : 0,
  };
}
