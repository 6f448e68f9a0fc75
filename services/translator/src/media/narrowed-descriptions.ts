/**
 * Contents for a description-info where the SIP party's answer has fewer formats than our offer. XEP-0167 §9,
 * RFC 3264 §7.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { limitToOffer } from './answer-limits.ts';
import { sendersWritten } from './fixed-senders.ts';
import { openFoundations } from './foundations.ts';
import type { MediaState, SdpContext } from './media-state.ts';
import { lastLocal, lastRemote } from './own-media.ts';
import { descriptionContent } from './reoffer-remote.ts';

export function narrowedDescriptions(media: MediaState, context: SdpContext): readonly XmlElement[] {
  const offered = lastLocal(media);
  const answered = lastRemote(media);
  const names = { foundations: openFoundations(media.foundations), nextCandidateId: () => '' };
  const contents = media.contents.flatMap((state, index) => {
    const ours = offered[index];
    const theirs = answered[index];
    if (
      state.media === 'application' ||
      state.status === 'refused' ||
      ours === undefined ||
      theirs === undefined
    )
      return [];
    if (ours.formats.every((format) => theirs.formats.includes(format))) return [];
    return [descriptionContent(limitToOffer(theirs, ours), state, context.xmppRole, names)];
  });
  return sendersWritten(contents, context);
}
