/**
 * The MSRP edge as a service: chat sessions live here, what happens in them becomes events, commands become messages.
 */
import { isDeepStrictEqual } from 'node:util';
import { EventOutlet, type EventSpan, type RunningService, type ServiceContext } from '@stoxgate/runtime';
import { type CommandInlet, type Origin, openCommandInlet } from './command-inlet.ts';
import { edgeMeter } from './edge-meter.ts';
import { MsrpEndpoint } from './endpoint/endpoint.ts';
import type { MsrpEndpointUser, MsrpEvent } from './endpoint/endpoint-user.ts';
import { endpointSettings, identityOf } from './endpoint-settings.ts';

const POLL_MS = 20;
const STOP_TIMEOUT_MS = 3000;
const RENEW_EVERY_MS = 60_000;
/** A peer waits 30 s for the answer to a SEND. */
const MESSAGE_TIMEOUT_MS = 20_000;
/** What cannot be refused is kept for as long as a peer would wait. */
const OTHER_TIMEOUT_MS = 32_000;

/** A running edge; `port` is the one it listens on, TCP. */
export interface MsrpEdge extends RunningService {
  readonly port: number;
}

/** A message that comes is a trace of its own, led to by that of the chat; all else belongs to its command. */
const toldAs = ({ type }: MsrpEvent, trace: string | undefined): EventSpan =>
  type === 'msrp.message.received' ? { name: type, cause: trace } : { name: type, trace };

/** Starts an edge. Rejects when a port is taken or the bus does not answer. */
export async function startMsrpEdge(context: ServiceContext): Promise<MsrpEdge> {
  const { config, bus, edgeId, log, meter, tracer } = context;
  const outlet = new EventOutlet({ bus, edgeId, tracer, log, maxWaiting: config.limits.backlog });
  const counts = edgeMeter(meter);
  const user: MsrpEndpointUser<Origin> = {
    happened: async ({ key, trace }, event) => {
      log.debug({ key, type: event.type, ...('cause' in event && { cause: event.cause }) }, 'MSRP');
      const isMessage = event.type === 'msrp.message.received';
      const timeoutMs = isMessage ? MESSAGE_TIMEOUT_MS : OTHER_TIMEOUT_MS;
      const isRefused = isMessage && outlet.isFull;
      const isTaken = !isRefused && (await outlet.publish(key, event, toldAs(event, trace), timeoutMs));
      counts.happened(event, isTaken);
      return isTaken;
    },
    dropped: (reason) => counts.dropped(reason),
  };
  const endpoint = await MsrpEndpoint.listen(endpointSettings(config), user);
  const inlet = await openCommandInlet({ bus, edgeId, endpoint, tracer, log }).catch(
    async (cause: unknown): Promise<CommandInlet> => {
      await endpoint.close();
      throw cause;
    },
  );
  const unwatch = counts.watch(endpoint);
  let used = endpoint.tlsPort === undefined ? undefined : identityOf(config);
  const renewal = setInterval(() => {
    try {
      const found = used && identityOf(config);
      if (found === undefined || isDeepStrictEqual(found, used)) return;
      endpoint.renewIdentity(found);
      used = found;
    } catch (err) {
      log.error({ err }, 'the new files of sip.tls do not fit: chats keep the certificate in use');
    }
  }, RENEW_EVERY_MS).unref();
  log.debug({ port: endpoint.port, tlsPort: endpoint.tlsPort }, 'MSRP edge listens');
  let isListening = true;
  let stopping: Promise<void> | undefined;
  const drained = async (timeoutMs: number): Promise<void> => {
    const deadline = performance.now() + timeoutMs;
    while (endpoint.unsent + outlet.waiting > 0 && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  };
  const stop = async (): Promise<void> => {
    isListening = false;
    clearInterval(renewal);
    await inlet.stop(STOP_TIMEOUT_MS);
    await endpoint.close();
    await drained(STOP_TIMEOUT_MS);
    unwatch();
  };
  return {
    name: 'msrp-edge',
    port: endpoint.port,
    ports: {
      'messages.msrp.listen_port': endpoint.port,
      ...(endpoint.tlsPort !== undefined && { 'messages.msrp.tls_port': endpoint.tlsPort }),
    },
    readiness: () => ({ msrp: isListening ? undefined : 'not listening' }),
    /** Takes no new sessions; those that are there end with the process, so only what is under way is waited for. */
    drain: async (timeoutMs) => {
      await inlet.drain(timeoutMs);
      await drained(timeoutMs);
    },
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}
