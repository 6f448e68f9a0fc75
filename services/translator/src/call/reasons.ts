/**
 * Why a call ends, in the words of each side. XEP-0166 §7.4 (reasons), RFC 3261 §21 (status), RFC 3326 (Reason header).
 * Profile `mongoose` has the words of the seed: decline ↔ 486, every other status general-error; `rich` tells more.
 */
import { reasonPhrase } from '@stoxgate/wire-sip';
import type { MediaFault } from '../media/media-state.ts';
import type { TranslatorPolicy } from '../policy.ts';

export type Profile = TranslatorPolicy['reasonProfile'];

export interface Termination {
  readonly result: 'success' | 'client_error' | 'server_error' | 'upstream_error';
  /** Value of the metric's label. */
  readonly label: string;
}

interface ReasonRow {
  /** Final response to an INVITE not yet answered, profile `rich`. In `mongoose` it is 486. */
  readonly status: number;
  /** Cause in the Reason header of BYE and CANCEL. */
  readonly cause?: number;
  readonly result: Termination['result'];
}

const JINGLE_REASONS = {
  success: { status: 480, result: 'success' },
  decline: { status: 486, cause: 603, result: 'success' },
  busy: { status: 486, cause: 486, result: 'success' },
  cancel: { status: 480, result: 'success' },
  gone: { status: 480, cause: 480, result: 'client_error' },
  timeout: { status: 480, cause: 408, result: 'success' },
  expired: { status: 480, cause: 480, result: 'success' },
  'alternative-session': { status: 486, cause: 486, result: 'success' },
  'connectivity-error': { status: 500, cause: 500, result: 'client_error' },
  'failed-transport': { status: 488, cause: 488, result: 'client_error' },
  'failed-application': { status: 500, cause: 500, result: 'client_error' },
  'media-error': { status: 500, cause: 500, result: 'client_error' },
  'general-error': { status: 500, cause: 500, result: 'client_error' },
  'incompatible-parameters': { status: 488, cause: 488, result: 'client_error' },
  'unsupported-applications': { status: 488, cause: 488, result: 'client_error' },
  'unsupported-transports': { status: 488, cause: 488, result: 'client_error' },
  'security-error': { status: 488, cause: 488, result: 'client_error' },
} as const satisfies Record<string, ReasonRow>;

export type JingleReason = keyof typeof JINGLE_REASONS;

const NO_REASON: ReasonRow = { status: 480, result: 'success' };

const rowOf = (condition: string | undefined): ReasonRow =>
  condition !== undefined && Object.hasOwn(JINGLE_REASONS, condition)
    ? JINGLE_REASONS[condition as JingleReason]
    : NO_REASON;

/** What a session-terminate said. */
export interface GivenReason {
  readonly condition?: string;
  /** The SIP code in `<sip-error/>`, 400–699. */
  readonly sipError?: number;
}

/** What our session-terminate says. */
export interface SentReason {
  readonly condition: JingleReason;
  /** With `alternative-session`: the one that goes on. */
  readonly sid?: string;
  readonly text?: string;
  readonly sipError?: { readonly code: number; readonly phrase: string };
}

const REASON_OF_FAULT: Readonly<Record<MediaFault['cause'], JingleReason>> = {
  malformed: 'failed-application',
  'no-usable-media': 'incompatible-parameters',
  'unsupported-applications': 'unsupported-applications',
  'unsupported-transports': 'unsupported-transports',
};

/** Jingle reason for a description that cannot be used. */
export const reasonOfFault = ({ cause }: Pick<MediaFault, 'cause'>): JingleReason => REASON_OF_FAULT[cause];

/** What else decides on the status in profile `rich`. */
export interface Circumstances {
  /** A 6xx ends the search for the callee everywhere (RFC 7247 §7.1). */
  readonly use6xx?: boolean;
  /** No device said that it rings. */
  readonly isUnheard?: boolean;
}

/** Final response to an INVITE that the user ended before anybody accepted. */
export function statusOfReason(
  reason: GivenReason,
  profile: Profile,
  { use6xx = false, isUnheard = false }: Circumstances = {},
): number {
  const { condition, sipError } = reason;
  if (condition === 'general-error' && sipError !== undefined) return sipError;
  if (profile === 'mongoose') return 486;
  if (condition === 'decline' && use6xx) return 603;
  if (condition === 'timeout' && isUnheard) return 408;
  return rowOf(condition).status;
}

/** Warning of that response: 488 alone does not tell keys from codecs (RFC 3261 §20.43). */
export const warningOfReason = ({ condition }: GivenReason, status: number): string | undefined =>
  status === 488 && condition === 'security-error' ? '399 stoxgate "Security not acceptable"' : undefined;

/** Value of the Reason header in a BYE or CANCEL that a session-terminate causes, or undefined for none. */
export function reasonHeaderOf(reason: GivenReason): string | undefined {
  const { cause } = rowOf(reason.condition);
  return cause === undefined ? undefined : reasonHeader(cause, reason.condition ?? '');
}

export const reasonHeader = (cause: number, text: string): string => `SIP;cause=${cause};text="${text}"`;

