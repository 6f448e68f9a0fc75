/**
 * The m-lines of an SDP as they are meant: what they inherit from session level and from their BUNDLE group,
 * and what an old-fashioned hold means. RFC 9143 §7.1.3, RFC 3264 §8.4.
 */
import {
  inheritMedia,
  isHostName,
  isMulticast,
  type MediaDescription,
  type SessionDescription,
} from '@stoxgate/wire-sdp';
import { dataRefusalOf, isDataProtocol } from './data-channel.ts';
import { leadsNowhere } from './destination.ts';
import { bundleTag } from './grouping.ts';
import type { SdpContext } from './media-state.ts';
import { hasCodec, rtpmapsOf } from './payload-types.ts';
import { isRtpProtocol, isSecureProfile } from './profile.ts';

export const hasIce = ({ iceUfrag, icePwd }: MediaDescription): boolean =>
  iceUfrag !== undefined && icePwd !== undefined;

/** Credentials, fingerprints and role of the m-line that carries the transport of the bundle. */
function withBundle(media: MediaDescription, tag: MediaDescription | undefined): MediaDescription {
  if (tag === undefined || tag === media) return media;
  const ice = hasIce(media) ? media : tag;
  const dtls = media.fingerprints.length > 0 ? media : tag;
  return {
    ...media,
    connection: media.connection ?? tag.connection,
    iceUfrag: ice.iceUfrag,
    icePwd: ice.icePwd,
    fingerprints: dtls.fingerprints,
    setup: dtls.setup,
  };
}

/** All m-lines, as they are meant. `0.0.0.0` without ICE is `inactive` unless a direction is said. */
export function remoteMedia(session: SessionDescription): MediaDescription[] {
  const inherited = session.media.map((media) => inheritMedia(session, media));
  return inherited.map((media, index) => {
    const bundled = withBundle(media, bundleTag(media, inherited, session.groups));
    const said = session.media[index]?.direction ?? session.direction;
    const held =
      said === undefined && !hasIce(bundled) && bundled.connection && leadsNowhere(bundled.connection);
    return held ? { ...bundled, direction: 'inactive' } : bundled;
  });
}

/** Why an m-line cannot become a content; undefined when it can. */
export function refusalOf(
  media: MediaDescription,
  { dataChannels }: Pick<SdpContext, 'dataChannels'>,
): string | undefined {
  const { port, bundleOnly, protocol, portCount, connection, attributes } = media;
  if (port === 0 && !bundleOnly) return 'port 0';
  if (dataChannels === true && isDataProtocol(protocol)) return dataRefusalOf(media);
  if (!isRtpProtocol(protocol)) return `transport protocol ${protocol}`;
  if (portCount > 1) return 'several ports';
  if (connection && isMulticast(connection.address)) return 'multicast';
  // The edge has put an address in its place where there is one.
  if (connection && isHostName(connection.address) && !hasIce(media)) return 'host name without address';
  if (!hasCodec(rtpmapsOf(media))) return 'no known format';
  const keyed = media.cryptos.length > 0 || media.fingerprints.length > 0;
  const onlyMikey = !keyed && isSecureProfile(protocol) && attributes.some(({ name }) => name === 'key-mgmt');
  return onlyMikey ? 'no key exchange but key-mgmt' : undefined;
}
