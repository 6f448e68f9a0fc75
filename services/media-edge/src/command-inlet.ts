/**
 * Requests to media relays from the bus: any media edge takes a share of them.
 */
import type { Tracer } from '@opentelemetry/api';
import type { Bus, Consumer } from '@stoxgate/bus';
import {
  anyMediaEdgeSubject,
  type CommandEnvelope,
  type EdgeId,
  isCommandEnvelope,
} from '@stoxgate/contracts';
import { type Logger, sessionAttributes, startSpan } from '@stoxgate/runtime';
import type { CallQueues } from './call-queues.ts';
import { carryOut, type Equipment, type MediaCommand, type Outcome } from './carry-out.ts';
import { eventOf, publishEvent } from './event-outlet.ts';
import type { MediaMeter } from './media-meter.ts';

export interface CommandInletOptions {
  readonly bus: Pick<Bus, 'consume' | 'publish'>;
  readonly edgeId: EdgeId;
  readonly equipment: Equipment;
  readonly queues: CallQueues;
  readonly meter: MediaMeter;
  readonly tracer: Tracer;
  readonly log: Logger;
}

/** Commands in hand at a time: while a relay is silent each takes as long as it may. */
const MAX_IN_FLIGHT = 1024;
/** Deletes that wait for a silent relay and stay with the bus; the rest would be in the way of calls. */
const MAX_HELD = 256;

/**
 * Starts to carry out commands: those of a call one after another, calls at the same time. A delete that a relay has not heard is
 * settled when it has: when this process ends before, another tells the relay.
 */
export function openCommandInlet(options: CommandInletOptions): Promise<Consumer> {
  let held = 0;
  return options.bus.consume(
    { subject: anyMediaEdgeSubject(), durable: 'media-edge', maxInFlight: MAX_IN_FLIGHT },
    async (envelope) => {
      const { payload, key } = envelope;
      if (payload.type !== 'media.request.send' || !isCommandEnvelope(envelope)) {
        options.log.error({ key, type: payload.type }, 'a command that is not for this edge');
        return;
      }
      let forgotten: Promise<unknown> | undefined;
      await options.queues.run(payload.call, async () => {
        ({ forgotten } = await serve(options, envelope, payload));
      });
      if (forgotten === undefined || held >= MAX_HELD) return;
      held++;
      await forgotten;
      held--;
    },
  );
}

async function serve(
  { bus, edgeId, equipment, meter, tracer, log }: CommandInletOptions,
  envelope: CommandEnvelope,
  command: MediaCommand,
): Promise<Outcome> {
  const { kind } = command.request;
  const { key } = envelope;
  const span = startSpan(tracer, `media ${kind}`, envelope.trace, () => sessionAttributes(key), {
    about: envelope.id,
  });
  const startedAt = performance.now();
  const outcome = await carryOut(equipment, envelope.id, command);
  meter.asked(kind, outcome.result, performance.now() - startedAt, span.traceparent);
  tell(log, key, kind, outcome);
  const { relay, result, reason } = outcome;
  const error = result === 'ok' ? undefined : (reason ?? result);
  span.end(error, relay === undefined ? undefined : { 'media.relay': relay });
  const event = eventOf(envelope, command, outcome, edgeId, span.traceparent);
  if (event !== undefined) await publishEvent(bus, event);
  return outcome;
}

/** Never the description: it has the passwords of ICE and keys. That a relay is silent is told once, by the relay. */
function tell(log: Logger, key: string, kind: string, { relay, result, reason }: Outcome): void {
  const fields = { key, relay, kind, result, reason };
  if (result === 'refused' || result === 'unreadable') log.warn(fields, 'media relay did not do as asked');
  else log.debug(fields, 'media relay was asked');
}
