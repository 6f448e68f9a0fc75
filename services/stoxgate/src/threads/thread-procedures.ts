/** What the first thread of a process and the thread of one service let each other call. */
import type { MessagePort } from 'node:worker_threads';
import type { EdgeId } from '@stoxgate/contracts';
import type { Config, RunningService, ThreadMetrics } from '@stoxgate/runtime';
import type { BusProcedures, DeliveryProcedures, StoreProcedures } from '@stoxgate/threads';
import type { ServiceRole } from '../roles.ts';

/** What a thread is given. */
export interface ThreadData {
  readonly role: ServiceRole;
  readonly config: Config;
  readonly edgeId: EdgeId;
  readonly port: MessagePort;
}

export interface ThreadHealth {
  readonly readiness: ReturnType<RunningService['readiness']>;
  readonly lagMs: number;
}

/** Of the first thread. */
export type OwnerProcedures = BusProcedures & StoreProcedures;

/** Of the thread of a service. */
export type ThreadProcedures = DeliveryProcedures & {
  /** The ports listened on. */
  start: () => Promise<NonNullable<RunningService['ports']>>;
  health: () => Promise<ThreadHealth>;
  metrics: () => Promise<ThreadMetrics>;
  drain: (timeoutMs: number) => Promise<void>;
  /** The last that is called. */
  stop: () => Promise<void>;
};
