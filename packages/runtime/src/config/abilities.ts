/**
 * What the configuration lets contacts and components say of themselves. Edges that answer service discovery and the
 * translator that announces its hash (XEP-0115) must read it alike.
 */
import type { Config } from './schema.ts';

export interface Abilities {
  /** Calls may begin with Jingle messages (XEP-0353). */
  readonly isJmiSpoken: boolean;
  /** All ICE candidates are wanted at once (XEP-0176 §7.2). */
  readonly wantsAllCandidates: boolean;
  /** Media may go through a relay, which speaks ICE only. */
  readonly isRelayed: boolean;
  /** WebRTC data channels pass (XEP-0343). */
  readonly hasDataChannels: boolean;
  /** A call can be handed to somebody else (XEP-0251). */
  readonly hasTransfers: boolean;
  /** Receipts and markers go through as notifications (RFC 5438). */
  readonly hasReceipts: boolean;
  /** STUN and TURN servers can be asked for (XEP-0215). */
  readonly hasExternalServices: boolean;
}

export const abilitiesOf = ({ calls, media, messages }: Config): Abilities => ({
  isJmiSpoken: calls.jmi !== 'never',
  wantsAllCandidates: calls.advertise_3264,
  isRelayed: media.relay !== 'none',
  hasDataChannels: calls.data_channels,
  hasTransfers: calls.transfer,
  hasReceipts: messages.use_cpim !== 'never',
  hasExternalServices: media.external_services.length > 0,
});
