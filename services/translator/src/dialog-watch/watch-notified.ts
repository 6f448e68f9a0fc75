/**
 * NOTIFY about a phone's dialogs: RFC 4235 §3.7, §3.9, §4.3.
 */
import { aorOfSipUri } from '@stoxgate/addressing';
import type { SipRequest } from '@stoxgate/contracts';
import { tagOf } from '../call/dialog.ts';
import { mediaType } from '../call/multipart.ts';
import { DIALOG_EVENT, DIALOG_INFO, type DialogInfo, readDialogInfo } from '../published/dialog-info.ts';
import { afterEnd, heardIn, isOfDialog, readNotify } from '../subscription/subscription-notify.ts';
import type { SubscriptionState } from '../subscription/subscription-state.ts';
import { NOTIFY_MS, shortenedUntil } from '../subscription/subscription-times.ts';
import { isLeaving, type WatchedDialogs } from './dialog-watch.ts';
import type { DialogsTurn } from './dialogs-turn.ts';
import { tell } from './tell-calls.ts';
import { again, later, refresh, refused, settle } from './watch-subscription.ts';

/** A person's devices; one more is not listened to. */
const MAX_FORKS = 8;
/** What is kept of a device. */
const MAX_UP = 32;

const endOfWanted = (turn: DialogsTurn, one: WatchedDialogs): number => turn.now + turn.wantedS(one) * 1000;

/**
 * The subscription of a device that a SUBSCRIBE of ours reached too: each that answers it in time has a dialog of its own, and
 * "subscribers to this package MUST be prepared" for that (RFC 4235 §3.9).
 */
function forkOf(turn: DialogsTurn, request: SipRequest): WatchedDialogs | undefined {
  const { subscriptions } = turn.watch;
  const { callId } = request;
  const others = subscriptions.filter(({ dialog }) => dialog.callId === callId);
  const first = others.find(
    (one) =>
      !isLeaving(one) && one.dialog.localTag === tagOf(request.to) && turn.now - one.begunAt < NOTIFY_MS,
  );
  if (first === undefined || others.length >= MAX_FORKS) return undefined;
  const { remoteCseq: _, ...dialog } = first.dialog;
  const { begunAt, minExpiresS } = first;
  return {
    dialog: { ...dialog, remoteTag: '', remoteTarget: dialog.remoteUri, routeSet: [] },
    begunAt,
    expiresAt: endOfWanted(turn, first),
    ...(minExpiresS !== undefined && { minExpiresS }),
    phase: { name: 'awaiting', purpose: 'begin', until: begunAt + NOTIFY_MS },
  };
}

/** The dialogs that are up by a document, after those before it. */
function upAfter(up: readonly string[], { isFull, dialogs }: DialogInfo): readonly string[] {
  const told = new Set(dialogs.map(({ id }) => id));
  const kept = isFull ? [] : up.filter((id) => !told.has(id));
  return [...kept, ...dialogs.flatMap(({ id, isUp }) => (isUp ? [id] : []))].slice(-MAX_UP);
}

const isAbout = ({ entity }: DialogInfo, aor: string): boolean =>
  aorOfSipUri(entity.replace(/^(?:sips|pres):/i, 'sip:')) === aor.replace(/^sips:/, 'sip:');

/** Reads a document, unless it is none, about others, or older than what is known; that changes nothing. */
function newsIn(turn: DialogsTurn, one: WatchedDialogs, { body }: SipRequest): DialogInfo | undefined {
  if (body?.encoding !== 'utf8' || mediaType(body.contentType) !== DIALOG_INFO) return undefined;
  const info = readDialogInfo(body.content);
  if (info === undefined || !isAbout(info, turn.aor)) return undefined;
  const isOld = info.version !== undefined && one.version !== undefined && info.version < one.version;
  return isOld ? undefined : info;
}

/** Whether documents are missing between what is known and this one, so that all has to be told again (RFC 4235 §4.3). */
function isGap({ up, version }: WatchedDialogs, info: DialogInfo): boolean {
  if (info.isFull) return false;
  if (up === undefined) return true;
  return version !== undefined && info.version !== undefined && info.version > version + 1;
}

function ended(turn: DialogsTurn, one: WatchedDialogs, state: SubscriptionState): void {
  switch (afterEnd(state)) {
    case 'never':
    case 'frozen':
      refused(turn, one, state.reason ?? '');
      break;
    case 'later':
      later(turn, one, state.retryAfterMs);
      break;
    case 'now':
      again(turn, one);
      break;
  }
}

function applied(
  turn: DialogsTurn,
  before: WatchedDialogs,
  request: SipRequest,
  state: SubscriptionState,
): void {
  const isOver = state.state === 'terminated';
  const heard = heardIn(before, request);
  if (isLeaving(before)) {
    if (isOver) turn.drop(before);
    else turn.put(heard, before);
    return;
  }
  const info = isOver || state.state === 'active' ? newsIn(turn, before, request) : undefined;
  const next: WatchedDialogs = {
    ...heard,
    expiresAt: shortenedUntil(turn, heard, state) ?? (heard.expiresAt || endOfWanted(turn, heard)),
    ...(info?.version !== undefined && { version: info.version }),
    ...(info && { up: upAfter(before.up ?? [], info) }),
  };
  turn.put(next, before);
  if (isOver) {
    // The last word of it, which would be gone with it.
    tell(turn);
    ended(turn, next, state);
    return;
  }
  // What is asked already will be answered by all that there is.
  if (next.phase.name === 'asking') return;
  if (info !== undefined && isGap(before, info)) refresh(turn, next);
  else if (next.phase.name === 'awaiting' || next.expiresAt !== before.expiresAt) settle(turn, next);
}

/** Answers a NOTIFY, and does what it says. */
export function watchNotified(turn: DialogsTurn, edge: string, request: SipRequest): void {
  const known = turn.watch.subscriptions;
  const one =
    known.find(
      ({ dialog }) => dialog.callId === request.callId && dialog.remoteTag === tagOf(request.from),
    ) ??
    known.find((subscription) => isOfDialog(subscription, request)) ??
    forkOf(turn, request);
  const read = readNotify(one, request, DIALOG_EVENT);
  if (!read.ok || one === undefined) {
    const { status = 481, headers = {} } = read.ok ? {} : read;
    turn.respond(edge, request, status, turn.derive(8), { headers });
    return;
  }
  turn.respond(edge, request, 200, '');
  applied(turn, one, request, read.state);
}
