/**
 * A SIP dialog as data. RFC 3261 §12.
 */
import type { OutgoingSipRequest, SipRequest, SipResponse } from '@stoxgate/contracts';

export interface Dialog {
  readonly callId: string;
  readonly localTag: string;
  /** Empty when the peer sent none (RFC 2543). */
  readonly remoteTag: string;
  /** CSeq of our last request in it; 0 before the first. */
  readonly localCseq: number;
  /** CSeq of the peer's last request; absent before the first. */
  readonly remoteCseq?: number;
  readonly localUri: string;
  readonly remoteUri: string;
  readonly remoteTarget: string;
  /** Topmost first, seen from us. */
  readonly routeSet: readonly string[];
  /** Whether the request that made it went to a `sips:` URI over TLS. */
  readonly secure: boolean;
}

const isSips = (uri: string): boolean => /^sips:/i.test(uri);

export const tagOf = (address: { readonly params: Readonly<Record<string, string>> }): string =>
  address.params.tag ?? '';

/** The dialog that a 1xx with a To tag or a 2xx makes at the caller: the route set is reversed (§12.1.2). */
export function dialogOfResponse(invite: OutgoingSipRequest, response: SipResponse): Dialog {
  return {
    callId: invite.callId,
    localTag: tagOf(invite.from),
    remoteTag: tagOf(response.to),
    localCseq: invite.cseq,
    localUri: invite.from.uri,
    remoteUri: invite.to.uri,
    remoteTarget: response.contacts[0]?.uri ?? invite.to.uri,
    routeSet: [...response.recordRoutes].reverse(),
    secure: isSips(invite.requestUri),
  };
}

/** The dialog that our response with `localTag` makes at the callee (§12.1.1). */
export function dialogOfRequest(invite: SipRequest, localTag: string): Dialog {
  return {
    callId: invite.callId,
    localTag,
    remoteTag: tagOf(invite.from),
    localCseq: 0,
    remoteCseq: invite.cseq.number,
    localUri: invite.to.uri,
    remoteUri: invite.from.uri,
    remoteTarget: invite.contacts[0]?.uri ?? invite.from.uri,
    routeSet: invite.recordRoutes,
    secure: isSips(invite.requestUri),
  };
}

/** Whether a request's CSeq is lower than the dialog's: out of order, owed a 500 (§12.2.2). */
export const isOutOfOrder = (dialog: Dialog, request: SipRequest): boolean =>
  dialog.remoteCseq !== undefined && request.cseq.number < dialog.remoteCseq;

/**
 * The dialog after a request in order and the response to it. A re-INVITE or UPDATE refreshes the remote target (§12.2.2),
 * but not one that was refused (RFC 6141 §4.9).
 */
export function afterRequest(dialog: Dialog, request: SipRequest, status: number): Dialog {
  const refreshes = status < 300 && (request.method === 'INVITE' || request.method === 'UPDATE');
  const target = refreshes ? request.contacts[0]?.uri : undefined;
  return { ...dialog, remoteCseq: request.cseq.number, remoteTarget: target ?? dialog.remoteTarget };
}
