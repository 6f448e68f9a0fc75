/**
 * How a message goes on once the relay has answered for its description. RFC 3264 §5, §8.
 */
import { tagOf } from '../call/dialog.ts';
import { bundled, forSip, forXmpp, plainlyNamed, takesOf } from '../media/relayed-description.ts';
import { acceptedAgain } from './accepted-again.ts';
import { type Exchange, withSdp } from './exchange.ts';
import type { Passing, RelayedLeg, SipEvent } from './relay-state.ts';

export interface Onward {
  readonly leg: RelayedLeg;
  /** Goes on, with the relay's description. */
  readonly released?: Passing;
  /** For the core, in the place of a message of the SIP party. */
  readonly event?: SipEvent;
}

/** Whether an offer of ours is one in a dialog, and not another INVITE of the same call (RFC 3261 §22.2). */
const isReoffer = (
  passing: Passing,
): passing is Extract<Passing, { way: 'out' }> & { command: { type: 'sip.request.send' } } =>
  passing.way === 'out' &&
  passing.command.type === 'sip.request.send' &&
  tagOf(passing.command.request.to) !== '';

function withoutPlaceholder({ placeholderOf: _, ...leg }: RelayedLeg): RelayedLeg {
  return leg;
}

/** The leg whose oldest message, `first`, has the relay's answer, and what becomes of that message. */
export function onwardWith(
  before: RelayedLeg,
  first: Passing,
  exchange: Exchange,
  { relay, sdp }: { readonly relay: string; readonly sdp: string },
): Onward {
  const { from, kind, opens } = exchange;
  const { waiting: _, offer: __, ...rest } = before;
  const passing = before.passing.slice(1);
  const leg: RelayedLeg = {
    ...rest,
    relay,
    passing,
    ...(opens && { offer: opens }),
    described: { ...rest.described, [from]: exchange.sdp },
    takes: { ...rest.takes, [from]: takesOf(exchange.sdp) ?? rest.takes[from] },
  };
  if (first.way === 'again') {
    const event = acceptedAgain(first.command, forXmpp(sdp, rest.described.xmpp));
    return { leg: { ...leg, ackless: first.command.request.cseq }, event };
  }
  if (first.way === 'late') return { leg, released: withSdp({ ...first, way: 'in' }, undefined) };
  if (from === 'sip') {
    const { event } = first.way === 'in' ? first : { event: undefined };
    if (
      first.way === 'in' &&
      event?.type === 'sip.request.received' &&
      event.request.method === 'ACK' &&
      kind === 'offer'
    ) {
      const { eventId, edge } = first;
      const late: Passing = { way: 'late', event, eventId, edge };
      return { leg: { ...withoutPlaceholder(leg), passing: [late, ...passing] } };
    }
    const told = forXmpp(sdp, rest.described.xmpp);
    return { leg, released: withSdp(first, kind === 'answer' ? told : bundled(plainlyNamed(told))) };
  }
  const { sdp: told, sent } = forSip(sdp, exchange.sdp, rest.sent);
  const released = withSdp(first, told);
  if (rest.placeholderOf !== 'xmpp' || !isReoffer(first)) return { leg: { ...leg, sent }, released };
  const placed = withoutPlaceholder(leg);
  if (sent !== rest.sent) return { leg: { ...placed, sent }, released };
  return { leg: { ...placed, passing: [{ way: 'again', command: first.command }, ...passing] } };
}
