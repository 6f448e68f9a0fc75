/**
 * What is remembered of a leg whose media go through a relay: plain data, bounded.
 */
import type { CommandOf, EventOf, MediaEnd, MediaProfile } from '@stoxgate/contracts';
import type { CallSession } from '../call/call-session.ts';
import type { Side } from '../call/leg.ts';

/** What goes to the SIP party of a leg, or to its relay. */
export type LegCommand =
  | CommandOf<'sip.request.send'>
  | CommandOf<'sip.response.send'>
  | CommandOf<'media.request.send'>;
export type SipEvent =
  | EventOf<'sip.request.received'>
  | EventOf<'sip.response.received'>
  | EventOf<'sip.request.failed'>
  | EventOf<'sip.ack.timed-out'>;

/** A SIP message on its way through the relay: inwards, as the event that it came as; or outwards. */
export type Passing =
  | {
      readonly way: 'in';
      readonly event: SipEvent;
      /** Of the event when it came, so that what derives from it is as if it came now. */
      readonly eventId: string;
      readonly edge: string;
    }
  | { readonly way: 'out'; readonly command: LegCommand }
  /** An offer that is for the SIP party what it has answered before: the same answer is for this one. */
  | { readonly way: 'again'; readonly command: CommandOf<'sip.request.send'> }
  /** An ACK whose answer the relay has got as the offer that it missed: the client's answer is for this one too. */
  | {
      readonly way: 'late';
      readonly event: EventOf<'sip.request.received'>;
      readonly eventId: string;
      readonly edge: string;
    };

/** An offer without its answer: whose it is, and the request that its answer belongs to. */
export interface OpenOffer {
  readonly from: MediaEnd;
  readonly method: string;
  readonly cseq: number;
  /** Of a request of ours. */
  readonly branch?: string;
}

export interface RelayedLeg {
  /** Name of the call at the relay. */
  readonly call: string;
  /** The relay that has the call; known from its first answer. */
  readonly relay?: string;
  /** Some relay was asked, and may know the call. */
  readonly isAsked?: true;
  /** The exchange that waits for the relay, for the first of `passing`. */
  readonly waiting?: string;
  /** Messages in their order. Only the first can be at the relay; the others wait behind it. */
  readonly passing: readonly Passing[];
  readonly offer?: OpenOffer;
  /** What each end takes, by its own last description. */
  readonly takes: { readonly xmpp: MediaProfile; readonly sip: MediaProfile };
  /** Last description of each end, as it came. */
  readonly described: { readonly xmpp?: string; readonly sip?: string };
  /** SDP of provisional responses by To tag: the answer, should that dialog be confirmed without one. */
  readonly early: Readonly<Record<string, string>>;
  /** The last description sent to the SIP party without its `o=` line, and the version there. */
  readonly sent?: { readonly text: string; readonly version: number };
  /** The offer of the INVITE stands in for that of this end, which has not made one yet. */
  readonly placeholderOf?: MediaEnd;
  /** CSeq of an offer that was answered here: its ACK goes nowhere. */
  readonly ackless?: number;
}

export type RelayedLegs = Readonly<Partial<Record<Side, RelayedLeg>>>;

/** A call, and what goes through a relay of it. */
export interface RelayedCall extends CallSession {
  readonly relayed?: RelayedLegs;
}

/** More early dialogs than a fork has that anybody listens to. */
export const MAX_EARLY = 16;

export const relayedLeg = (call: string, placeholderOf?: MediaEnd): RelayedLeg => ({
  call,
  ...(placeholderOf && { placeholderOf }),
  passing: [],
  takes: { xmpp: 'webrtc', sip: 'rtp' },
  described: {},
  early: {},
});

export function withoutOffer({ offer: _, ...leg }: RelayedLeg): RelayedLeg {
  return leg;
}
