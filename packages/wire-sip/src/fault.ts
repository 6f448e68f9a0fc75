/**
 * What is wrong with a message that cannot be accepted, and what is owed for it.
 */

import { sliceTrimmed } from './grammar.ts';
import { splitList } from './header-list.ts';
import { fullHeaderName } from './header-name.ts';
import { decodeLatin1, decodeUtf8 } from './utf8.ts';
import { parseVia } from './via.ts';

/** Short name of the reason, for logs and metrics. */
export type FaultCause =
  | 'keep-alive'
  | 'not-sip'
  | 'start-line'
  | 'version'
  | 'header'
  | 'missing'
  | 'repeated'
  | 'cseq'
  | 'length'
  | 'limit';

/** Header values as they stood in the message, for a response to it (RFC 3261 §8.2.6.2). */
export interface AnswerableFields {
  /** At least one; the topmost can be parsed. */
  readonly vias: readonly string[];
  readonly from?: string;
  readonly to?: string;
  readonly callId?: string;
  readonly cseq?: string;
}

export interface ParseFault {
  readonly cause: FaultCause;
  /** Response that is owed; undefined means: drop without an answer. */
  readonly status: number | undefined;
  /** Reason phrase that names the defect; safe to send. */
  readonly phrase: string;
  /** Absent when no response could find its way back. */
  readonly answerable?: AnswerableFields;
}

/** A fault before it is known whether it can be answered. */
export interface Defect {
  readonly cause: FaultCause;
  readonly status: number;
  readonly phrase: string;
}

export const defect = (cause: FaultCause, phrase: string, status = 400): Defect => ({
  cause,
  status,
  phrase,
});

export const isDefect = (value: object): value is Defect => 'cause' in value;

/** A fault that gets no answer. */
export const dropped = (cause: FaultCause, phrase: string): ParseFault => ({
  cause,
  status: undefined,
  phrase,
});

const ANSWERABLE_HEAD_BYTES = 32_768;

interface Draft {
  vias: string[];
  from?: string;
  to?: string;
  callId?: string;
  cseq?: string;
}

function keep(draft: Draft, name: string, value: string): void {
  if (name === 'via') draft.vias.push(...(splitList(value) ?? []));
  else if (name === 'from') draft.from ??= value;
  else if (name === 'to') draft.to ??= value;
  else if (name === 'call-id') draft.callId ??= value;
  else if (name === 'cseq') draft.cseq ??= value;
}

/** Reads, leniently, what a response must echo. Undefined without a topmost Via that can be parsed. */
export function readAnswerable(head: string): AnswerableFields | undefined {
  const draft: Draft = { vias: [] };
  const end = head.indexOf('\r\n\r\n');
  const lines = (end < 0 ? head : head.slice(0, end)).replace(/\r\n[ \t]+/g, ' ').split('\r\n');
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(':');
    if (colon > 0) {
      keep(draft, fullHeaderName(sliceTrimmed(line, 0, colon)), sliceTrimmed(line, colon + 1, line.length));
    }
  }
  return parseVia(draft.vias[0] ?? '') === undefined ? undefined : draft;
}

/** The fault of a request. An ACK is never answered (RFC 3261 §17). */
export function requestFault(found: Defect, data: Uint8Array): ParseFault {
  const bytes = data.subarray(0, ANSWERABLE_HEAD_BYTES);
  const head = decodeUtf8(bytes) ?? decodeLatin1(bytes);
  const answerable = /^ACK[ \t]/.test(head) ? undefined : readAnswerable(head);
  return answerable === undefined
    ? dropped(found.cause, found.phrase)
    : { cause: found.cause, status: found.status, phrase: found.phrase, answerable };
}
