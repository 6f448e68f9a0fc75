/**
 * What the endpoint is told.
 */
import type { SessionLimits } from './session.ts';
import type { MsrpIdentity } from './streams.ts';
import type { MsrpTiming } from './timing.ts';

export interface MsrpEndpointOptions {
  readonly listenHost: string;
  /** 0: any. */
  readonly listenPort: number;
  readonly tls?: { readonly port: number; readonly identity: MsrpIdentity };
  /** Host in our URIs, by which others reach us. */
  readonly publicHost: string;
  /** Whether an address may connect, or be connected to. */
  admits(address: string): boolean;
  readonly limits: SessionLimits & { readonly maxSessions: number; readonly maxConnections: number };
  readonly timing: MsrpTiming;
}
