/**
 * One Jingle content to one m-line: everything of it, by subject.
 */
import { type MediaDescription, mediaDescription } from '@stoxgate/wire-sdp';
import { bandwidthsFromJingle } from './bandwidth.ts';
import { defaultDestination, nowhere } from './destination.ts';
import { encryptionFromJingle } from './encryption.ts';
import { fingerprintsFromJingle } from './fingerprint.ts';
import type { Foundations } from './foundations.ts';
import { allowsMixedFromJingle, extmapsFromJingle } from './header-extensions.ts';
import { iceFromJingle } from './ice-candidates.ts';
import { allowsMux, type RtpContent } from './jingle-contents.ts';
import type { SdpContext } from './media-state.ts';
import { payloadsFromJingle } from './payload-types.ts';
import { offeredProtocol } from './profile.ts';
import { rawUdpFromJingle } from './raw-udp.ts';
import { directionOf } from './senders.ts';
import { sourcesFromJingle } from './sources.ts';

/** Transport part: where media goes, ICE, DTLS. */
function transportPart({ transport, kind }: RtpContent, context: SdpContext, foundations: Foundations) {
  const dtls = fingerprintsFromJingle(transport);
  if (kind === 'raw-udp') return { ...dtls, ...(rawUdpFromJingle(transport) ?? nowhere(context.sdpOrigin)) };
  const ice = iceFromJingle(transport, foundations);
  // Without any address, 0.0.0.0 says "not yet" to a peer with ICE; to one without it, it would be hold.
  const absent = ice.iceUfrag === undefined ? context.sdpOrigin : '0.0.0.0';
  return { ...dtls, ...ice, ...(defaultDestination(ice.candidates) ?? nowhere(absent)) };
}

/**
 * The m-line for a content, as an offer would have it: with the protocol its security calls for, without mid.
 * It has no formats when the content has no payload type that can be used.
 */
export function mediaFromContent(
  content: RtpContent,
  context: SdpContext,
  foundations: Foundations,
): MediaDescription {
  const { description, media, senders, kind } = content;
  const payloads = payloadsFromJingle(description, media);
  const transport = transportPart(content, context, foundations);
  const { cryptos, attributes } = encryptionFromJingle(description);
  const { rtcpFeedbacks } = payloads;
  return mediaDescription({
    media,
    protocol: offeredProtocol({ ...transport, cryptos, rtcpFeedbacks }, kind),
    ...payloads,
    ...transport,
    direction: directionOf(senders, context.xmppRole),
    rtcpMux: allowsMux(description),
    bandwidths: bandwidthsFromJingle(description),
    extmaps: extmapsFromJingle(description, context.xmppRole),
    extmapAllowMixed: allowsMixedFromJingle(description),
    ...sourcesFromJingle(description, context.sessionId),
    cryptos,
    attributes,
  });
}
