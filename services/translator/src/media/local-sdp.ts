/**
 * The SDP that we send to the SIP party: `o=` and its version, `c=`, groups. RFC 3264 §5, §8.
 */
import {
  type Attribute,
  type Connection,
  connectionTo,
  formatSdp,
  type Group,
  type MediaDescription,
  sessionDescription,
} from '@stoxgate/wire-sdp';
import { isDataProtocol } from './data-channel.ts';
import type { MediaState, SdpContext } from './media-state.ts';
import { hasMsid } from './sources.ts';

/** A user name that `o=` can carry as it is; `-` for any other. */
export const originUserName = (userName: string): string =>
  /^[!-$&-~]{1,64}$/.test(userName) ? userName : '-';

const MSID_SEMANTIC: Attribute = { name: 'msid-semantic', value: ' WMS *' };

type Origin = MediaState['origin'];
/** What the XMPP party said of the session as a whole. */
type SessionExtras = Pick<MediaState, 'attributes' | 'bandwidths'>;

export const firstOrigin = ({ userName, sessionId }: SdpContext): Origin => ({
  userName: originUserName(userName),
  sessionId,
  version: 1,
});

/** `c=` once for the session where all m-lines in use have the same, else each its own. */
function placeConnection(media: readonly MediaDescription[], own: Connection) {
  const used = media.filter(({ port }) => port > 0);
  const common = used[0]?.connection ?? own;
  const isCommon = used.every(
    ({ connection = own }) => connection.family === common.family && connection.address === common.address,
  );
  return isCommon
    ? { connection: common, media: media.map((each) => ({ ...each, connection: undefined })) }
    : {
        connection: undefined,
        media: media.map((each) => ({ ...each, connection: each.connection ?? own })),
      };
}

/** Once for the session where all m-lines in use have it. */
function placeAllowMixed(media: readonly MediaDescription[]) {
  const used = media.filter(({ port }) => port > 0);
  const all = used.length > 0 && used.every(({ extmapAllowMixed }) => extmapAllowMixed);
  return {
    extmapAllowMixed: all,
    media: all ? media.map((each) => ({ ...each, extmapAllowMixed: false })) : media,
  };
}

/** Data channels have no direction. */
const withoutDataDirection = (media: MediaDescription): MediaDescription =>
  isDataProtocol(media.protocol) ? { ...media, direction: undefined } : media;

/** The text to send and its origin. `last` is the origin and text sent before: the version grows only with a change. */
export function writeLocalSdp(
  media: readonly MediaDescription[],
  groups: readonly Group[],
  context: SdpContext,
  last: { readonly origin: Origin; readonly localSdp?: string },
  { attributes = [], bandwidths = [] }: SessionExtras = {},
): { readonly sdp: string; readonly origin: Origin } {
  const own = connectionTo(context.sdpOrigin) ?? { family: 'IP4', address: '127.0.0.1' };
  const mixed = placeAllowMixed(media.map(withoutDataDirection));
  const placed = placeConnection(mixed.media, own);
  const write = ({ userName, sessionId, version }: Origin): string =>
    formatSdp(
      sessionDescription({
        origin: {
          userName,
          sessionId,
          version: String(version),
          family: own.family,
          address: own.address,
        },
        connection: placed.connection,
        bandwidths,
        groups,
        extmapAllowMixed: mixed.extmapAllowMixed,
        attributes: media.some(hasMsid) ? [MSID_SEMANTIC, ...attributes] : attributes,
        media: placed.media,
      }),
    );
  const same = write(last.origin);
  if (last.localSdp === undefined || last.localSdp === same) return { sdp: same, origin: last.origin };
  const origin = { ...last.origin, version: last.origin.version + 1 };
  return { sdp: write(origin), origin };
}
