/**
 * Requests that come back: loops and spirals. RFC 3261 §16.3 item 4.
 */
import { loopHashIn, loopHashOf, type SipRequest } from '@stoxgate/contracts';
import type { OwnAddress } from './own-address.ts';

/**
 * Whether a request went out from this address as it comes in: one of its Vias is ours and has the hash of the request.
 * No memory is asked, so any process that goes by this address can tell. With another hash it is a spiral, which is
 * legal; so is a CANCEL, which goes the way of its INVITE.
 */
export function cameBack(request: SipRequest, own: OwnAddress): boolean {
  if (request.vias.length < 2 || request.method === 'CANCEL') return false;
  let hash: string | undefined;
  return request.vias.some((value) => {
    const sent = loopHashIn(own.ownVia(value)?.branch ?? '');
    if (sent === undefined) return false;
    hash ??= loopHashOf(request);
    return sent === hash;
  });
}
