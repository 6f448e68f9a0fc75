/**
 * Puts a gateway together: resources, the services of its roles, the admin listener.
 */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { brandEdgeId, type EdgeId } from '@stoxgate/contracts';
import {
  arePhonesShown,
  type Config,
  createLog,
  type Logger,
  type PhoneControls,
  portError,
  type Readiness,
  type ServiceContext,
  type ServiceGroup,
  startAdmin,
  startGroup,
  watchReadiness,
} from '@stoxgate/runtime';
import { banner } from './banner.ts';
import { watchHealth } from './health.ts';
import { openCalls } from './open-calls.ts';
import { Releases } from './releases.ts';
import { type Frame, openResources, type Resources } from './resources.ts';
import { type ServiceRole, type StartRole, servicesOf, stagesOf, startRole } from './roles.ts';
import { rolesApart } from './threads/own-threads.ts';
import { type ServiceThread, startServiceThread } from './threads/service-thread.ts';

export interface GatewayOptions {
  /** Services to run; all when absent. */
  readonly roles?: readonly ServiceRole[];
  /** Replaces the log on standard output. */
  readonly log?: Logger;
  /** Replaces the services, for tests. */
  readonly startRole?: StartRole;
  /** Cores that the threads of a process of every role may use; 1 when absent, which is no thread beside the first. */
  readonly cores?: number;
}

export interface Gateway {
  readonly edgeId: EdgeId;
  readonly log: Logger;
  /** `http://127.0.0.1:8080`. */
  readonly adminUrl: string;
  /** Port that SIP listens on; undefined without a SIP edge. */
  readonly sipPort: number | undefined;
  readiness(): Readiness;
  /** Unready at once; waits for what is under way, at most `timeoutMs`. */
  drain(timeoutMs: number): Promise<void>;
  /** Frees everything. Idempotent. */
  stop(): Promise<void>;
}

const STOP_TIMEOUT_MS = 15_000;

/**
 * Starts a gateway; it may not be ready yet when this resolves: components connect in their own time.
 * Rejects with a `StoxgateError` when bus or store does not answer or a port is taken; nothing is left running then.
 */
export async function startGateway(config: Config, options: GatewayOptions = {}): Promise<Gateway> {
  const every = servicesOf('all', config);
  const roles = options.roles ?? every;
  const role = every.every((service) => roles.includes(service)) ? 'all' : roles.join('+');
  const edgeId = newEdgeId(role);
  const log = options.log ?? createLog({ level: config.log.level, role, edgeId });
  const releases = new Releases(log, STOP_TIMEOUT_MS);
  try {
    const apart = role === 'all' ? rolesApart(config.threads, options.cores ?? 1) : [];
    return await start({ config, role, edgeId, log, releases }, roles, apart, options.startRole);
  } catch (error) {
    await releases.run();
    throw error;
  }
}

/** Names this process on the bus: role, host and something that no earlier process had. */
function newEdgeId(role: string): EdgeId {
  const host = hostname()
    .replace(/[^A-Za-z0-9-]/g, '-')
    .slice(0, 60);
  return brandEdgeId(`${role}-${host}-${randomBytes(4).toString('hex')}`);
}

async function start(
  frame: Frame,
  roles: readonly ServiceRole[],
  apart: readonly ServiceRole[],
  startHere: StartRole = startRole,
): Promise<Gateway> {
  const { config, edgeId, log, releases } = frame;
  const resources = await openResources(frame);
  const threads: ServiceThread[] = [];
  const startApart: StartRole = async (role, context) => {
    const thread = await startServiceThread(role, context);
    threads.push(thread);
    return thread;
  };
  const group = await startServices(frame, resources, roles, (role, context) =>
    apart.includes(role) ? startApart(role, context) : startHere(role, context),
  );
  releases.add('services', () => group.stop());
  const health = watchHealth(frame, resources, group, threads, roles.includes('session-store'));
  const phones = await openPhoneControls(frame, resources);
  const { host, port, token } = config.admin;
  const admin = await startAdmin(host, port, { ...health, phones, token });
  releases.add('admin listener', () => admin.stop());
  log.info(banner(config, group.ports, admin.url));
  const unwatch = watchReadiness(health.readiness, log);
  releases.add('readiness watch', async () => unwatch());
  return {
    edgeId,
    log,
    adminUrl: admin.url,
    sipPort: group.ports['sip.listen_port'],
    readiness: health.readiness,
    drain: (timeoutMs) => {
      health.setDraining();
      return group.drain(timeoutMs);
    },
    stop: () => releases.run(),
  };
}

/** Whatever the roles of this process: it has the bus. */
async function openPhoneControls(
  { config, edgeId }: Frame,
  { bus, store, telemetry: { tracer } }: Resources,
): Promise<PhoneControls | undefined> {
  if (!arePhonesShown(config)) return undefined;
  const [{ PhoneDesk }, { phoneControls }] = await Promise.all([
    import('@stoxgate/bosh-edge'),
    import('./phone-controls.ts'),
  ]);
  return phoneControls(new PhoneDesk({ bus, edgeId, tracer }), store);
}

async function startServices(
  { config, edgeId, log }: Frame,
  { bus, store, telemetry }: Resources,
  roles: readonly ServiceRole[],
  start: StartRole,
): Promise<ServiceGroup> {
  const { tracer, meter } = telemetry;
  const context: ServiceContext = { config, edgeId, bus, store, log, tracer, meter };
  const stages = stagesOf(roles, context, start);
  const calls = config.store === 'memory' ? [async () => openCalls({ store, bus, edgeId, log })] : [];
  try {
    return await startGroup([...stages.slice(0, -1), [...(stages.at(-1) ?? []), ...calls]], log);
  } catch (error) {
    throw portErrorOf(error, config) ?? error;
  }
}

/** Which of our ports is taken, if that is what is wrong. */
function portErrorOf(error: unknown, { sip, messages: { msrp } }: Config): Error | undefined {
  const port = error instanceof Error && 'port' in error ? error.port : undefined;
  const [key, host, configured] = (
    [
      ['sip.tls.port', sip.listen_host, sip.tls.port],
      ['messages.msrp.listen_port', msrp.listen_host, msrp.listen_port],
      ['messages.msrp.tls_port', msrp.listen_host, msrp.tls_port],
    ] as const
  ).find(([, , candidate]) => candidate === port && candidate !== 0) ?? [
    'sip.listen_port',
    sip.listen_host,
    sip.listen_port,
  ];
  return portError(error, key, host, configured);
}
