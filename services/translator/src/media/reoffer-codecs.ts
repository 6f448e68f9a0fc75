/**
 * Codecs that both parties have, for an answer to a later offer. RFC 3264 §6.1.
 */
import type { MediaDescription } from '@stoxgate/wire-sdp';
import { isDataProtocol } from './data-channel.ts';
import { hasCodec, rtpmapsOf } from './payload-types.ts';

const codecKey = ({ name, clockRate, channels = 1 }: ReturnType<typeof rtpmapsOf>[number]): string =>
  `${name.toLowerCase()} ${clockRate} ${channels}`;

/** Our line with only the formats that the offer has too. */
export function withCommonFormats(own: MediaDescription, offer: MediaDescription): MediaDescription {
  if (isDataProtocol(own.protocol)) return own;
  const offered = new Set(rtpmapsOf(offer).map(codecKey));
  const common = rtpmapsOf(own).filter((rtpmap) => offered.has(codecKey(rtpmap)));
  const payloads = new Set(common.map(({ payload }) => payload));
  return {
    ...own,
    formats: common.map(({ payload }) => String(payload)),
    rtpmaps: common,
    fmtps: own.fmtps.filter(({ payload }) => payloads.has(payload)),
    rtcpFeedbacks: own.rtcpFeedbacks.filter(({ payload }) => payload === '*' || payloads.has(payload)),
  };
}

export const haveCommonCodec = (own: MediaDescription, offer: MediaDescription): boolean =>
  isDataProtocol(own.protocol)
    ? isDataProtocol(offer.protocol)
    : hasCodec(withCommonFormats(own, offer).rtpmaps);
