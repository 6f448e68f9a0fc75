/**
 * SUBSCRIBE of a watcher: outside a dialog, to refresh one, to end one. RFC 6665 §4.2.1, RFC 8048 §5.3, §7.2.
 */
import { contactOfSip, userOfRequest } from '@stoxgate/addressing';
import type { SipRequest } from '@stoxgate/contracts';
import { dialogOfRequest, isOutOfOrder, tagOf } from '../call/dialog.ts';
import { ownContact } from '../call/leg.ts';
import { dialogEnded, dialogOpened } from '../dialog/step-dialog.ts';
import { PRESENCE_EVENT } from './presence-event.ts';
import type { PresenceTurn } from './presence-turn.ts';
import { mayAsk, type Refused, subscriptionGranted } from './subscribe-checks.ts';
import type { Watched } from './watched.ts';
import { asked, probed, settled } from './watched-turn.ts';
import { dialogOfRequestIn, MAX_DIALOGS, type WatcherDialog, withDialog } from './watcher-dialog.ts';

/** How often a user is asked who does not answer: a request may have been lost. */
const ASKED_AGAIN_MS = 3_600_000;
const GR = /;gr=([^;?>]*)/i;

const seconds = (ms: number): string => String(Math.floor(ms / 1000));

type Half = Watched | undefined;

/** Asks for what is missing: an authorization, or presence. */
function inquired(turn: PresenceTurn, half: Watched): Watched {
  if (half.authorization === 'active') {
    return half.resources.length > 0 || half.probedUntil > turn.now ? half : probed(turn, half);
  }
  const isAsked = half.authorization === 'pending' && turn.now - half.askedAt < ASKED_AGAIN_MS;
  return isAsked ? half : asked(turn, half);
}

/** The contact that the watcher is to the user, or why there is none. */
function watcherOf(
  turn: PresenceTurn,
  request: SipRequest,
): { readonly ok: true; readonly jid: string; readonly bareJid: string; readonly domain: string } | Refused {
  const { addresses } = turn.policy;
  if (!mayAsk(turn.policy, request.from.uri)) return { ok: false, status: 403 };
  const target = request.contacts[0]?.uri;
  const user = userOfRequest(addresses, request.requestUri, request.to.uri);
  const contact = contactOfSip(addresses, request.from.uri, GR.exec(target ?? '')?.[1]);
  if (target === undefined || !user.ok || !contact.ok) return { ok: false, status: 400 };
  // A Call-ID is for one dialog and its forks: no other watcher comes by it to this one's authorization.
  if (user.bareJid !== turn.user || contact.aor !== turn.aor) return { ok: false, status: 400 };
  return contact;
}

function opened(turn: PresenceTurn, half: Half, edge: string, request: SipRequest): Half {
  const localTag = turn.derive(8);
  const refuse = ({ status, headers = {} }: Omit<Refused, 'ok'>): Half => {
    turn.respond(edge, request, status, localTag, { headers });
    const isKept = half?.dialogs.some(({ dialog }) => dialog.callId === request.callId) === true;
    if (!isKept) turn.issue(dialogEnded(request.callId));
    return half;
  };
  const watcher = watcherOf(turn, request);
  if (!watcher.ok) return refuse(watcher);
  const granted = subscriptionGranted(turn.policy, request);
  if (!granted.ok) return refuse(granted);
  // The same watcher again, whom our answer did not reach.
  const others = (half?.dialogs ?? []).filter(
    ({ dialog }) => dialog.callId !== request.callId || dialog.remoteTag !== tagOf(request.from),
  );
  if (others.length >= MAX_DIALOGS) return refuse({ status: 500, headers: { 'retry-after': ['60'] } });
  const { expiresMs } = granted;
  turn.respond(edge, request, 200, localTag, {
    contact: ownContact(request.to.uri),
    headers: { expires: [seconds(expiresMs)] },
  });
  turn.issue(dialogOpened(request.callId, turn.input.key));
  const isFetch = expiresMs === 0;
  const one: WatcherDialog = {
    dialog: dialogOfRequest(request, localTag),
    event: request.headers.event?.[0] ?? PRESENCE_EVENT,
    contact: watcher.jid,
    expiresAt: turn.now + expiresMs,
    isFetch,
    isOwed: !isFetch,
    edge,
    challenges: [],
    told: 0,
    toldAt: 0,
  };
  const before: Watched = half ?? {
    contact: watcher.bareJid,
    domain: watcher.domain,
    authorization: 'none',
    askedAt: 0,
    dialogs: [],
    resources: [],
    version: 0,
    probedUntil: 0,
    keptUntil: 0,
    dueAt: 0,
  };
  const next = { ...before, dialogs: [...others, one] };
  if (!isFetch) return settled(turn, before, inquired(turn, next));
  const isKnown = before.authorization === 'active' && before.resources.length > 0;
  return settled(turn, before, isKnown || before.probedUntil > turn.now ? next : probed(turn, next));
}

function refreshed(turn: PresenceTurn, half: Half, edge: string, request: SipRequest): Half {
  const one = half && dialogOfRequestIn(half.dialogs, request);
  if (half === undefined || one === undefined || one.end !== undefined || one.isFetch) {
    turn.respond(edge, request, 481, '');
    return half;
  }
  if (isOutOfOrder(one.dialog, request)) {
    turn.respond(edge, request, 500, '');
    return half;
  }
  const remoteCseq = request.cseq.number;
  const granted = subscriptionGranted(turn.policy, request);
  if (!granted.ok) {
    turn.respond(edge, request, granted.status, '', { headers: granted.headers ?? {} });
    const dialog = { ...one.dialog, remoteCseq };
    return { ...half, dialogs: withDialog(half.dialogs, one, { ...one, dialog }) };
  }
  const { expiresMs } = granted;
  turn.respond(edge, request, 200, '', {
    contact: ownContact(one.dialog.localUri),
    headers: { expires: [seconds(expiresMs)] },
  });
  // SUBSCRIBE is a target refresh request (RFC 6665 §4.4.1).
  const remoteTarget = request.contacts[0]?.uri ?? one.dialog.remoteTarget;
  const next: WatcherDialog = {
    ...one,
    dialog: { ...one.dialog, remoteCseq, remoteTarget },
    expiresAt: turn.now + expiresMs,
    edge,
    ...(expiresMs === 0 ? { end: 'timeout' } : { isOwed: true }),
  };
  const dialogs = withDialog(half.dialogs, one, next);
  return settled(turn, half, expiresMs === 0 ? { ...half, dialogs } : inquired(turn, { ...half, dialogs }));
}

/** A SUBSCRIBE, outside a dialog or in one of this half. */
export const watchedSubscribed = (turn: PresenceTurn, half: Half, edge: string, request: SipRequest): Half =>
  (tagOf(request.to) === '' ? opened : refreshed)(turn, half, edge, request);
