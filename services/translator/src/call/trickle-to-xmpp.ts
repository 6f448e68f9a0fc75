/**
 * INFO with candidates to the XMPP side: transport-info to who has the session, or kept until there is one.
 * RFC 8840 §4, XEP-0176 §5.6.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { jingleFromFragment } from '../media/sdp-fragment.ts';
import type { InLeg, OutLeg, RungResource } from './call-session.ts';
import type { LegAt } from './dialog-replies.ts';
import { jingleSet } from './jingle-stanza.ts';
import { towards } from './leg.ts';
import type { Turn } from './turn.ts';

/** More contents than are kept of what comes too early. */
const MAX_KEPT = 64;

const kept = (before: readonly XmlElement[] | undefined, added: readonly XmlElement[]) =>
  [...(before ?? []), ...added].slice(0, MAX_KEPT);

const tell = (turn: Turn, leg: OutLeg | InLeg, to: string, contents: readonly XmlElement[]): string =>
  jingleSet(turn, towards(leg, to), 'transport-info', contents);

function toRung(turn: Turn, leg: InLeg, contents: readonly XmlElement[]): InLeg {
  const rung = leg.rung.map((resource): RungResource => {
    if (!resource.isDelivered) return { ...resource, later: kept(resource.later, contents) };
    tell(turn, leg, resource.jid, contents);
    return resource;
  });
  const { proposed } = leg;
  if (proposed?.state !== 'open') return { ...leg, rung };
  return { ...leg, rung, proposed: { ...proposed, later: kept(proposed.later, contents) } };
}

/** Candidates of the SIP party. A body that is no fragment is left alone; a relay finds that party by itself. */
export function candidatesToXmpp(turn: Turn, at: LegAt, fragment: string): OutLeg | InLeg {
  if (at.leg.media === undefined || at.leg.isRelayed === true) return at.leg;
  const mapped = jingleFromFragment(fragment, at.leg.media);
  if (mapped === undefined || mapped.children.length === 0) return at.leg;
  const { children, media } = mapped;
  if (at.side === 'in') {
    const leg: InLeg = { ...at.leg, media };
    if (leg.state === 'ringing') return toRung(turn, leg, children);
    if (leg.bound !== undefined && leg.byeOnAck === undefined) tell(turn, leg, leg.bound, children);
    return leg;
  }
  const leg: OutLeg = { ...at.leg, media };
  if (leg.state !== 'active') return { ...leg, later: kept(leg.later, children) };
  tell(turn, leg, leg.user, children);
  return leg;
}

/** What came before the session-accept follows it. */
export function flushToCaller(turn: Turn, leg: OutLeg): OutLeg {
  const { later } = leg;
  if (later === undefined) return leg;
  tell(turn, leg, leg.user, later);
  return { ...leg, later: undefined };
}

/** What came before a resource had the session-initiate follows it. */
export function flushToRung(turn: Turn, leg: InLeg, resource: RungResource): RungResource {
  const { later } = resource;
  if (later === undefined) return resource;
  tell(turn, leg, resource.jid, later);
  return { ...resource, later: undefined };
}
