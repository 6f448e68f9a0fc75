/**
 * Our next SDP offer in a call that is up. RFC 3264 §8: as many m-lines as ever, each in its place; port 0 stays.
 */
import type { Group, MediaDescription } from '@stoxgate/wire-sdp';
import { refusedMedia } from './answer-from-jingle.ts';
import { offeredDirection } from './directions.ts';
import { writeLocalSdp } from './local-sdp.ts';
import type { ContentState, MediaState, SdpContext, SdpMapped } from './media-state.ts';
import { ownMedia, withOwnMedia } from './own-media.ts';

export const isInUse = (state: ContentState | undefined): state is ContentState => state?.status === 'active';

/** Groups of the m-lines in use; a group of none is gone. */
export function groupsInUse(
  groups: readonly Group[],
  contents: readonly ContentState[],
  lines: readonly MediaDescription[],
): Group[] {
  const used = new Set(lines.filter((_line, index) => isInUse(contents[index])).map(({ mid }) => mid));
  return groups
    .map(({ semantics, mids }) => ({ semantics, mids: mids.filter((mid) => used.has(mid)) }))
    .filter(({ mids }) => mids.length > 0);
}

/** The state after `sdp` was sent as written. */
export function afterSending(media: MediaState, sdp: string, origin: MediaState['origin']): MediaState {
  const { refusedSdp: _, ...rest } = media;
  return { ...rest, origin, localSdp: sdp };
}

/**
 * The SDP for a re-INVITE or UPDATE, or for a 200 to a re-INVITE without one: all that the XMPP party has now. The same
 * state gives the same text and version again. `action` stands in it as `a=jingle-action`.
 */
export function nextOffer(media: MediaState, context: SdpContext, action?: string): SdpMapped {
  const own = ownMedia(media, context.xmppRole);
  const lines = media.contents.map((state, index): MediaDescription => {
    const line = own.lines[index];
    if (!isInUse(state) || line === undefined) return refusedMedia(state);
    const direction = offeredDirection(state, line.direction ?? 'sendrecv');
    // RFC 5763 §5: "The endpoint that is the offerer MUST use the setup attribute value of setup:actpass".
    return { ...line, direction, setup: line.fingerprints.length > 0 ? 'actpass' : undefined };
  });
  const groups = groupsInUse(own.groups, media.contents, lines);
  const named = action === undefined ? [] : [{ name: 'jingle-action', value: action }];
  const attributes = [...(media.attributes ?? []), ...named];
  const last = { origin: media.origin, localSdp: media.refusedSdp ?? media.localSdp };
  const { sdp, origin } = writeLocalSdp(lines, groups, context, last, { ...media, attributes });
  return { sdp, media: withOwnMedia(afterSending(media, sdp, origin), own) };
}

/** Whether the last SDP accepted is also the last one sent, and may be sent again as it is. */
export const isRepeatable = ({ localSdp, refusedSdp }: MediaState): boolean =>
  localSdp !== undefined && refusedSdp === undefined && !localSdp.includes('\na=jingle-action:');

/** The SDP of a request that only refreshes the session: the last one, with its version (RFC 4028 §7.4). */
export const repeatedOffer = (media: MediaState, context: SdpContext): SdpMapped =>
  isRepeatable(media) && media.localSdp !== undefined
    ? { sdp: media.localSdp, media }
    : nextOffer(media, context);

/** The state after the SIP party refused `offered`: as before, but the version was used (RFC 3264 §8). */
export const afterRefusal = (before: MediaState, offered: MediaState): MediaState => ({
  ...before,
  origin: offered.origin,
  ...(offered.localSdp === undefined ? {} : { refusedSdp: offered.localSdp }),
});
