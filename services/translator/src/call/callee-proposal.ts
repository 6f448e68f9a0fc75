/**
 * A call from SIP that is proposed to the callee's devices by message, and taken back. XEP-0353 §3.1, §3.3, §3.7.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { childOf, el, elementsOf, NS } from '@stoxgate/wire-xmpp';
import type { InLeg } from './call-session.ts';
import { reasonElement, sayOfCall } from './jingle-message.ts';
import { terminate } from './jingle-stanza.ts';
import { towards } from './leg.ts';
import type { JingleReason, SentReason } from './reasons.ts';
import type { Turn } from './turn.ts';

/** open: devices may ring. taken: one of them proceeded. over: no device is to come. */
export interface CalleeProposal {
  readonly state: 'open' | 'taken' | 'over';
  /** Bare JID, or the one device that is meant. */
  readonly to: string;
  /** Id of the message. */
  readonly id: string;
  /** Full JID of the device that proceeded. */
  readonly by?: string;
  /** Contents of a transport-info to follow the session-initiate. */
  readonly later?: readonly XmlElement[];
}

/** `audio`, `video`: those of the session-initiate to come, or a client takes it for another call. */
const mediaOf = (offered: readonly XmlElement[]): readonly string[] => [
  ...new Set(
    elementsOf({ name: 'jingle', attrs: {}, children: [...offered] })
      .filter(({ name }) => name === 'content')
      .flatMap((content) => childOf(content, 'description', NS.JINGLE_RTP)?.attrs.media ?? []),
  ),
];

/** Proposes the call; undefined: it has no media that could be named. */
export function propose(
  turn: Turn,
  leg: InLeg,
  to: string,
  offered: readonly XmlElement[],
): CalleeProposal | undefined {
  const media = mediaOf(offered);
  if (media.length === 0) return undefined;
  const descriptions = media.map((medium) => el('description', { xmlns: NS.JINGLE_RTP, media: medium }));
  return { state: 'open', to, id: sayOfCall(turn, towards(leg, to), 'propose', ...descriptions) };
}

/** Takes an open proposal back: devices stop ringing. */
export function retract(turn: Turn, leg: InLeg, { condition }: SentReason): void {
  if (leg.proposed?.state !== 'open') return;
  const reason = reasonElement(condition === 'timeout' ? 'timeout' : 'cancel');
  sayOfCall(turn, towards(leg, leg.proposed.to), 'retract', reason);
}

/** Tells the device that proceeded that its call is over; nothing to others. */
export function finish(turn: Turn, leg: InLeg, jid: string, condition: JingleReason): void {
  if (leg.proposed?.by === jid) sayOfCall(turn, towards(leg, jid), 'finish', reasonElement(condition));
}

/** Ends the session of a device, in the words of both its session and its proposal. */
export function endSession(turn: Turn, leg: InLeg, jid: string, reason: SentReason): void {
  terminate(turn, towards(leg, jid), reason);
  finish(turn, leg, jid, reason.condition);
}

/** The leg whose proposal no device may take any more. */
export const withProposalOver = (leg: InLeg): InLeg =>
  leg.proposed?.state === 'open' ? { ...leg, proposed: { ...leg.proposed, state: 'over' } } : leg;

/** Whether no device rings or may ring any more. */
export const isNobodyLeft = ({ rung, proposed }: InLeg): boolean =>
  rung.length === 0 && proposed?.state !== 'open';
