/**
 * A service of this process in a thread of its own, so that the process can use more than one core. Bus and store stay in the
 * first thread: order per session is theirs to keep, as if there were no threads.
 */
import { MessageChannel, Worker } from 'node:worker_threads';
import type { GroupMember, ServiceContext, ThreadMetrics } from '@stoxgate/runtime';
import { busProcedures, type Patience, Peer, storeProcedures } from '@stoxgate/threads';
import type { ServiceRole } from '../roles.ts';
import type { OwnerProcedures, ThreadData, ThreadHealth, ThreadProcedures } from './thread-procedures.ts';

export interface ServiceThread extends GroupMember {
  /** How late its event loop is, ms; of a thread that hangs, for how long. */
  lagMs(): number;
  metrics(): Promise<ThreadMetrics>;
}

const ENTRY = new URL('./thread-main.js', import.meta.url);
const ASK_EVERY_MS = 250;
const START_TIMEOUT_MS = 30_000;
const METRICS_TIMEOUT_MS = 5000;
const STOP_TIMEOUT_MS = 10_000;

const within = (timeoutMs: number): Patience => ({ timeoutMs, code: 'STOX_INTERNAL' });

/**
 * Starts a service in a new thread; rejects as it does. A thread that ends by itself is a bug like one that nobody caught here:
 * it is thrown, for the process to end.
 */
export async function startServiceThread(role: ServiceRole, context: ServiceContext): Promise<ServiceThread> {
  const { config, edgeId, bus, store } = context;
  const { port1, port2 } = new MessageChannel();
  const data: ThreadData = { role, config, edgeId, port: port2 };
  const own: OwnerProcedures = { ...busProcedures(bus, () => thread), ...storeProcedures(store) };
  const thread: Peer<ThreadProcedures> = new Peer(port1, own);
  const worker = new Worker(ENTRY, { workerData: data, transferList: [port2], name: role });
  let isStopping = false;
  const ended = new Promise<never>((_, reject) => {
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`The thread of ${role} ended with ${code}.`)));
  });
  const stop = async (): Promise<void> => {
    isStopping = true;
    clearInterval(timer);
    await thread.call('stop', [], within(STOP_TIMEOUT_MS)).catch(() => {});
    thread.close();
    await worker.terminate();
  };
  let health: ThreadHealth = { readiness: { [role]: 'starting' }, lagMs: 0 };
  let askedAt: number | undefined;
  const ask = (): void => {
    if (askedAt !== undefined) return;
    askedAt = performance.now();
    thread
      .call('health', [], within(Number.POSITIVE_INFINITY))
      .then((told) => {
        health = told;
        askedAt = undefined;
      })
      .catch(() => {});
  };
  const timer = setInterval(ask, ASK_EVERY_MS).unref();
  let ports: GroupMember['ports'];
  try {
    ports = await Promise.race([thread.call('start', [], within(START_TIMEOUT_MS)), ended]);
    health = await thread.call('health', [], within(START_TIMEOUT_MS));
  } catch (cause) {
    await stop();
    throw cause;
  }
  ended.catch((cause: unknown) => {
    if (isStopping) return;
    setImmediate(() => {
      throw cause;
    });
  });
  return {
    name: role,
    ports,
    readiness: () => health.readiness,
    lagMs: () => Math.max(health.lagMs, askedAt === undefined ? 0 : performance.now() - askedAt),
    metrics: () => thread.call('metrics', [], within(METRICS_TIMEOUT_MS)),
    drain: (timeoutMs) => thread.call('drain', [timeoutMs], within(timeoutMs + ASK_EVERY_MS)),
    stop,
  };
}
