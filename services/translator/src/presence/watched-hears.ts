/**
 * What the user answers to a watcher, and its presence: RFC 8048 §5.3.1, §6.2, RFC 6121 §3.1, §4.
 */
import type { EventOf, XmlElement } from '@stoxgate/contracts';
import { readStanzaError } from '@stoxgate/wire-xmpp';
import type { PresenceTurn } from './presence-turn.ts';
import { afterPresence } from './resource-presence.ts';
import type { Watched } from './watched.ts';
import { probed, settled } from './watched-turn.ts';
import { type EndReason, overWhere } from './watcher-dialog.ts';

/** What other resources of the user get to answer a probe after the first. */
const SETTLE_MS = 100;

/** Why a subscription is over whose request to the user came back. */
const REASONS: Readonly<Record<string, EndReason>> = {
  'item-not-found': 'noresource',
  'remote-server-not-found': 'noresource',
  'service-unavailable': 'rejected',
};

const ended = (turn: PresenceTurn, half: Watched, reason: EndReason): Watched | undefined =>
  settled(turn, half, {
    ...half,
    authorization: 'none',
    probedUntil: 0,
    resources: [],
    version: 0,
    dialogs: overWhere(half.dialogs, () => true, reason),
  });

function accepted(turn: PresenceTurn, half: Watched): Watched | undefined {
  if (half.authorization === 'active') return half;
  const dialogs = half.dialogs.map((one) =>
    one.end === undefined && !one.isFetch ? { ...one, isOwed: true } : one,
  );
  const next: Watched = { ...half, authorization: 'active', dialogs };
  const isKnown = next.resources.length > 0 || next.probedUntil > turn.now;
  return settled(turn, half, isKnown || dialogs.length === 0 ? next : probed(turn, next));
}

/** Presence counts only of somebody who lets itself be watched, or whose server answers a probe. */
function told(turn: PresenceTurn, half: Watched, presence: XmlElement): Watched | undefined {
  const isAwaited = half.probedUntil > turn.now;
  if (half.dialogs.length === 0 || (half.authorization !== 'active' && !isAwaited)) return half;
  const version = half.version + 1;
  const resources = afterPresence(half.resources, presence, version);
  if (resources === half.resources) return half;
  const isNews = resources.some((one) => one.version === version);
  const probedUntil = isAwaited ? Math.min(half.probedUntil, turn.now + SETTLE_MS) : half.probedUntil;
  return settled(turn, half, { ...half, resources, probedUntil, version: isNews ? version : half.version });
}

function failed(turn: PresenceTurn, half: Watched, presence: XmlElement): Watched | undefined {
  const { condition } = readStanzaError(presence);
  if (half.authorization === 'pending') return ended(turn, half, REASONS[condition] ?? 'giveup');
  if (half.dialogs.length === 0) return half;
  const gone = {
    ...presence,
    attrs: { ...presence.attrs, from: turn.user, type: 'unavailable' },
    children: [],
  };
  const version = half.version + 1;
  const resources = half.authorization === 'active' ? afterPresence(half.resources, gone, version) : [];
  return settled(turn, half, { ...half, resources, version, probedUntil: 0 });
}

/** Presence of the user towards the contact. */
export function watchedHears(
  turn: PresenceTurn,
  half: Watched | undefined,
  { stanza }: EventOf<'presence.stanza.received'>,
): Watched | undefined {
  if (half === undefined) return half;
  switch (stanza.attrs.type) {
    case undefined:
    case 'unavailable':
      return told(turn, half, stanza);
    case 'subscribed':
      return accepted(turn, half);
    case 'unsubscribed':
      return ended(turn, half, 'rejected');
    case 'error':
      return failed(turn, half, stanza);
    default:
      return half;
  }
}
