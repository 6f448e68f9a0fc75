/**
 * Error stanzas to the sender of a message: RFC 6120 §8.3.
 */
import type { CommandOf, XmlElement } from '@stoxgate/contracts';
import { el, type StanzaErrorSpec, stanzaError } from '@stoxgate/wire-xmpp';

/** The stanza that failed, as far as its error needs it. */
export interface FailedStanza {
  readonly domain: string;
  readonly id?: string | undefined;
  readonly from: string;
  readonly to: string;
}

/** `<message type='error'/>` back to the sender, without the original payload. */
export const messageError = (failed: FailedStanza, spec: StanzaErrorSpec): CommandOf<'xmpp.stanza.send'> => ({
  type: 'xmpp.stanza.send',
  domain: failed.domain,
  stanza: stanzaError(el('message', { id: failed.id, from: failed.from, to: failed.to }), spec),
});

/** What an error needs to know of `stanza`, which came in by `domain`. */
export const failedStanza = (domain: string, stanza: XmlElement): FailedStanza => ({
  domain,
  id: stanza.attrs.id,
  from: stanza.attrs.from ?? '',
  to: stanza.attrs.to ?? '',
});
