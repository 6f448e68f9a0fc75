/**
 * Commands from the bus to the stack: those for this edge, a share of those that any edge may carry out, and a share of those
 * for edges that are gone.
 */
import type { Tracer } from '@opentelemetry/api';
import { type Bus, DONE } from '@stoxgate/bus';
import {
  anySipEdgeSubject,
  brandKey,
  type CommandOf,
  type EdgeId,
  type Envelope,
  invitingIndex,
  SIP_EDGE_SUBJECTS,
  sipEdgeSubject,
} from '@stoxgate/contracts';
import { Adoption, type Logger, sessionAttributes, startSpan } from '@stoxgate/runtime';
import type { SipStack } from '@stoxgate/sip-stack';
import type { SessionStore } from '@stoxgate/store';
import type { EdgeTag, Origin } from './edge-user.ts';

export interface CommandInletOptions {
  readonly bus: Pick<Bus, 'consume' | 'deserted'>;
  readonly edgeId: EdgeId;
  readonly store: Pick<SessionStore, 'carries'>;
  readonly stack: SipStack<EdgeTag>;
  readonly tracer: Tracer;
  readonly log: Logger;
  /** Requests without an outcome, over all edges. */
  readonly maxRequests: number;
  readonly onGone: (edge: EdgeId) => void;
}

export interface CommandInlet {
  stop(timeoutMs: number): Promise<void>;
}

/** Commands for one edge in hand at a time. They wait for name resolution and connections, not for responses. */
const MAX_IN_FLIGHT = 256;
const DURABLE = 'sip-edge';
/**
 * Older ones may have been carried out by another edge: one that died, or whose acknowledgement the bus has lost. A server of
 * the bus that was killed is back within a second.
 */
const FRESH_MS = 250;

/**
 * Starts to carry out commands. A command that comes twice is one request or response on the wire. A request that any edge
 * may send is settled when its outcome is on the bus: when this process dies before, another edge sends it again, with the
 * same branch, Call-ID and CSeq.
 */
export async function openCommandInlet(options: CommandInletOptions): Promise<CommandInlet> {
  const { bus, edgeId, log, maxRequests, onGone } = options;
  const handler = (envelope: Envelope): Promise<void> => carryOut(options, envelope);
  const consumers = await Promise.all([
    bus.consume({ subject: anySipEdgeSubject(), durable: DURABLE, maxInFlight: maxRequests }, handler),
    bus.consume(
      { subject: sipEdgeSubject(edgeId), durable: `${DURABLE}.${edgeId}`, maxInFlight: MAX_IN_FLIGHT },
      handler,
    ),
  ]);
  const adoption = new Adoption({
    bus,
    subjects: SIP_EDGE_SUBJECTS,
    durables: `${DURABLE}.`,
    maxInFlight: MAX_IN_FLIGHT,
    handler,
    onGone,
    log,
  });
  return {
    stop: async (timeoutMs) => {
      await Promise.all([adoption, ...consumers].map((consumer) => consumer.stop(timeoutMs)));
    },
  };
}

function carryOut(options: CommandInletOptions, envelope: Envelope): Promise<void> {
  const { payload, key } = envelope;
  switch (payload.type) {
    case 'sip.request.send':
      return sendRequest(options, payload, envelope);
    case 'sip.response.send':
      sendResponse(options, payload, envelope);
      return DONE;
    default:
      options.log.error({ key, type: payload.type }, 'a command that is not for this edge');
      return Promise.resolve();
  }
}

const isLateCall = ({ request }: CommandOf<'sip.request.send'>, key: string, at: number): boolean =>
  key.startsWith('call:') && opensCall(request) && Date.now() - at >= FRESH_MS;

/** An INVITE that opens a call is not sent again once its call has heard of it: the phone would ring a second time. */
const isMoot = async (
  { store }: CommandInletOptions,
  { branch }: CommandOf<'sip.request.send'>,
  key: string,
): Promise<boolean> => !(await store.carries(brandKey(key), invitingIndex(branch)));

const opensCall = ({ method, to }: CommandOf<'sip.request.send'>['request']): boolean =>
  method === 'INVITE' && to.params.tag === undefined;

async function sendRequest(
  options: CommandInletOptions,
  command: CommandOf<'sip.request.send'>,
  { id, key, trace, at }: Envelope,
): Promise<void> {
  if (isLateCall(command, key, at) && (await isMoot(options, command, key))) return;
  const { stack, tracer } = options;
  const { branch, request, challenges } = command;
  const { method, callId } = request;
  const attributes = () => ({ ...sessionAttributes(key), 'sip.method': method, 'sip.call_id': callId });
  const span = startSpan(tracer, `sip out ${method}`, trace, attributes, { about: id });
  // A call knows from any response which edge has its INVITE, and is told when that is gone.
  const isOpening = opensCall(request);
  let heard: Origin['heard'];
  const outcome = new Promise<void>((resolve) => {
    heard = (isFinal) => {
      if (isFinal || isOpening) resolve();
    };
  });
  const origin: Origin = { key: brandKey(key), trace: span.traceparent, ...(heard && { heard }) };
  const isNew = await stack.request(origin, branch, request, challenges);
  span.end();
  // What comes of a CANCEL comes to its INVITE, and to an ACK nothing does.
  if (isNew && method !== 'ACK' && method !== 'CANCEL') await outcome;
}

function sendResponse(
  { stack, tracer, log }: CommandInletOptions,
  { response }: CommandOf<'sip.response.send'>,
  { id, key, trace }: Envelope,
): void {
  const { status, cseq, callId } = response;
  const { method } = cseq;
  const attributes = () => ({
    ...sessionAttributes(key),
    'sip.method': method,
    'sip.status_code': status,
    'sip.call_id': callId,
  });
  const span = startSpan(tracer, `sip out ${status} ${method}`, trace, attributes, { about: id });
  const isOnItsWay = stack.respond({ key: brandKey(key), trace: span.traceparent }, response);
  if (!isOnItsWay) log.warn({ key, callId }, 'response not sent: its Via leads nowhere');
  span.end();
}
