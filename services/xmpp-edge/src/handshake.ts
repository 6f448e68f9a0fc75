/**
 * Opening a component's stream. XEP-0114 §3.
 */
import { createHash } from 'node:crypto';
import { escapeValue, NS } from '@stoxgate/wire-xmpp';

export const streamHeader = (domain: string): string =>
  `<?xml version="1.0"?><stream:stream xmlns="${NS.COMPONENT_ACCEPT}" xmlns:stream="${NS.STREAM}" to="${escapeValue(domain)}">`;

export const STREAM_END = '</stream:stream>';

/** Lower-case hex SHA-1 of stream id and secret, as XEP-0114 wants it. */
export const handshakeElement = (streamId: string, secret: string): string =>
  `<handshake>${createHash('sha1')
    .update(streamId + secret)
    .digest('hex')}</handshake>`;

export const streamErrorText = (condition: string): string =>
  `<stream:error><${condition} xmlns="${NS.STREAM_ERROR}"/></stream:error>${STREAM_END}`;
