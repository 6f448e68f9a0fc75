/**
 * An error that crosses to another thread: structured cloning keeps its message and loses what else makes it ours.
 */
import { type ErrorCode, StoxgateError } from '@stoxgate/contracts';

export type Fault =
  | { readonly kind: 'catalogued'; readonly code: ErrorCode; readonly detail: string }
  | { readonly kind: 'range'; readonly message: string }
  /** `facts`: what Node says of a system error, such as `code` and `port`. */
  | { readonly kind: 'other'; readonly message: string; readonly facts: Readonly<Record<string, unknown>> };

export function faultOf(cause: unknown): Fault {
  if (cause instanceof StoxgateError) return { kind: 'catalogued', code: cause.code, detail: cause.detail };
  if (cause instanceof RangeError) return { kind: 'range', message: cause.message };
  if (!(cause instanceof Error)) return { kind: 'other', message: String(cause), facts: {} };
  const facts = Object.fromEntries(
    Object.entries(cause).filter(([, value]) => typeof value === 'string' || typeof value === 'number'),
  );
  return { kind: 'other', message: cause.message, facts: { ...facts, stack: cause.stack } };
}

export function errorOf(fault: Fault): Error {
  switch (fault.kind) {
    case 'catalogued':
      return new StoxgateError(fault.code, fault.detail);
    case 'range':
      return new RangeError(fault.message);
    case 'other':
      return Object.assign(new Error(fault.message), fault.facts);
  }
}
