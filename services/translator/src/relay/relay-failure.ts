/**
 * What becomes of a message whose description no relay would take: the sides agree on nothing then.
 */
import { type Command, deriveHex, type Event } from '@stoxgate/contracts';
import { tagOf } from '../call/dialog.ts';
import { responseTo } from '../call/sip-response.ts';
import { withSdp } from './exchange.ts';
import type { Passing } from './relay-state.ts';

export interface RelayFailure {
  /** What the SIP party is told, in the place of the message or to refuse it. */
  readonly commands: readonly Command[];
  /** What the core is told. */
  readonly events: readonly Event[];
  /** The leg cannot go on. */
  readonly isCallOver: boolean;
}

/** "Server Internal Error": the request may be right, and another time or another gateway may do it. */
const FAILED = 500;

/** @param seed what a tag derives from, for a request outside a dialog. */
export function failureOf(passing: Passing, seed: string): RelayFailure {
  if (passing.way === 'late') return { commands: [], events: [passing.event], isCallOver: true };
  if (passing.way === 'again') return { commands: [], events: [], isCallOver: true };
  if (passing.way === 'in') {
    const { event } = passing;
    if (event.type === 'sip.request.received' && event.request.method !== 'ACK') {
      const { request } = event;
      const tag = tagOf(request.to) === '' ? deriveHex(seed, 8) : tagOf(request.to);
      const response = responseTo(request, FAILED, tag);
      return {
        commands: [{ type: 'sip.response.send', edge: passing.edge, response }],
        events: [],
        isCallOver: false,
      };
    }
    const bare = withSdp(passing, undefined);
    return { commands: [], events: bare.way === 'in' ? [bare.event] : [], isCallOver: true };
  }
  const { command } = passing;
  if (command.type === 'sip.request.send') {
    const { callId, method } = command.request;
    const event: Event = {
      type: 'sip.request.failed',
      branch: command.branch,
      callId,
      method,
      cause: 'media',
    };
    return { commands: [], events: [event], isCallOver: false };
  }
  if (command.type === 'media.request.send') return { commands: [], events: [], isCallOver: false };
  const { body: _, ...response } = command.response;
  const refusal = { ...response, status: FAILED, reason: 'Server Internal Error' };
  return { commands: [{ ...command, response: refusal }], events: [], isCallOver: true };
}
