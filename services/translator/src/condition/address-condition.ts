/**
 * What an XMPP user hears of an address that is called or written to and cannot be. RFC 6120 §8.3.3.
 */
import type { SipOfContact } from '@stoxgate/addressing';

type AddressFault = Extract<SipOfContact, { ok: false }>;

export interface AddressError {
  readonly condition: 'remote-server-not-found' | 'forbidden' | 'jid-malformed';
  readonly text: string;
}

export function errorOfAddress({ cause }: AddressFault): AddressError {
  switch (cause) {
    case 'unserved':
      return { condition: 'remote-server-not-found', text: 'This gateway does not serve that domain' };
    case 'refused':
      return { condition: 'forbidden', text: 'This number may not be called' };
    case 'jid-malformed':
      return { condition: 'jid-malformed', text: 'No SIP address has this name' };
  }
}
