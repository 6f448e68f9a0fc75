/**
 * The NOTIFY that a watcher is owed: RFC 6665 §4.2.2, RFC 3856 §6.6, RFC 8048 §5.3, §6.2.
 */
import type { SipBody, SipHeaders } from '@stoxgate/contracts';
import { requestIn } from '../call/dialog-request.ts';
import { ownContact } from '../call/leg.ts';
import { languageOf, pidfOfUser } from './pidf-of-user.ts';
import { writePidf } from './pidf-write.ts';
import { PIDF } from './presence-event.ts';
import type { PresenceTurn } from './presence-turn.ts';
import { closedWhere, type ResourcePresence, withoutTold } from './resource-presence.ts';
import type { Watched } from './watched.ts';
import type { WatcherDialog } from './watcher-dialog.ts';

/** Past the 64*T1 of a transaction: then the edge that had it is gone. */
const GIVE_UP_MS = 40_000;
const OFFLINE: ResourcePresence = { resource: '', isOpen: false, priority: 0, statuses: [], version: 0 };

function stateOf(
  { now }: PresenceTurn,
  { authorization }: Watched,
  { end, expiresAt }: WatcherDialog,
): string {
  if (end !== undefined) return `terminated;reason=${end}`;
  const state = authorization === 'active' ? 'active' : 'pending';
  return `${state};expires=${Math.max(0, Math.ceil((expiresAt - now) / 1000))}`;
}

/** The resources to tell of, none: there is nothing to say. */
function toldOf(turn: PresenceTurn, half: Watched, one: WatcherDialog): readonly ResourcePresence[] {
  const { resources, authorization, version } = half;
  if (one.isFetch) return one.end === 'timeout' ? resources : [];
  if (authorization !== 'active') return [];
  if (one.end !== undefined) {
    if (one.end !== 'timeout') return [];
    return resources.length === 0 ? [OFFLINE] : closedWhere(resources, () => true, version);
  }
  if (!turn.policy.perResource || one.isOwed) return withoutTold(resources, one.told);
  const news = Math.min(...resources.filter((it) => it.version > one.told).map((it) => it.version));
  return resources.filter((it) => it.version === news);
}

/** The dialog once its NOTIFY is on the way. */
export function sendNotify(turn: PresenceTurn, half: Watched, one: WatcherDialog): WatcherDialog {
  const told = toldOf(turn, half, one);
  const isWhole = one.isOwed || one.end !== undefined || !turn.policy.perResource;
  const headers: SipHeaders = { event: [one.event], 'subscription-state': [stateOf(turn, half, one)] };
  let body: SipBody | undefined;
  if (told.length > 0) {
    const document = pidfOfUser(turn.policy, turn.user, told);
    const lang = languageOf(document);
    body = { contentType: PIDF, content: writePidf(document), encoding: 'utf8' };
    if (lang !== undefined) headers['content-language'] = [lang];
  }
  const { dialog, request } = requestIn(one.dialog, 'NOTIFY', headers);
  const contact = ownContact(dialog.localUri);
  const { edge, ...rest } = one;
  const branch = turn.request({ ...request, contact, ...(body && { body }) }, one.challenges, edge);
  const known = isWhole ? half.version : (told[0]?.version ?? 0);
  return {
    ...rest,
    dialog,
    isOwed: false,
    toldAt: body === undefined ? one.toldAt : turn.now,
    sent: {
      branch,
      version: body === undefined ? one.told : known,
      isLast: one.end !== undefined,
      ...(edge !== undefined && { edge }),
      challenges: one.challenges,
      until: turn.now + GIVE_UP_MS,
    },
  };
}
