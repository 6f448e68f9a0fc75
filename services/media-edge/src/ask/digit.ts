import type { NgRequest } from '../ng/ng-message.ts';
import type { RequestOf } from './ends.ts';

/** dBm0 without its sign (RFC 4733 §2.3.4). */
const VOLUME = 8;

/** A digit played towards the end that is not `from`, as if `from` had sent it (RFC 4733). */
export const digit = (call: string, request: RequestOf<'digit'>): NgRequest => ({
  command: 'play DTMF',
  'call-id': call,
  'from-tag': request.from,
  code: request.digit,
  duration: request.durationMs,
  volume: VOLUME,
});
