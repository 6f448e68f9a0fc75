/**
 * How much may wait behind a relay that is silent. What the peer repeats, or can do without, gives way first; a request
 * always has its answer.
 */
import { deriveHex } from '@stoxgate/contracts';
import { tagOf } from '../call/dialog.ts';
import { responseTo } from '../call/sip-response.ts';
import type { LegCommand, Passing, RelayedLeg } from './relay-state.ts';

/** More messages than a leg has under way while a relay is asked. */
export const MAX_PASSING = 32;

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
