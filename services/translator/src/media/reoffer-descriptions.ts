/**
 * A description-info of the XMPP party: other codecs, parameters or packet times than it named before. XEP-0166 §7.2.6,
 * XEP-0167 §7.3, RFC 3264 §8.3.2.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { childOf, childrenOf, el } from '@stoxgate/wire-xmpp';
import { openFoundations } from './foundations.ts';
import { mediaFromContent } from './media-from-content.ts';
import type { MediaState, SdpContext } from './media-state.ts';
import { ownMedia, withOwnMedia } from './own-media.ts';
import { hasCodec } from './payload-types.ts';
import { indexOfContent } from './reoffer-transports.ts';

/** The state with the payload types that the descriptions name. One without a codec that SDP can name changes nothing. */
export function withDescriptions(media: MediaState, jingle: XmlElement, context: SdpContext): MediaState {
  const own = ownMedia(media, context.xmppRole);
  const lines = [...own.lines];
  for (const element of childrenOf(jingle, 'content')) {
    const index = indexOfContent(media, element);
    const state = media.contents[index];
    const line = lines[index];
    const description = childOf(element, 'description');
    if (state === undefined || line === undefined || description === undefined) continue;
    const { creator, name, transport: kind, dialect } = state;
    const content = {
      creator,
      name,
      senders: undefined,
      media: state.media,
      description,
      transport: el('transport'),
      kind,
      dialect,
    };
    const said = mediaFromContent(content, context, openFoundations(media.foundations));
    if (!hasCodec(said.rtpmaps)) continue;
    const { formats, rtpmaps, fmtps, rtcpFeedbacks, ptime, maxptime } = said;
    lines[index] = { ...line, formats, rtpmaps, fmtps, rtcpFeedbacks, ptime, maxptime };
  }
  return withOwnMedia(media, { ...own, lines });
}
