/**
 * The XMPP party of a leg: its full JID, its Jingle role, what our SDP says of it.
 */
import type { XmlElement } from '@stoxgate/contracts';
import type { SdpContext } from '../media/media-state.ts';
import type { JingleChange } from '../media/reoffer-remote.ts';
import type { InLeg, OutLeg } from './call-session.ts';
import { jingleSet } from './jingle-stanza.ts';
import { sdpContext, towards } from './leg.ts';
import type { Turn } from './turn.ts';

export const isIn = (leg: OutLeg | InLeg): leg is InLeg => 'rung' in leg;

/** Full JID of who has the call. */
export const partyOf = (leg: OutLeg | InLeg): string => (isIn(leg) ? (leg.bound ?? leg.user) : leg.user);

export const contextOf = (turn: Turn, leg: OutLeg | InLeg): SdpContext =>
  sdpContext(turn, leg, isIn(leg) ? 'responder' : 'initiator');

/** Sends a Jingle action to the XMPP party; returns the id of the IQ. */
export const tell = (
  turn: Turn,
  leg: OutLeg | InLeg,
  action: string,
  children: readonly XmlElement[],
): string => jingleSet(turn, towards(leg, partyOf(leg)), action, children);

/** Sends actions in their order; returns the ids of the IQs. */
export const tellAll = (turn: Turn, leg: OutLeg | InLeg, changes: readonly JingleChange[]): string[] =>
  changes.map(({ action, children }) => tell(turn, leg, action, children));
