/**
 * Records of calls in one layout: all properties in their place, those that are not given undefined. V8 then copies a record
 * in 30 ns and reads it in a few; `{ ...leg, added: value }` of one without the property gives the copy a hidden class of
 * its own, which takes 1 to 3 µs, and as long again wherever it is read.
 */
import type { CallSession, InLeg, Legs, OutLeg } from './call/call-session.ts';

/** Every property, also the optional ones. */
type LaidOut<Shape> = { readonly [Key in keyof Required<Shape>]: Shape[Key] };

const outLeg = (leg: OutLeg): LaidOut<OutLeg> => ({
  state: leg.state,
  domain: leg.domain,
  sid: leg.sid,
  user: leg.user,
  contact: leg.contact,
  localTag: leg.localTag,
  initiateIqId: leg.initiateIqId,
  invite: leg.invite,
  hasProvisional: leg.hasProvisional,
  hasRung: leg.hasRung,
  early: leg.early,
  strayTags: leg.strayTags,
  dialog: leg.dialog,
  media: leg.media,
  bye: leg.bye,
  end: leg.end,
  negotiation: leg.negotiation,
  wishes: leg.wishes,
  changesFailed: leg.changesFailed,
  asking: leg.asking,
  errands: leg.errands,
  sessionTimer: leg.sessionTimer,
  minSeMs: leg.minSeMs,
  refreshing: leg.refreshing,
  takesUpdate: leg.takesUpdate,
  trickle: leg.trickle,
  referring: leg.referring,
  referred: leg.referred,
  isRelayed: leg.isRelayed,
  isRelayBroken: leg.isRelayBroken,
  replacing: leg.replacing,
  proposal: leg.proposal,
  isPlaceholder: leg.isPlaceholder,
  earlyMediaOffered: leg.earlyMediaOffered,
  redirection: leg.redirection,
  gathering: leg.gathering,
  later: leg.later,
  cancelReason: leg.cancelReason,
  acceptIqId: leg.acceptIqId,
  ringingIqId: leg.ringingIqId,
});

const inLeg = (leg: InLeg): LaidOut<InLeg> => ({
  state: leg.state,
  domain: leg.domain,
  sid: leg.sid,
  user: leg.user,
  resource: leg.resource,
  contact: leg.contact,
  localTag: leg.localTag,
  invite: leg.invite,
  edge: leg.edge,
  expires: leg.expires,
  isReentry: leg.isReentry,
  rung: leg.rung,
  dialog: leg.dialog,
  media: leg.media,
  bye: leg.bye,
  end: leg.end,
  negotiation: leg.negotiation,
  wishes: leg.wishes,
  changesFailed: leg.changesFailed,
  asking: leg.asking,
  errands: leg.errands,
  sessionTimer: leg.sessionTimer,
  minSeMs: leg.minSeMs,
  refreshing: leg.refreshing,
  takesUpdate: leg.takesUpdate,
  trickle: leg.trickle,
  referring: leg.referring,
  referred: leg.referred,
  isRelayed: leg.isRelayed,
  isRelayBroken: leg.isRelayBroken,
  replacing: leg.replacing,
  proposed: leg.proposed,
  offered: leg.offered,
  hasRung: leg.hasRung,
  reliable: leg.reliable,
  isOfferOurs: leg.isOfferOurs,
  refusal: leg.refusal,
  bound: leg.bound,
  byeOnAck: leg.byeOnAck,
});

/** The legs of a call that are there. */
export const legsOf = (out: OutLeg | undefined, from: InLeg | undefined): Legs => ({ out, in: from });

/** The record of a call whose legs were `before`: those that are others now are laid out. */
export const callOf = (
  sequence: number,
  timers: CallSession['timers'],
  legs: Legs,
  before: Legs,
): CallSession => ({
  kind: 'call',
  sequence,
  timers,
  out: legs.out === before.out ? legs.out : legs.out && outLeg(legs.out),
  in: legs.in === before.in ? legs.in : legs.in && inLeg(legs.in),
});
