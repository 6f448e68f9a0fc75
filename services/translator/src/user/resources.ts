/**
 * Available resources from presence: RFC 6121 §4.
 */
import { resourceOf } from '@stoxgate/addressing';
import type { XmlElement } from '@stoxgate/contracts';
import { childOf, textOf } from '@stoxgate/wire-xmpp';
import { capsIn, withoutUnheard } from './capabilities.ts';
import type { UserSession } from './user-session.ts';

/** More devices than a person has; the oldest is forgotten first. */
const MAX_RESOURCES = 32;
/** How precisely `seenAt` is kept: a presence that tells nothing new within it costs no commit. */
const SEEN_PRECISION_MS = 300_000;

/** RFC 6121 §4.7.2.3: −128 to 127, none is 0. */
export function priorityOf(presence: XmlElement): number {
  const element = childOf(presence, 'priority');
  const text = element === undefined ? '' : textOf(element).trim();
  const priority = /^[+-]?\d{1,3}$/.test(text) ? Number(text) : 0;
  return Math.max(-128, Math.min(127, priority));
}

/** The session once `fullJid` is available; the same object when that is no news. */
export function withAvailable(
  session: UserSession,
  fullJid: string,
  presence: XmlElement,
  now: number,
): UserSession {
  if (resourceOf(fullJid) === undefined) return session;
  const priority = priorityOf(presence);
  const ver = capsIn(presence)?.ver;
  const known = session.resources.find((resource) => resource.fullJid === fullJid);
  const isRecent = now - session.seenAt < SEEN_PRECISION_MS;
  if (known?.priority === priority && known.ver === ver && isRecent) return session;
  const others = session.resources.filter((resource) => resource !== known);
  return {
    ...session,
    resources: [
      ...others.slice(1 - MAX_RESOURCES),
      { fullJid, priority, ...(ver === undefined ? {} : { ver }) },
    ],
    seenAt: isRecent ? session.seenAt : now,
  };
}

/** The session once `jid` is unavailable: one resource, or all of them when it is bare. */
export function withUnavailable(session: UserSession, jid: string): UserSession {
  const resources = jid.includes('/') ? session.resources.filter(({ fullJid }) => fullJid !== jid) : [];
  return resources.length === session.resources.length ? session : withoutUnheard({ ...session, resources });
}
