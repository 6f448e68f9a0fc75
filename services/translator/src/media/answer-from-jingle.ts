/**
 * session-accept to SDP answer. XEP-0167 §6, RFC 3264 §6.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { type Group, type MediaDescription, mediaDescription, parseSdp } from '@stoxgate/wire-sdp';
import { limitToOffer } from './answer-limits.ts';
import { sendersRead } from './fixed-senders.ts';
import { openFoundations } from './foundations.ts';
import { bundleTag, groupsFromJingle } from './grouping.ts';
import { isRtpContent, type RtpContent, readContents } from './jingle-contents.ts';
import { writeLocalSdp } from './local-sdp.ts';
import { mediaFromContent } from './media-from-content.ts';
import {
  type ContentState,
  fault,
  type MediaResult,
  type MediaState,
  type SdpContext,
  type SdpMapped,
} from './media-state.ts';
import { isUsable } from './payload-types.ts';
import { remoteMedia } from './remote-media.ts';
import { sessionExtras } from './session-extras.ts';

/** The m-line for what is not accepted: same place, same protocol, port 0 (RFC 3264 §6). */
export const refusedMedia = ({ media, protocol, firstFormat, mid }: ContentState): MediaDescription =>
  mediaDescription({
    media,
    port: 0,
    protocol,
    formats: [firstFormat],
    direction: 'inactive',
    mid,
  });

/** In a bundle, what has no address of its own goes where the first of the bundle goes. */
function withBundleAddress(media: MediaDescription, tag: MediaDescription | undefined): MediaDescription {
  if (tag === undefined || tag === media || media.candidates.length > 0 || media.port === 0) return media;
  return { ...media, connection: tag.connection, port: tag.port, rtcp: tag.rtcp };
}

/**
 * The answer to the SIP party's offer for a session-accept: as many m-lines, in the same order, with the same
 * protocols; what the session-accept leaves out, or has no usable payload type for, gets port 0. Nothing is said
 * that was not offered. Fails when nothing is accepted.
 */
export function answerFromJingle(
  jingle: XmlElement,
  media: MediaState,
  context: SdpContext,
): MediaResult<SdpMapped> {
  const read = readContents(sendersRead(jingle, context), context);
  if (!read.ok) return read;
  const offer = parseSdp(media.remoteSdp ?? '');
  if (!offer.ok) return fault('malformed', `no offer to answer: ${offer.reason}`);
  const offered = remoteMedia(offer.description);
  const foundations = openFoundations(media.foundations);
  const accepted = read.contents.filter(isRtpContent);
  // Some clients mistake the creator of what they accept; the name alone is unambiguous then.
  const find = (state: ContentState): RtpContent | undefined =>
    accepted.find(({ name, creator }) => name === state.name && creator === state.creator) ??
    accepted.find(({ name }) => name === state.name);

  const contents: ContentState[] = [];
  const answered: MediaDescription[] = [];
  for (const [index, state] of media.contents.entries()) {
    const content = state.status === 'active' ? find(state) : undefined;
    const theirs = offered[index];
    const mapped = content && mediaFromContent(content, context, foundations);
    if (content === undefined || theirs === undefined || mapped === undefined || !isUsable(mapped)) {
      contents.push({ ...state, status: 'refused' });
      answered.push(refusedMedia(state));
      continue;
    }
    const { media: kind, protocol, mid } = state;
    contents.push({ ...state, dialect: content.dialect });
    answered.push({ ...limitToOffer(mapped, theirs), media: kind, protocol, mid });
  }
  if (contents.every(({ status }) => status === 'refused')) {
    return fault('no-usable-media', 'no content is accepted');
  }
  const isOffered = ({ semantics }: Group): boolean =>
    offer.description.groups.some((group) => group.semantics === semantics);
  const midOf = (name: string): string | undefined =>
    contents.find((state) => state.name === name && state.status === 'active')?.mid;
  const groups = groupsFromJingle(jingle, midOf).filter(isOffered);
  const placed = answered.map((each) => withBundleAddress(each, bundleTag(each, answered, groups)));
  const extras = sessionExtras(jingle, context.passthrough);
  const { sdp, origin } = writeLocalSdp(placed, groups, context, media, extras);
  return {
    ok: true,
    sdp,
    media: {
      ...media,
      contents,
      origin,
      foundations: foundations.table(),
      attributes: extras.attributes ?? media.attributes,
      bandwidths: extras.bandwidths ?? media.bandwidths,
      localSdp: sdp,
    },
  };
}
