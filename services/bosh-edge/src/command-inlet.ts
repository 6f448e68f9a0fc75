/**
 * Requests and connections to be, from the bus: any BOSH edge takes a share of them. One is in hand until its answer is on the bus, so that another
 * edge sends it again, the same bytes, should this one die.
 */
import type { Tracer } from '@opentelemetry/api';
import type { Bus, Consumer } from '@stoxgate/bus';
import {
  anyBoshEdgeSubject,
  brandKey,
  type CommandEnvelope,
  deriveHex,
  type EdgeId,
  eventSubjectOf,
  isCommandEnvelope,
} from '@stoxgate/contracts';
import { type Logger, sessionAttributes, startSpan } from '@stoxgate/runtime';
import { type BoshCommand, type BoshEvent, carryOut, type Equipment } from './carry-out.ts';
import type { Connections } from './client/connections.ts';
import { carryOutConnection } from './connection-inlet.ts';
import { type EdgeMeter, resultOf } from './edge-meter.ts';
import type { Sealer } from './sealing.ts';

export interface CommandInletOptions {
  readonly bus: Pick<Bus, 'consume' | 'publish'>;
  readonly edgeId: EdgeId;
  readonly equipment: Equipment;
  readonly sealer: Pick<Sealer, 'open'>;
  readonly connections: Connections;
  readonly meter: EdgeMeter;
  readonly tracer: Tracer;
  readonly log: Logger;
}

/** Requests in hand at a time: most wait for something to happen. */
const MAX_IN_FLIGHT = 20_000;
const PUBLISH_TIMEOUT_MS = 4000;

/** Starts to carry out commands, all of them at the same time. */
export const openCommandInlet = (options: CommandInletOptions): Promise<Consumer> =>
  options.bus.consume(
    { subject: anyBoshEdgeSubject(), durable: 'bosh-edge', maxInFlight: MAX_IN_FLIGHT },
    async (envelope) => {
      const { payload, key } = envelope;
      if (payload.type === 'bosh.request.send' && isCommandEnvelope(envelope)) {
        await serve(options, envelope, payload);
      } else if (!(await carryOutConnection(options.connections, envelope))) {
        options.log.error({ key, type: payload.type }, 'a command that is not for this edge');
      }
    },
  );

async function serve(
  { bus, edgeId, equipment, sealer, meter, tracer, log }: CommandInletOptions,
  envelope: CommandEnvelope,
  command: BoshCommand,
): Promise<void> {
  const key = brandKey(envelope.key);
  const { rid, attempt } = command;
  const attributes = () => ({ ...sessionAttributes(key), 'bosh.rid': rid });
  const span = startSpan(tracer, 'bosh request', envelope.trace, attributes, { about: envelope.id });
  const startedAt = performance.now();
  const event = await carryOut(equipment, command, (secret) => sealer.open(key, secret));
  if (event === undefined) {
    span.end('aborted');
    return;
  }
  meter.asked(event, performance.now() - startedAt, span.traceparent);
  const result = resultOf(event);
  log.debug({ key, rid, attempt, result }, 'BOSH');
  if (event.type === 'bosh.request.failed' && (event.cause === 'tls' || event.cause === 'secret')) {
    log.warn({ key, url: command.url, result }, SENTENCES[event.cause]);
  }
  span.end(result === 'ok' ? undefined : result);
  // One request follows the other for as long as a phone is shown: each answer is a trace of its own.
  const answer = startSpan(tracer, 'bosh answer', undefined, attributes, { cause: span.traceparent });
  await bus.publish(
    eventSubjectOf(key),
    envelopeOf(envelope, event, edgeId, answer.traceparent),
    PUBLISH_TIMEOUT_MS,
  );
  answer.end();
}

const SENTENCES = {
  tls: 'the certificate of the connection manager is not trusted: see phones.ca_file',
  secret: 'the password of a phone cannot be opened or used: see phones.key, or import the account again',
} as const;

/** The id derives from the command's, so that the answer to one that was carried out twice counts once. */
const envelopeOf = (
  command: CommandEnvelope,
  payload: BoshEvent,
  edge: EdgeId,
  trace: string | undefined,
) => ({
  v: 1 as const,
  id: `bosh:${deriveHex(command.id, 16)}`,
  key: command.key,
  edge,
  at: Date.now(),
  ...(trace === undefined ? {} : { trace }),
  payload,
});
