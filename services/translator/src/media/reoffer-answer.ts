/**
 * Our answer to an offer of the SIP party in a call that is up. RFC 3264 §6, §8: as many m-lines, in their order.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { type MediaDescription, parseSdp } from '@stoxgate/wire-sdp';
import { childOf, NS } from '@stoxgate/wire-xmpp';
import { refusedMedia } from './answer-from-jingle.ts';
import { limitToOffer } from './answer-limits.ts';
import { answeredDirection, holdsOf } from './directions.ts';
import { sendersRead } from './fixed-senders.ts';
import { openFoundations } from './foundations.ts';
import { groupsFromJingle } from './grouping.ts';
import { isRtpContent, readContents } from './jingle-contents.ts';
import { writeLocalSdp } from './local-sdp.ts';
import { mediaFromContent } from './media-from-content.ts';
import type { ContentState, MediaState, SdpContext, SdpMapped } from './media-state.ts';
import { lastLocal, lastRemote, ownMedia, withOwnMedia } from './own-media.ts';
import { haveCommonCodec, withCommonFormats } from './reoffer-codecs.ts';
import { afterSending, groupsInUse, isInUse, isRepeatable } from './reoffer-next.ts';

/**
 * The state after the XMPP party accepted contents of the m-lines at `added` (content-accept). Those it leaves out, or
 * for which it names no codec of the offer, stay refused.
 */
export function withAccepted(
  jingle: XmlElement,
  added: readonly number[],
  media: MediaState,
  context: SdpContext,
): MediaState {
  const read = readContents(sendersRead(jingle, context), context);
  if (!read.ok) return media;
  const own = ownMedia(media, context.xmppRole);
  const offer = lastRemote(media);
  const foundations = openFoundations(media.foundations);
  const contents = [...media.contents];
  const lines = [...own.lines];
  for (const content of read.contents.filter(isRtpContent)) {
    const index = added.find(
      (at) => contents[at]?.name === content.name && contents[at]?.status === 'refused',
    );
    const state = index === undefined ? undefined : contents[index];
    const theirs = index === undefined ? undefined : offer[index];
    if (index === undefined || state === undefined || theirs === undefined) continue;
    const line = mediaFromContent(content, context, foundations);
    if (!haveCommonCodec(line, theirs)) continue;
    const { holds: _, senders: __, ...rest } = state;
    contents[index] = { ...rest, ...holdsOf(theirs.direction), status: 'active', dialect: content.dialect };
    lines[index] = { ...line, mid: theirs.mid };
  }
  const midOf = (name: string): string | undefined =>
    contents.find((state) => state.name === name && state.status === 'active')?.mid;
  const grouped = childOf(jingle, 'group', NS.JINGLE_GROUPING) !== undefined;
  const groups = grouped ? groupsFromJingle(jingle, midOf) : own.groups;
  return withOwnMedia({ ...media, contents, foundations: foundations.table() }, { lines, groups });
}

/** The DTLS role of our side stays what it was agreed to be (RFC 8842 §5.5). */
const keptSetup = (before: MediaDescription | undefined, own: MediaDescription): MediaDescription['setup'] =>
  before?.setup === 'active' || before?.setup === 'passive' ? before.setup : own.setup;

/** Whether what we said last can stand as an answer to this offer: a refresh gets the same SDP again. */
function isAnswer(media: MediaState, own: readonly MediaDescription[]): boolean {
  const said = lastLocal(media);
  const offered = lastRemote(media);
  if (!isRepeatable(media) || said.length !== offered.length) return false;
  return said.every(({ direction, setup }, index) => {
    const state = media.contents[index];
    if (!isInUse(state)) return true;
    const wanted = answeredDirection(
      state,
      own[index]?.direction ?? 'sendrecv',
      offered[index]?.direction ?? 'sendrecv',
    );
    return direction === wanted && setup !== 'actpass';
  });
}

/**
 * The answer to the offer that `media` knows (`remoteSdp`). Nothing is said that was not offered. To an offer that is
 * `unchanged` the last SDP is said again, where it can stand as an answer.
 */
export function answerReoffer(media: MediaState, context: SdpContext, unchanged = false): SdpMapped {
  const parsed = parseSdp(media.remoteSdp ?? '');
  const offered = lastRemote(media);
  const own = ownMedia(media, context.xmppRole);
  if (unchanged && media.localSdp !== undefined && isAnswer(media, own.lines)) {
    return { sdp: media.localSdp, media };
  }
  const before = lastLocal(media);
  const contents: ContentState[] = [];
  const lines = media.contents.map((state, index): MediaDescription => {
    const line = own.lines[index];
    const theirs = offered[index];
    if (!isInUse(state) || line === undefined || theirs === undefined) {
      contents.push({ ...state, status: 'refused' });
      return refusedMedia(theirs === undefined ? state : { ...state, ...refusalForm(theirs) });
    }
    const direction = answeredDirection(state, line.direction ?? 'sendrecv', theirs.direction ?? 'sendrecv');
    const setup = keptSetup(before[index], line);
    const answer = limitToOffer({ ...withCommonFormats(line, theirs), setup }, theirs);
    contents.push({ ...state, protocol: theirs.protocol, mid: theirs.mid });
    return { ...answer, direction, media: theirs.media, protocol: theirs.protocol, mid: theirs.mid };
  });
  const semantics = new Set(parsed.ok ? parsed.description.groups.map((group) => group.semantics) : []);
  const groups = groupsInUse(own.groups, contents, lines).filter((group) => semantics.has(group.semantics));
  const last = { origin: media.origin, localSdp: media.refusedSdp ?? media.localSdp };
  const { sdp, origin } = writeLocalSdp(lines, groups, context, last, media);
  return { sdp, media: { ...afterSending(media, sdp, origin), contents } };
}

const refusalForm = ({ media, protocol, formats, mid }: MediaDescription) => ({
  media,
  protocol,
  firstFormat: formats[0] ?? '0',
  mid,
});
