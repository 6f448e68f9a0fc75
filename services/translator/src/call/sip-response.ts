/**
 * Responses built from a stored request. RFC 3261 §8.2.6, §12.1.1.
 */
import type { OutgoingSipResponse, OwnContact, SipBody, SipHeaders, SipRequest } from '@stoxgate/contracts';
import { reasonPhrase } from '@stoxgate/wire-sip';
import { withChanges } from '../with-changes.ts';
import { tagOf } from './dialog.ts';

export interface ResponseParts {
  readonly reason?: string;
  /** Present in responses that make or refresh a dialog; Record-Route is copied with it. */
  readonly contact?: OwnContact;
  readonly headers?: SipHeaders;
  readonly body?: SipBody;
}

/**
 * A response to `request`. `localTag` goes into To unless the request's To has a tag.
 */
export function responseTo(
  request: SipRequest,
  status: number,
  localTag: string,
  parts: ResponseParts = {},
): OutgoingSipResponse {
  const to = request.to;
  return {
    status,
    reason: parts.reason ?? reasonPhrase(status),
    vias: request.vias,
    from: request.from,
    to: tagOf(to) === '' ? { ...to, params: withChanges(to.params, { tag: localTag }) } : to,
    callId: request.callId,
    cseq: request.cseq,
    recordRoutes: parts.contact === undefined ? [] : request.recordRoutes,
    contact: parts.contact,
    headers: parts.headers ?? {},
    body: parts.body,
  };
}
