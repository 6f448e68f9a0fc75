/**
 * What we say we can do on the SIP side. RFC 3261 §11.2, §20.
 */
import type { SipHeaders } from '@stoxgate/contracts';
import type { GuardPolicy, Refusal } from '@stoxgate/sip-stack';

/** Methods and extensions of the calls that the translator serves. */
export const POLICY: GuardPolicy = {
  methods: [
    'INVITE',
    'ACK',
    'CANCEL',
    'BYE',
    'OPTIONS',
    'INFO',
    'UPDATE',
    'PRACK',
    'MESSAGE',
    'REFER',
    'NOTIFY',
  ],
  extensions: ['100rel', 'timer', 'replaces', 'norefersub'],
};

const HEADERS: SipHeaders = {
  allow: [POLICY.methods.join(', ')],
  accept: ['application/sdp, text/plain'],
  'accept-encoding': ['identity'],
  'accept-language': ['en'],
  supported: [POLICY.extensions.join(', ')],
};

/** Answer to OPTIONS outside a dialog: proxies ask it to see whether we live. */
export const capabilities = (): Refusal => ({ status: 200, headers: HEADERS });

const RETRY_AFTER_SECONDS = '5';

/** For now no new sessions: the sender may try elsewhere (RFC 3261 §21.5.4). */
export const unavailable = (): Refusal => ({
  status: 503,
  headers: { 'retry-after': [RETRY_AFTER_SECONDS] },
});

/** In a dialog a 503 would end more than this request. */
export const unavailableInDialog = (): Refusal => ({
  status: 500,
  headers: { 'retry-after': [RETRY_AFTER_SECONDS] },
});
