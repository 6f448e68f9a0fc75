/** Where the thread of one service begins: see `service-thread.ts`. */
import { workerData } from 'node:worker_threads';
import { createLog, type GroupMember, startTelemetry, watchEventLoop } from '@stoxgate/runtime';
import { Peer, threadBus, threadStore } from '@stoxgate/threads';
import { startRole } from '../roles.ts';
import { telemetryOptionsOf } from '../telemetry-options.ts';
import type { OwnerProcedures, ThreadData, ThreadProcedures } from './thread-procedures.ts';

const FLUSH_TIMEOUT_MS = 3000;

// Ours: the first thread gave it.
const { role, config, edgeId, port } = workerData as ThreadData;
const log = createLog({ level: config.log.level, role: 'all', edgeId });
const telemetry = startTelemetry(telemetryOptionsOf(config, 'all', edgeId));
const loop = watchEventLoop();
const { bus, procedures } = threadBus(() => owner);
const store = threadStore(() => owner);
let service: GroupMember | undefined;

const own: ThreadProcedures = {
  ...procedures,
  start: async () => {
    const { tracer, meter } = telemetry;
    service = await startRole(role, { config, edgeId, bus, store, log, tracer, meter });
    return service.ports ?? {};
  },
  health: async () => ({ readiness: service?.readiness() ?? {}, lagMs: loop.lagMs() }),
  metrics: () => telemetry.metrics(),
  drain: async (timeoutMs) => service?.drain(timeoutMs),
  stop: async () => {
    await service?.stop();
    await bus.close();
    await store.close();
    loop.stop();
    await telemetry.stop(FLUSH_TIMEOUT_MS);
  },
};
const owner: Peer<OwnerProcedures> = new Peer(port, own);
