/**
 * One Jingle content to one m-line: everything of it, by subject.
 */
import { type MediaDescription, mediaDescription } from '@stoxgate/wire-sdp';
import { bandwidthsFromJingle } from './bandwidth.ts';
import { dataMedia, sctpmapOf } from './data-channel.ts';
import { type Destination, defaultDestination, nowhere } from './destination.ts';
import { encryptionFromJingle } from './encryption.ts';
import { fingerprintsFromJingle } from './fingerprint.ts';
import type { Foundations } from './foundations.ts';
import { allowsMixedFromJingle, extmapsFromJingle } from './header-extensions.ts';
import { type IceParameters, iceFromJingle } from './ice-candidates.ts';
import { allowsMux, type RtpContent } from './jingle-contents.ts';
import type { SdpContext } from './media-state.ts';
import { payloadsFromJingle } from './payload-types.ts';
import { isFeedbackProfile, offeredProtocol } from './profile.ts';
import { rawUdpFromJingle } from './raw-udp.ts';
import { directionOf } from './senders.ts';
import { sourcesFromJingle } from './sources.ts';
import { unknownFromJingle } from './unknown-attributes.ts';

const noIce: IceParameters = { candidates: [], remoteCandidates: [] };

function destinationOf(content: RtpContent, ice: IceParameters, { sdpOrigin }: SdpContext): Destination {
  if (content.kind === 'raw-udp') return rawUdpFromJingle(content.transport) ?? nowhere(sdpOrigin);
  // Without any address, 0.0.0.0 says "not yet" to a peer with ICE; to one without it, it would be hold.
  return defaultDestination(ice.candidates) ?? nowhere(ice.iceUfrag === undefined ? sdpOrigin : '0.0.0.0');
}

/**
 * The m-line for a content, as an offer would have it: with the protocol its security calls for, without mid.
 * It has no rtpmaps when the content has no payload type that can be used.
 */
export function mediaFromContent(
  content: RtpContent,
  context: SdpContext,
  foundations: Foundations,
): MediaDescription {
  const { description, transport, media, kind } = content;
  const payloads = payloadsFromJingle(description, media);
  const { cryptos, attributes, isRequired } = encryptionFromJingle(description);
  const { fingerprints, setup } = fingerprintsFromJingle(transport);
  const association = content.isData ? sctpmapOf(transport) : undefined;
  const ice = kind === 'ice-udp' ? iceFromJingle(transport, foundations) : noIce;
  const { connection, port, rtcp } = destinationOf(content, ice, context);
  const { sources, sourceGroups } = sourcesFromJingle(description, context.sessionId);
  const secured = { fingerprints, cryptos, rtcpFeedbacks: payloads.rtcpFeedbacks };
  const { profileMode: mode, optionalKeys } = context;
  const protocol = offeredProtocol(secured, kind, isRequired, { mode, optionalKeys });
  return mediaDescription({
    media,
    port,
    connection,
    rtcp,
    protocol,
    formats: payloads.formats,
    rtpmaps: payloads.rtpmaps,
    fmtps: payloads.fmtps,
    // RFC 4585 §4.2: feedback is of the AVPF profiles alone.
    rtcpFeedbacks: isFeedbackProfile(protocol) ? payloads.rtcpFeedbacks : [],
    ptime: payloads.ptime,
    maxptime: payloads.maxptime,
    direction: directionOf(content.senders, context.xmppRole),
    bandwidths: bandwidthsFromJingle(description),
    rtcpMux: allowsMux(description),
    extmaps: extmapsFromJingle(description, context.xmppRole),
    extmapAllowMixed: allowsMixedFromJingle(description),
    sources,
    sourceGroups,
    cryptos,
    attributes: [...attributes, ...unknownFromJingle(description, context.passthrough)],
    fingerprints,
    setup,
    iceUfrag: ice.iceUfrag,
    icePwd: ice.icePwd,
    candidates: ice.candidates,
    remoteCandidates: ice.remoteCandidates,
    ...(association === undefined ? {} : dataMedia(association)),
  });
}
