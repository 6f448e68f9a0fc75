/**
 * The SIP edge as a service: listens, publishes what comes in as events, carries out commands.
 */
import {
  Admission,
  addressMapOf,
  EventOutlet,
  gauge,
  type RunningService,
  type ServiceContext,
} from '@stoxgate/runtime';
import { DnsRecords, SipStack, systemDns } from '@stoxgate/sip-stack';
import { capabilitiesOf } from './capabilities.ts';
import { openCommandInlet } from './command-inlet.ts';
import { EdgeMeter } from './edge-meter.ts';
import { EdgeUser } from './edge-user.ts';
import { type LostCallsOptions, tellLostCalls } from './lost-calls.ts';
import { OwnCertificate } from './own-certificate.ts';
import { startRegistrations } from './registration/registrations.ts';
import { stackOptionsOf } from './stack-options.ts';

const POLL_MS = 20;
const STOP_TIMEOUT_MS = 5000;
/** A registrar that does not answer keeps our Contact until it is over. */
const UNREGISTER_MS = 2000;
const LOST_CALL_TIMEOUT_MS = 32_000;

/** A running edge; `port` is the one it listens on, UDP and TCP. */
export interface SipEdge extends RunningService {
  readonly port: number;
}

/** Starts an edge. Rejects when its port is taken or the bus does not answer. */
export async function startSipEdge(context: ServiceContext): Promise<SipEdge> {
  const { config, bus, edgeId, log, meter, store, tracer } = context;
  const edgeMeter = new EdgeMeter(meter, log);
  const outlet = new EventOutlet({ bus, edgeId, tracer, log, maxWaiting: config.limits.backlog });
  const user = new EdgeUser(
    addressMapOf(config),
    capabilitiesOf(config),
    outlet,
    log,
    new DnsRecords(systemDns(config.sip.dns_servers)),
  );
  const stack = await SipStack.listen(stackOptionsOf(config), user, edgeMeter);
  user.stack = stack;
  const admission = new Admission({
    isCrowded: () => stack.takeCrowded(),
    waitingEvents: () => bus.waitingEvents(),
  });
  user.admits = () => admission.admits();
  const lostCalls: LostCallsOptions = {
    store,
    log,
    publish: (key, event) => outlet.publish(key, event, { name: event.type }, LOST_CALL_TIMEOUT_MS),
  };
  const inlet = await openCommandInlet({
    bus,
    store,
    edgeId,
    stack,
    tracer,
    log,
    maxRequests: config.limits.sip_transactions,
    onGone: (edge) => void tellLostCalls(lostCalls, edge),
  }).catch(async (cause: unknown) => {
    await stack.close();
    throw cause;
  });
  const certificate =
    config.sip.tls.cert_file === ''
      ? undefined
      : new OwnCertificate(config.sip.tls, (identity) => stack.renewIdentity(identity), log);
  const gauges = [
    gauge(meter, 'stoxgate_sip_certificate_expiry_seconds', () =>
      certificate === undefined ? [] : [{ value: certificate.expirySeconds }],
    ),
    gauge(meter, 'stoxgate_sip_admitted_share', () => admission.share),
    gauge(meter, 'stoxgate_sip_transactions', () => stack.transactions),
    gauge(meter, 'stoxgate_sip_connections', () => stack.connections),
  ];
  log.debug({ port: stack.port, tlsPort: stack.tlsPort }, 'SIP edge listens');

  const registrations = startRegistrations(config, stack, meter, log);
  let isListening = true;
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    isListening = false;
    admission.stop();
    certificate?.stop();
    registrations.stop();
    await inlet.stop(STOP_TIMEOUT_MS);
    await stack.close();
    for (const end of gauges) end();
    edgeMeter.flush();
  };
  return {
    name: 'sip-edge',
    port: stack.port,
    ports: {
      'sip.listen_port': stack.port,
      ...(stack.tlsPort !== undefined && { 'sip.tls.port': stack.tlsPort }),
    },
    readiness: () => ({ sip: isListening ? undefined : 'not listening' }),
    /** Transactions, not calls, are what must end here: any edge can go on with a call. */
    drain: async (timeoutMs) => {
      user.isDraining = true;
      const deadline = performance.now() + timeoutMs;
      await registrations.end(Math.min(timeoutMs, UNREGISTER_MS));
      while (stack.unfinished + outlet.waiting > 0 && performance.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    },
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
  };
}
