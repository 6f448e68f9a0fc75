/**
 * What became of an offer or an answer, as an event.
 */
import type { Bus } from '@stoxgate/bus';
import {
  brandKey,
  type CommandEnvelope,
  deriveHex,
  type EdgeId,
  type EventEnvelope,
  eventSubjectOf,
} from '@stoxgate/contracts';
import type { MediaCommand, Outcome } from './carry-out.ts';

/** The translator has given the call up by then. */
const PUBLISH_TIMEOUT_MS = 4000;

/** Event of an outcome; undefined where nobody waits for one. Its id derives from the command's, so the bus drops doubles. */
export function eventOf(
  command: CommandEnvelope,
  { call: _, exchange, request }: MediaCommand,
  outcome: Outcome,
  edge: EdgeId,
  trace: string | undefined,
): EventEnvelope | undefined {
  if (request.kind !== 'offer' && request.kind !== 'answer') return undefined;
  const { relay, result, sdp } = outcome;
  const head = {
    v: 1 as const,
    id: `media:${deriveHex(command.id, 16)}`,
    key: command.key,
    edge,
    at: Date.now(),
    ...(trace === undefined ? {} : { trace }),
  };
  if (result !== 'ok') return { ...head, payload: { type: 'media.request.failed', exchange, cause: result } };
  return {
    ...head,
    payload: { type: 'media.request.answered', exchange, relay: relay ?? '', sdp: sdp ?? '' },
  };
}

/** Rejects with `STOX_BUS_UNAVAILABLE` when the bus does not take it: the command comes again then. */
export const publishEvent = (bus: Pick<Bus, 'publish'>, event: EventEnvelope): Promise<void> =>
  bus.publish(eventSubjectOf(brandKey(event.key)), event, PUBLISH_TIMEOUT_MS);
