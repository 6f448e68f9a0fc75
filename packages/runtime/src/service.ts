/**
 * What a service is given and what it gives back. `services/stoxgate` builds the context and runs any set of services
 * in one process.
 */

import type { Meter, Tracer } from '@opentelemetry/api';
import type { Bus } from '@stoxgate/bus';
import type { EdgeId } from '@stoxgate/contracts';
import type { SessionStore } from '@stoxgate/store';
import type { Logger } from 'pino';
import type { Config } from './config/schema.ts';

export interface ServiceContext {
  readonly config: Config;
  /** Names this process on the bus; new at every start. */
  readonly edgeId: EdgeId;
  readonly bus: Bus;
  readonly store: SessionStore;
  readonly log: Logger;
  readonly tracer: Tracer;
  readonly meter: Meter;
}

export interface RunningService {
  readonly name:
    | 'sip-edge'
    | 'xmpp-edge'
    | 'media-edge'
    | 'msrp-edge'
    | 'bosh-edge'
    | 'translator'
    | 'session-store';
  /** The ports it listens on, by configuration key (`sip.listen_port`): the real ones where 0 was configured. */
  readonly ports?: Readonly<Record<string, number>>;
  /** Part → what is wrong with it, or undefined when it is fine. Shown by /readyz. */
  readiness(): Readonly<Record<string, string | undefined>>;
  /** Accepts no new sessions and waits for what is under way, at most `timeoutMs`. */
  drain(timeoutMs: number): Promise<void>;
  /** Frees everything. Idempotent. */
  stop(): Promise<void>;
}

export type StartService = (context: ServiceContext) => Promise<RunningService>;
