/**
 * What the gateway's SIP side can do in a call. RFC 3261 §20.1, §20.5.
 */
import type { SipBody, SipHeaders, SipRequest } from '@stoxgate/contracts';

export const ALLOW = 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK, MESSAGE, REFER, NOTIFY';
export const SDP = 'application/sdp';

/** Headers of a request or response that starts or refreshes a session. */
export const SESSION_HEADERS: SipHeaders = {
  allow: [ALLOW],
  accept: [SDP],
  supported: ['100rel, timer, replaces, norefersub'],
};

/** Option tags that a request may require. */
const UNDERSTOOD = new Set(['100rel', 'timer', 'replaces', 'norefersub']);

const tagsIn = (values: readonly string[] | undefined): readonly string[] =>
  (values ?? [])
    .flatMap((value) => value.split(','))
    .map((tag) => tag.trim().toLowerCase())
    .filter((tag) => tag !== '');

/** Option tags required and not understood; owed a 420 (RFC 3261 §8.2.2.3). */
export const unsupportedTags = (request: SipRequest): readonly string[] =>
  tagsIn(request.headers.require).filter((tag) => !UNDERSTOOD.has(tag));

export const requiresReliable = (request: SipRequest): boolean =>
  tagsIn(request.headers.require).includes('100rel');

export const sdpBody = (content: string): SipBody => ({ contentType: SDP, content, encoding: 'utf8' });

/** Whether who sends a message takes UPDATE, as its Allow says. */
export const allowsUpdate = ({ headers }: { readonly headers: SipHeaders }): boolean =>
  (headers.allow ?? []).some((value) => /(?:^|[,\s])UPDATE(?:$|[,\s])/i.test(value));
