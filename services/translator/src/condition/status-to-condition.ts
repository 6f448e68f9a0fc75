/**
 * SIP status → stanza error: RFC 7247 table 3.
 */
import type { EventOf } from '@stoxgate/contracts';
import type { StanzaCondition, StanzaErrorType } from '@stoxgate/wire-xmpp';

export interface ErrorKind {
  readonly type: StanzaErrorType;
  readonly condition: StanzaCondition;
}

const row = (condition: StanzaCondition, type: StanzaErrorType): ErrorKind => ({ condition, type });

const REDIRECT = row('redirect', 'modify');
const BAD_REQUEST = row('bad-request', 'modify');
const NOT_ACCEPTABLE = row('not-acceptable', 'modify');
const ITEM_NOT_FOUND = row('item-not-found', 'cancel');
const POLICY_VIOLATION = row('policy-violation', 'modify');
const NOT_IMPLEMENTED = row('feature-not-implemented', 'cancel');
const UNAVAILABLE = row('recipient-unavailable', 'wait');
const SERVER_ERROR = row('internal-server-error', 'cancel');
const SERVER_BUSY = row('internal-server-error', 'wait');
const TIMEOUT = row('remote-server-timeout', 'wait');

const ROWS: ReadonlyMap<number, ErrorKind> = new Map([
  [301, row('gone', 'cancel')],
  [380, NOT_ACCEPTABLE],
  [401, row('not-authorized', 'auth')],
  [403, row('forbidden', 'auth')],
  [404, ITEM_NOT_FOUND],
  [405, NOT_IMPLEMENTED],
  [406, NOT_ACCEPTABLE],
  [407, row('registration-required', 'auth')],
  [408, TIMEOUT],
  [410, row('gone', 'cancel')],
  [413, POLICY_VIOLATION],
  [414, POLICY_VIOLATION],
  [415, NOT_ACCEPTABLE],
  [416, NOT_ACCEPTABLE],
  [420, NOT_IMPLEMENTED],
  [421, NOT_ACCEPTABLE],
  [423, row('resource-constraint', 'wait')],
  [430, UNAVAILABLE],
  [439, NOT_IMPLEMENTED],
  [440, POLICY_VIOLATION],
  [480, UNAVAILABLE],
  [481, ITEM_NOT_FOUND],
  [482, NOT_ACCEPTABLE],
  [483, NOT_ACCEPTABLE],
  [484, ITEM_NOT_FOUND],
  [485, ITEM_NOT_FOUND],
  [486, UNAVAILABLE],
  [487, UNAVAILABLE],
  [488, NOT_ACCEPTABLE],
  [489, POLICY_VIOLATION],
  [491, row('unexpected-request', 'wait')],
  [501, NOT_IMPLEMENTED],
  [502, row('remote-server-not-found', 'cancel')],
  [503, SERVER_BUSY],
  [504, TIMEOUT],
  [505, NOT_ACCEPTABLE],
  [513, POLICY_VIOLATION],
  [604, ITEM_NOT_FOUND],
  [606, NOT_ACCEPTABLE],
]);

const FAMILIES: ReadonlyMap<number, ErrorKind> = new Map([
  [3, REDIRECT],
  [4, BAD_REQUEST],
  [5, SERVER_ERROR],
  [6, UNAVAILABLE],
]);

/**
 * Condition and error type of a final response ≥ 300; a status without a row of its own falls to its family. A 500 that
 * says when to try again (`hasRetryAfter`) is of type `wait`. Whether `gone` and `redirect` carry an address is the
 * caller's matter: 301 MUST, 410 MUST NOT (RFC 7247 §7.2).
 */
export function conditionOfStatus(status: number, hasRetryAfter = false): ErrorKind {
  if (status === 500 && hasRetryAfter) return SERVER_BUSY;
  return ROWS.get(status) ?? FAMILIES.get(Math.floor(status / 100)) ?? BAD_REQUEST;
}

/** Condition of a request that got no final response. RFC 3261 §8.1.3.1: 408 and 503. */
export function conditionOfFailure(cause: EventOf<'sip.request.failed'>['cause']): ErrorKind {
  switch (cause) {
    case 'timeout':
      return TIMEOUT;
    case 'media':
    case 'transport':
    case 'unresolvable':
      return row('remote-server-not-found', 'cancel');
    case 'no-credentials':
      return row('not-authorized', 'auth');
  }
}
