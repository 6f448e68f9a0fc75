/**
 * Branches of MESSAGE requests: RFC 3261 §8.1.1.7. The mark behind the magic cookie lets the gateway see its own hop in
 * the Via of a request that comes back.
 */
import { branchOf, deriveHex, type OutgoingSipRequest } from '@stoxgate/contracts';

const MARK = 'stox';
const VIA_BRANCH = /;\s*branch\s*=\s*z9hG4bKstox/i;

/** The branch of `request`, which the event `eventId` makes us send. */
export const branchOfMessage = (eventId: string, request: OutgoingSipRequest): string =>
  branchOf(`${MARK}${deriveHex(`${eventId} branch`, 10)}`, request);

/** Whether a request passed through us as a MESSAGE before. */
export const hasOwnVia = (vias: readonly string[]): boolean => vias.some((via) => VIA_BRANCH.test(via));
