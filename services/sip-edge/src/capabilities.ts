/**
 * What we say we can do on the SIP side. RFC 3261 §11.2, §20.
 */
import type { SipRequest } from '@stoxgate/contracts';
import { arePhonesShown, type Config } from '@stoxgate/runtime';
import type { GuardPolicy, Refusal } from '@stoxgate/sip-stack';
import { mediaCapabilitiesOf } from './media-capabilities.ts';

const METHODS = ['INVITE', 'ACK', 'CANCEL', 'BYE', 'OPTIONS', 'INFO', 'UPDATE', 'PRACK', 'MESSAGE'];
const EXTENSIONS = ['100rel', 'timer', 'gruu'];

/** Whether what SIP users publish is of use: as their presence, or as the state of their phones. */
const takesPublications = (config: Config): boolean =>
  (config.presence.mode === 'sip' && config.presence.compositor) || arePhonesShown(config);

/** Methods and extensions of what the translator serves. */
export const guardPolicyOf = (config: Config): GuardPolicy => {
  const {
    calls: { transfer },
    presence: { mode },
    phones: { watch_dialogs: watchesDialogs },
  } = config;
  return {
    methods: [
      ...METHODS,
      ...(transfer ? ['REFER'] : []),
      ...(transfer || mode === 'sip' || watchesDialogs ? ['NOTIFY'] : []),
      ...(mode === 'sip' ? ['SUBSCRIBE'] : []),
      ...(takesPublications(config) ? ['PUBLISH'] : []),
    ],
    extensions: transfer ? [...EXTENSIONS, 'replaces', 'norefersub'] : EXTENSIONS,
  };
};

/** Answers to OPTIONS outside a dialog: proxies ask it to see whether we live, others whether we take chats. */
export function capabilitiesOf(config: Config): (request: SipRequest) => Refusal {
  const { methods, extensions } = guardPolicyOf(config);
  const bodyFor = mediaCapabilitiesOf(config);
  const headers = {
    allow: [methods.join(', ')],
    accept: [
      'application/sdp, text/plain, text/html, message/cpim, message/imdn+xml, application/im-iscomposing+xml',
    ],
    'accept-encoding': ['identity'],
    'accept-language': ['en'],
    supported: [extensions.join(', ')],
    ...(config.presence.mode === 'sip' && { 'allow-events': ['presence'] }),
  };
  return (request) => {
    const body = bodyFor(request);
    return { status: 200, headers, ...(body && { body }) };
  };
}

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
