/**
 * MSRP messages as data. RFC 4975 §7.
 */
import type { ByteRange } from './byte-range.ts';
import type { MsrpUri } from './uri.ts';

/** `$`: last chunk of its message; `+`: more follows; `#`: the message is given up. */
export type ContinuationFlag = '$' | '+' | '#';

/** Whether the sender of a SEND wants responses: yes; no; only those that are errors. §7.1.2 */
export type FailureReport = 'yes' | 'no' | 'partial';

/** A header that has no field of its own. Names are as they stood. */
export interface MsrpHeader {
  readonly name: string;
  readonly value: string;
}

interface Common {
  readonly transactionId: string;
  readonly toPath: readonly MsrpUri[];
  readonly fromPath: readonly MsrpUri[];
  readonly headers: readonly MsrpHeader[];
}

export interface MsrpRequest extends Common {
  /** `SEND`, `REPORT`, or one that nobody here knows (501). */
  readonly method: string;
  readonly messageId?: string;
  readonly byteRange: ByteRange;
  readonly wantsSuccessReport: boolean;
  readonly failureReport: FailureReport;
  /** Of a REPORT. */
  readonly status?: MsrpStatus;
  readonly contentType?: string;
  /** Absent: the request has no body at all, as one that only keeps the connection alive. */
  readonly body?: Uint8Array;
  readonly flag: ContinuationFlag;
}

/** Status header of a REPORT: namespace `000`, a status code. §7.1.4 */
export interface MsrpStatus {
  readonly code: number;
  readonly comment?: string;
}

export interface MsrpResponse extends Common, MsrpStatus {}