/** How a call that the user ended is counted. */
export const terminationOfReason = (reason: GivenReason): Termination => ({
  result: rowOf(reason.condition).result,
  label: `xmpp-${Object.hasOwn(JINGLE_REASONS, reason.condition ?? '') ? reason.condition : 'none'}`,
});

const RICH_STATUS: ReadonlyMap<number, JingleReason> = new Map([
  ...[486, 491, 600].map((status) => [status, 'busy'] as const),
  ...[404, 410, 416, 480, 484, 485, 604].map((status) => [status, 'gone'] as const),
  ...[408, 504].map((status) => [status, 'timeout'] as const),
  ...[406, 488, 606].map((status) => [status, 'incompatible-parameters'] as const),
  ...[401, 403, 407, 433, 493].map((status) => [status, 'security-error'] as const),
  ...[482, 483, 502, 503, 513].map((status) => [status, 'connectivity-error'] as const),
  [415, 'unsupported-applications'],
  [580, 'failed-transport'],
  [603, 'decline'],
]);

/** Incompatible transport, media type and format are of the whole description, not of a parameter (RFC 3261 §20.43). */
const saysNoMedia = (warnings: readonly string[]): boolean =>
  warnings.some((value) => /(?:^|,)\s*30[145]\s/.test(value));

/**
 * Jingle reason for a final response 300–699 to our INVITE. 486 stands alone; every other carries `sip-error`.
 * @param warnings values of its Warning header.
 */
export function reasonOfStatus(
  status: number,
  phrase: string,
  profile: Profile,
  warnings: readonly string[] = [],
): SentReason {
  if (status === 486) return { condition: profile === 'rich' ? 'busy' : 'decline' };
  const named = RICH_STATUS.get(status);
  const noMedia = named === 'incompatible-parameters' && saysNoMedia(warnings);
  const rich = profile === 'rich' ? (noMedia ? 'unsupported-applications' : named) : undefined;
  const condition = status === 487 ? 'cancel' : (rich ?? 'general-error');
  return { condition, sipError: { code: status, phrase: phrase === '' ? reasonPhrase(status) : phrase } };
}

/** How a call that a final response to our INVITE ended is counted. */
export function terminationOfStatus(status: number): Termination {
  const refused = status === 486 || status === 487 || status === 480 || status === 600 || status === 603;
  const result = refused ? 'success' : status >= 500 ? 'upstream_error' : 'client_error';
  return { result, label: `sip-${status}` };
}

/** Ends that the gateway itself decides on. */
const OWN_ENDS = {
  'ring-timeout': { status: 480, condition: 'timeout', cause: 408, result: 'success' },
  'sip-timeout': { status: 408, condition: 'timeout', sipError: 408, result: 'upstream_error' },
  'sip-transport': { status: 503, condition: 'connectivity-error', sipError: 503, result: 'upstream_error' },
  'ack-missing': { status: 408, condition: 'connectivity-error', cause: 408, result: 'upstream_error' },
  'prack-missing': { status: 504, condition: 'timeout', result: 'upstream_error' },
  'session-expired': { status: 408, condition: 'timeout', cause: 408, result: 'upstream_error' },
  'xmpp-timeout': { status: 480, condition: 'connectivity-error', cause: 480, result: 'client_error' },
  'xmpp-gone': { status: 480, condition: 'gone', cause: 480, result: 'client_error' },
  'dialog-gone': { status: 480, condition: 'gone', cause: 480, result: 'upstream_error' },
  'dialog-silent': { status: 408, condition: 'connectivity-error', cause: 408, result: 'upstream_error' },
  'gateway-stopped': { status: 503, condition: 'gone', cause: 503, result: 'server_error' },
  'relay-failed': { status: 500, condition: 'failed-transport', cause: 500, result: 'server_error' },
  'accept-refused': { status: 480, condition: 'failed-application', cause: 488, result: 'client_error' },
  'transport-rejected': { status: 488, condition: 'failed-transport', cause: 488, result: 'client_error' },
  'answer-unusable': { status: 488, condition: 'failed-application', cause: 488, result: 'upstream_error' },
} as const satisfies Record<
  string,
  {
    status: number;
    condition: JingleReason;
    cause?: number;
    sipError?: number;
    result: Termination['result'];
  }
>;

export type OwnEnd = keyof typeof OWN_ENDS;

export const statusOfOwnEnd = (end: OwnEnd): number => OWN_ENDS[end].status;

export function reasonOfOwnEnd(end: OwnEnd): SentReason {
  const row: { condition: JingleReason; sipError?: number } = OWN_ENDS[end];
  if (row.sipError === undefined) return { condition: row.condition };
  return {
    condition: row.condition,
    sipError: { code: row.sipError, phrase: reasonPhrase(row.sipError) },
  };
}

export function reasonHeaderOfOwnEnd(end: OwnEnd): string | undefined {
  const row: { condition: JingleReason; cause?: number } = OWN_ENDS[end];
  return row.cause === undefined ? undefined : reasonHeader(row.cause, row.condition);
}

export const terminationOfOwnEnd = (end: OwnEnd): Termination => ({
  result: OWN_ENDS[end].result,
  label: end,
});
