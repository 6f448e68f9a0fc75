/**
 * Commands from the bus to the stack: those for this edge, and a share of those that any edge may carry out.
 */
import type { Tracer } from '@opentelemetry/api';
import type { Bus, Consumer } from '@stoxgate/bus';
import { anySipEdgeSubject, brandKey, type EdgeId, type Envelope, sipEdgeSubject } from '@stoxgate/contracts';
import { type Logger, startSpan } from '@stoxgate/runtime';
import type { SipStack } from '@stoxgate/sip-stack';
import type { Origin } from './edge-user.ts';

export interface CommandInletOptions {
  readonly bus: Pick<Bus, 'consume'>;
  readonly edgeId: EdgeId;
  readonly stack: SipStack<Origin>;
  readonly tracer: Tracer;
  readonly log: Logger;
}

/** Commands in hand at a time. They wait for name resolution and connections, not for responses. */
const MAX_IN_FLIGHT = 256;

/** Starts to carry out commands. A command that comes twice is one request or response on the wire. */
export async function openCommandInlet(options: CommandInletOptions): Promise<readonly Consumer[]> {
  const { bus, edgeId } = options;
  const handler = (envelope: Envelope): Promise<void> => carryOut(options, envelope);
  return Promise.all([
    bus.consume({ subject: anySipEdgeSubject(), durable: 'sip-edge', maxInFlight: MAX_IN_FLIGHT }, handler),
    bus.consume(
      { subject: sipEdgeSubject(edgeId), durable: `sip-edge.${edgeId}`, maxInFlight: MAX_IN_FLIGHT },
      handler,
    ),
  ]);
}

async function carryOut({ stack, tracer, log }: CommandInletOptions, envelope: Envelope): Promise<void> {
  const { payload, key: keyText, trace } = envelope;
  const key = brandKey(keyText);
  if (payload.type !== 'sip.request.send' && payload.type !== 'sip.response.send') {
    log.error({ key, type: payload.type }, 'a command that is not for this edge');
    return;
  }
  if (payload.type === 'sip.request.send') {
    const { branch, request, challenges } = payload;
    const span = startSpan(tracer, `sip out ${request.method}`, trace, { 'sip.call_id': request.callId });
    await stack.request({ key, trace: span.traceparent }, branch, request, challenges);
    span.end();
  } else {
    const { response } = payload;
    const name = `sip out ${response.status} ${response.cseq.method}`;
    const span = startSpan(tracer, name, trace, { 'sip.call_id': response.callId });
    const isOnItsWay = stack.respond({ key, trace: span.traceparent }, response);
    if (!isOnItsWay) log.warn({ key, callId: response.callId }, 'response not sent: its Via leads nowhere');
    span.end();
  }
}
