/**
 * What waits for the relay, in which order, and how much of it. What the peer repeats, or can do without, gives way first; a request
 * always has its answer.
 */
import { deriveHex } from '@stoxgate/contracts';
import { tagOf } from '../call/dialog.ts';
import { responseTo } from '../call/sip-response.ts';
import type { LegCommand, Passing, RelayedLeg } from './relay-state.ts';

/** More messages than a leg has under way while a relay is asked. */
export const MAX_PASSING = 32;

const isOurResponse = (passing: Passing | undefined): boolean =>
  passing?.way === 'out' && passing.command.type === 'sip.response.send';

/**
 * The queue with a message in its place: behind the others, but for responses. Those are for requests that came before all
 * that still waits, and an offer must have its answer before the next one has its turn.
 */
export function queuedWith({ passing: queue, waiting }: RelayedLeg, passing: Passing): readonly Passing[] {
  if (!isOurResponse(passing)) return [...queue, passing];
  let place = waiting === undefined ? 0 : 1;
  while (isOurResponse(queue[place])) place++;
  return queue.toSpliced(place, 0, passing);
}

/** Requests and responses that say how a call goes on, not what else there is. */
function isVital({ event }: Extract<Passing, { way: 'in' }>): boolean {
  if (event.type === 'sip.request.received') return ['BYE', 'CANCEL', 'ACK'].includes(event.request.method);
  return event.type !== 'sip.response.received' || event.response.status >= 200;
}

/** What becomes of a message for which there is no place; undefined: it has one. */
export function refusedByQueue(
  leg: RelayedLeg,
  passing: Passing,
  seed: string,
): { readonly commands: readonly LegCommand[] } | undefined {
  const { length } = leg.passing;
  if (length < MAX_PASSING) return undefined;
  if (passing.way === 'out')
    return passing.command.type === 'media.request.send' ? { commands: [] } : undefined;
  if (passing.way !== 'in' || (isVital(passing) && length < 2 * MAX_PASSING)) return undefined;
  const { event, edge } = passing;
  if (event.type !== 'sip.request.received' || event.request.method === 'ACK') return { commands: [] };
  const { request } = event;
  const tag = tagOf(request.to) === '' ? deriveHex(seed, 8) : tagOf(request.to);
  const response = responseTo(request, 503, tag, { headers: { 'retry-after': ['3'] } });
  return { commands: [{ type: 'sip.response.send', edge, response }] };
}
