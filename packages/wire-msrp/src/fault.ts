/**
 * What is wrong with a chunk that cannot be accepted, and what is owed for it. RFC 4975 §7.2, §7.3.
 */
import type { MsrpUri } from './uri.ts';

/** Short name of the reason, for logs and metrics. */
export type MsrpFaultCause =
  | 'verb'
  | 'header'
  | 'missing'
  | 'repeated'
  | 'path'
  | 'limit'
  | 'value'
  | 'encoding';

/** Of a request, for the response to it. */
export interface MsrpAnswerable {
  readonly transactionId: string;
  readonly method: string;
  readonly toPath: readonly MsrpUri[];
  readonly fromPath: readonly MsrpUri[];
}

export interface MsrpFault {
  readonly cause: MsrpFaultCause;
  /** Response that is owed; undefined means: drop without an answer. */
  readonly status: number | undefined;
  /** Comment that names the defect; safe to send. */
  readonly phrase: string;
  /** Absent when no response is owed or none could find its way back. */
  readonly answerable?: MsrpAnswerable;
}

/** A fault before it is known whether it can be answered. */
export interface MsrpDefect {
  readonly defect: MsrpFaultCause;
  readonly phrase: string;
}

export const msrpDefect = (defect: MsrpFaultCause, phrase: string): MsrpDefect => ({ defect, phrase });

export const isMsrpDefect = (value: object): value is MsrpDefect => 'defect' in value;
