/**
 * An offer for a party that has not made its own yet: what a phone takes, at an address that leads nowhere. A media relay
 * puts its own address there, and later the party's description in its place. RFC 3264 §5, XEP-0353 §3.
 */
import { type Catalogue, catalogueOffer } from './catalogue-offer.ts';

/**
 * What every phone takes; a relay turns it into what the client has. Telephone events are added there: of ours it would keep
 * the payload type from its own, and the phone had to be told of another once the client's offer is there.
 */
const CODECS: Catalogue = { audio: ['PCMA/8000', 'PCMU/8000'], video: [] };

/** Who the offer is of. `0.0.0.0` would be a hold (RFC 3264 §8.4), so the address is the gateway's own. */
export interface PlaceholderOrigin {
  readonly address: string;
  readonly userName: string;
  readonly sessionId: string;
}

export function placeholderOffer(origin: PlaceholderOrigin, codecs: Catalogue = CODECS): string {
  const { address, userName, sessionId } = origin;
  const connection = `IN ${address.includes(':') ? 'IP6' : 'IP4'} ${address}`;
  return catalogueOffer(codecs)
    .replace(/^o=.*$/m, `o=${userName} ${sessionId} 1 ${connection}`)
    .replace(/^c=.*$/m, `c=${connection}`);
}
