/**
 * Our SDP as it is, in answer to an offer that only asks for less: RFC 3264 §6, §8. For answers that nobody is asked for.
 */
import { parseSdp } from '@stoxgate/wire-sdp';
import { limitToOffer } from './answer-limits.ts';
import { writeLocalSdp } from './local-sdp.ts';
import { fault, type MediaResult, type MediaState, type SdpContext, type SdpMapped } from './media-state.ts';
import { remoteMedia } from './remote-media.ts';

/**
 * The answer to `sdp` from what we said last: directions mirrored, m-lines that it takes away gone. Fails when the offer
 * has m-lines that we do not know.
 */
export function repeatAsAnswer(sdp: string, media: MediaState, context: SdpContext): MediaResult<SdpMapped> {
  const offer = parseSdp(sdp);
  if (!offer.ok) return fault('malformed', `line ${offer.line}: ${offer.reason}`);
  const ours = parseSdp(media.localSdp ?? '');
  if (!ours.ok) return fault('malformed', `nothing was said yet: ${ours.reason}`);
  const offered = remoteMedia(offer.description);
  const said = remoteMedia(ours.description);
  const isSame =
    offered.length === said.length && said.every((each, index) => offered[index]?.media === each.media);
  if (!isSame) return fault('no-usable-media', 'other m-lines than ours');
  const answered = said.map((each, index) => {
    const theirs = offered[index];
    if (theirs === undefined || each.port === 0) return each;
    return theirs.port === 0 ? { ...each, port: 0 } : { ...each, ...limitToOffer(each, theirs) };
  });
  const next = writeLocalSdp(answered, ours.description.groups, context, media, media);
  return {
    ok: true,
    sdp: next.sdp,
    media: { ...media, origin: next.origin, localSdp: next.sdp, remoteSdp: sdp },
  };
}
