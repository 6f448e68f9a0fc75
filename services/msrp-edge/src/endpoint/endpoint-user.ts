/**
 * What the endpoint needs from its user, and what it tells it.
 */
import type { Event, EventOf } from '@stoxgate/contracts';

export type MsrpEvent = EventOf<Extract<Event['type'], `msrp.${string}`>>;

/** Names of the reasons for which input is dropped or a connection is closed. */
export type MsrpDropReason = 'stranger' | 'malformed' | 'no-session' | 'unadmitted' | 'full';

export interface MsrpEndpointUser<Origin> {
  /** Resolves to false when it could not be passed on. Never rejects. Events of a session are told in order. */
  happened(origin: Origin, event: MsrpEvent): Promise<boolean>;
  dropped(reason: MsrpDropReason): void;
}
