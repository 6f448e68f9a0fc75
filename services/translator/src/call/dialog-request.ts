/**
 * Requests inside a dialog: CSeq, route set with loose and strict routing. RFC 3261 §12.2.1.1, §13.2.2.4.
 */
import type { OutgoingSipRequest, SipHeaders } from '@stoxgate/contracts';
import type { Dialog } from './dialog.ts';

export const MAX_FORWARDS = 70;

const uriOfRoute = (route: string): string => /<([^>]*)>/.exec(route)?.[1] ?? route.trim();
const isLoose = (route: string): boolean => /;\s*lr\b/i.test(uriOfRoute(route));

/** A Request-URI bears no `method` parameter and no headers (§19.1.1 table 1). */
const asRequestUri = (uri: string): string => uri.replace(/\?.*$/s, '').replace(/;method=[^;]*/gi, '');

/**
 * Request-URI and Route set. With a strict router first, its URI becomes the Request-URI and the remote target the
 * last route; such a request is sent to its Request-URI.
 */
function routed(dialog: Dialog): Pick<OutgoingSipRequest, 'requestUri' | 'routes' | 'isStrictlyRouted'> {
  const [first, ...rest] = dialog.routeSet;
  if (first === undefined || isLoose(first)) {
    return { requestUri: dialog.remoteTarget, routes: [...dialog.routeSet] };
  }
  return {
    requestUri: asRequestUri(uriOfRoute(first)),
    routes: [...rest, `<${dialog.remoteTarget}>`],
    isStrictlyRouted: true,
  };
}

function build(dialog: Dialog, method: string, cseq: number, headers: SipHeaders): OutgoingSipRequest {
  return {
    method,
    ...routed(dialog),
    from: { uri: dialog.localUri, params: { tag: dialog.localTag } },
    to: { uri: dialog.remoteUri, params: dialog.remoteTag === '' ? {} : { tag: dialog.remoteTag } },
    callId: dialog.callId,
    cseq,
    maxForwards: MAX_FORWARDS,
    headers,
  };
}

/** The ACK to a 2xx: the INVITE's CSeq number, the dialog's routes. */
export const ackIn = (dialog: Dialog, inviteCseq: number): OutgoingSipRequest =>
  build(dialog, 'ACK', inviteCseq, {});

/** The next request in a dialog, and the dialog that has sent it. */
export function requestIn(
  dialog: Dialog,
  method: string,
  headers: SipHeaders = {},
): { dialog: Dialog; request: OutgoingSipRequest } {
  const localCseq = dialog.localCseq + 1;
  return { dialog: { ...dialog, localCseq }, request: build(dialog, method, localCseq, headers) };
}
