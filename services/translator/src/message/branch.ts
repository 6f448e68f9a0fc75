/**
 * Branches of MESSAGE requests: RFC 3261 §8.1.1.7. The mark behind the magic cookie lets the gateway see its own hop in
 * the Via of a request that comes back.
 */
import { deriveHex } from '@stoxgate/contracts';

const OWN = 'z9hG4bKstox';
const VIA_BRANCH = /;\s*branch\s*=\s*z9hG4bKstox/i;

/** The branch of the request that the event `eventId` makes us send. */
export const branchOf = (eventId: string): string => `${OWN}${deriveHex(`${eventId} branch`, 10)}`;

/** Whether a request passed through us as a MESSAGE before. */
export const hasOwnVia = (vias: readonly string[]): boolean => vias.some((via) => VIA_BRANCH.test(via));
