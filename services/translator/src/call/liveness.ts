/**
 * Whether the XMPP party of a call that is up is still there: its presence, and its answers to IQs of ours. When it is
 * gone, the SIP party is told after some seconds in which it may come back. XEP-0166 §7.4.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { readStanzaError, type StanzaCondition } from '@stoxgate/wire-xmpp';
import { watchCommand } from '../user/watched-resources.ts';
import type { InLeg, Legs, OutLeg } from './call-session.ts';
import { endCall } from './end-call.ts';
import { type Side, TIMERS } from './leg.ts';
import type { OwnEnd } from './reasons.ts';
import type { Turn } from './turn.ts';

/** How long the party may take to come back after an IQ that did not reach it. */
const RETURN_MS = 10_000;
const END: OwnEnd = 'xmpp-gone';

const GONE: ReadonlySet<StanzaCondition> = new Set([
  'item-not-found',
  'service-unavailable',
  'recipient-unavailable',
  'remote-server-not-found',
  'remote-server-timeout',
]);

/** Full JID of the XMPP party, while the call is up. */
function partyOf(leg: OutLeg | InLeg | undefined): string | undefined {
  if (leg === undefined) return undefined;
  if (!('rung' in leg)) return leg.state === 'active' ? leg.user : undefined;
  const isUp = leg.state === 'accepted' || leg.state === 'active';
  return isUp && leg.byeOnAck === undefined ? leg.bound : undefined;
}

const isPartyOf = (legs: Legs, jid: string): boolean => partyOf(legs.out) === jid || partyOf(legs.in) === jid;

type Watch = 'user.resource.watched' | 'user.resource.unwatched';

/** Tells the record of the party of `leg` unless it is a party of `others` too. */
function tellOfParty(turn: Turn, type: Watch, leg: OutLeg | InLeg | undefined, others: Legs): void {
  const jid = partyOf(leg);
  if (jid === undefined || isPartyOf(others, jid)) return;
  const command = watchCommand(type, turn.input.key, jid);
  if (command !== undefined) turn.issue(command);
}

/** Has the presence of those watched with whom the call is up now, and no longer of those with whom it was. */
export function watchParties(turn: Turn, before: Legs, after: Legs): void {
  tellOfParty(turn, 'user.resource.watched', after.out, before);
  tellOfParty(turn, 'user.resource.watched', after.in, before);
  tellOfParty(turn, 'user.resource.unwatched', before.out, after);
  tellOfParty(turn, 'user.resource.unwatched', before.in, after);
}

/** The party is gone: nobody is left to tell. */
const endGone = <AnyLeg extends OutLeg | InLeg>(turn: Turn, side: Side, leg: AnyLeg): AnyLeg =>
  endCall(turn, side, leg, END, true);

/** The presence of a party says that it is gone. */
export function onResourceGone(turn: Turn, legs: Legs, fullJid: string): Legs {
  const { out, in: from } = legs;
  if (out !== undefined && partyOf(out) === fullJid) return { ...legs, out: endGone(turn, 'out', out) };
  if (from !== undefined && partyOf(from) === fullJid) return { ...legs, in: endGone(turn, 'in', from) };
  return legs;
}

/** An answer of the party to an IQ of ours: an error that says that it is not there starts the clock, a result stops it. */
export function noteAnswer<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  side: Side,
  leg: AnyLeg,
  stanza: XmlElement,
): void {
  const name = TIMERS[side].gone;
  if (partyOf(leg) === undefined) return;
  if (stanza.attrs.type === 'result') turn.clearTimer(name);
  else if (turn.timers[name] === undefined && GONE.has(readStanzaError(stanza).condition))
    turn.setTimer(name, RETURN_MS);
}

/** The clock ran out. */
export const onGoneTimer = <AnyLeg extends OutLeg | InLeg>(turn: Turn, side: Side, leg: AnyLeg): AnyLeg =>
  partyOf(leg) === undefined ? leg : endGone(turn, side, leg);
