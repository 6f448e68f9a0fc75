/**
 * What the operator chose, as far as it bears on protocol rules. Read-only; built from the configuration at start.
 */
import type { AddressMap } from '@stoxgate/addressing';

export interface TranslatorPolicy {
  readonly addresses: AddressMap;
  /** Address in SDP `o=` and, where a content brings none, `c=`. */
  readonly sdpOrigin: string;
  readonly ringTimeoutMs: number;
  /** How long an IQ of ours may stay unanswered. */
  readonly iqTimeoutMs: number;
  /** How long a presence probe may stay unanswered. */
  readonly probeTimeoutMs: number;
  readonly reasonProfile: 'mongoose' | 'rich';
  readonly cancelReason: 'decline' | 'cancel';
  readonly messageAcceptStatus: 202 | 200;
  /** Whether the SIP edges can answer a digest challenge. */
  readonly hasCredentials: boolean;
}
