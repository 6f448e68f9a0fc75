/**
 * An offer for a client that cannot make its own yet: what a phone takes, at an address that leads nowhere. A media relay
 * puts its own address there, and later the client's offer in its place. RFC 3264 §5, XEP-0353 §3.
 */
import { catalogueOffer } from './catalogue-offer.ts';
import { firstOrigin } from './local-sdp.ts';
import type { SdpContext } from './media-state.ts';

/**
 * What every phone takes; a relay turns it into what the client has. Telephone events are added there: of ours it would keep
 * the payload type from its own, and the phone had to be told of another once the client's offer is there.
 */
const CODECS = { audio: ['PCMA/8000', 'PCMU/8000'], video: [] };

/** `0.0.0.0` would be a hold (RFC 3264 §8.4), so it is the gateway's own address. */
export function placeholderOffer(context: SdpContext): string {
  const { userName, sessionId, version } = firstOrigin(context);
  const family = context.sdpOrigin.includes(':') ? 'IP6' : 'IP4';
  return catalogueOffer(CODECS)
    .replace(/^o=.*$/m, `o=${userName} ${sessionId} ${version} IN ${family} ${context.sdpOrigin}`)
    .replace(/^c=.*$/m, `c=IN ${family} ${context.sdpOrigin}`);
}
