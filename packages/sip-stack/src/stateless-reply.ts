/**
 * Responses without a transaction: the same request always gets the same response. RFC 3261 §8.2.7.
 */
import { createHmac, randomBytes } from 'node:crypto';
import type { OutgoingSipResponse, SipRequest } from '@stoxgate/contracts';
import { reasonPhrase } from '@stoxgate/wire-sip';
import type { Refusal } from './ingress-guard.ts';

const secret = randomBytes(16);

/** To tag of a stateless response in this transaction; an ACK that carries it needs no further thought. */
export const statelessTag = (transactionKey: string): string =>
  createHmac('sha256', secret).update(transactionKey).digest('hex').slice(0, 16);

/** A response to `request`, with `toTag` where the request has no To tag (RFC 3261 §8.2.6.2). */
export function responseTo(request: SipRequest, refusal: Refusal, toTag?: string): OutgoingSipResponse {
  const { vias, from, to, callId, cseq } = request;
  const tag = to.params.tag ?? toTag;
  return {
    status: refusal.status,
    reason: refusal.reason ?? reasonPhrase(refusal.status),
    vias,
    from,
    to: tag === undefined ? to : { ...to, params: { ...to.params, tag } },
    callId,
    cseq,
    recordRoutes: [],
    headers: refusal.headers ?? {},
    ...(refusal.body && { body: refusal.body }),
  };
}
