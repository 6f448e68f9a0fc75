/**
 * Changes of the XMPP party that came to nothing on the SIP side. Jingle has no word for some of them, so they are counted
 * in the leg, for metrics and logs. RFC 3261 §14.1.
 */
import { elementsOf } from '@stoxgate/wire-xmpp';
import { isMediaInfo } from '../media/reoffer-from-jingle.ts';
import type { InLeg, OutLeg } from './call-session.ts';
import type { Wish } from './negotiation.ts';

/** How often a change of each kind failed. The kinds are Jingle actions, and the payloads of session-info. */
export type ChangesFailed = Readonly<Record<string, number>>;

/** What a change is counted as: from a closed list, whatever the client sent. */
function kindOf({ action, jingle }: Wish): string {
  if (action !== 'session-info') return action;
  return elementsOf(jingle).find(({ name }) => isMediaInfo(name))?.name ?? action;
}

/** The leg after a change that failed. */
export function noteFailed<AnyLeg extends OutLeg | InLeg>(leg: AnyLeg, wish: Wish): AnyLeg {
  const { changesFailed = {} } = leg;
  const kind = kindOf(wish);
  return { ...leg, changesFailed: { ...changesFailed, [kind]: (changesFailed[kind] ?? 0) + 1 } };
}
