/**
 * Commands from the bus to the endpoint: sessions to be from the share that any edge may take, all else for this edge; and
 * those for edges that are gone, whose sessions nobody knows any more, which is told.
 */
import type { Tracer } from '@opentelemetry/api';
import type { Bus, Consumer } from '@stoxgate/bus';
import {
  anyMsrpEdgeSubject,
  brandKey,
  type EdgeId,
  type Envelope,
  MSRP_EDGE_SUBJECTS,
  msrpEdgeSubject,
  type SessionKey,
} from '@stoxgate/contracts';
import { Adoption, type Logger, sessionAttributes, startSpan } from '@stoxgate/runtime';
import type { MsrpEndpoint } from './endpoint/endpoint.ts';

/** What a session belongs to. */
export interface Origin {
  readonly key: SessionKey;
  /** `traceparent` of the command. */
  readonly trace: string | undefined;
}

export interface CommandInletOptions {
  readonly bus: Pick<Bus, 'consume' | 'deserted'>;
  readonly edgeId: EdgeId;
  readonly endpoint: MsrpEndpoint<Origin>;
  readonly tracer: Tracer;
  readonly log: Logger;
}

export interface CommandInlet {
  /** Takes no new sessions. */
  drain(timeoutMs: number): Promise<void>;
  stop(timeoutMs: number): Promise<void>;
}

/** Commands in hand at a time. None of them waits for the network. */
const MAX_IN_FLIGHT = 64;
const DURABLE = 'msrp-edge';

/** Starts to carry out commands. */
export async function openCommandInlet(options: CommandInletOptions): Promise<CommandInlet> {
  const { bus, edgeId, log } = options;
  const handler = async (envelope: Envelope): Promise<void> => carryOut(options, envelope);
  const consume = (subject: ReturnType<typeof anyMsrpEdgeSubject>, durable: string): Promise<Consumer> =>
    bus.consume({ subject, durable, maxInFlight: MAX_IN_FLIGHT }, handler);
  const own = await consume(msrpEdgeSubject(edgeId), `${DURABLE}.${edgeId}`);
  const any = await consume(anyMsrpEdgeSubject(), DURABLE);
  const adoption = new Adoption({
    bus,
    subjects: MSRP_EDGE_SUBJECTS,
    durables: `${DURABLE}.`,
    maxInFlight: MAX_IN_FLIGHT,
    handler,
    log,
  });
  return {
    drain: (timeoutMs) => any.stop(timeoutMs),
    stop: async (timeoutMs) => {
      await Promise.all([any, own, adoption].map((each) => each.stop(timeoutMs)));
    },
  };
}

function carryOut({ endpoint, tracer, log }: CommandInletOptions, envelope: Envelope): void {
  const { payload } = envelope;
  const key = brandKey(envelope.key);
  const span = startSpan(tracer, payload.type, envelope.trace, () => sessionAttributes(key), {
    about: envelope.id,
  });
  const origin = { key, trace: span.traceparent };
  switch (payload.type) {
    case 'msrp.session.open':
      endpoint.open(origin, payload);
      break;
    case 'msrp.session.connect':
      endpoint.connect(origin, payload);
      break;
    case 'msrp.session.close':
      endpoint.end(payload);
      break;
    case 'msrp.message.send':
      endpoint.send(origin, payload);
      break;
    case 'msrp.report.send':
      endpoint.report(payload);
      break;
    default:
      log.error({ key, type: payload.type }, 'a command that is not for this edge');
  }
  span.end();
}
