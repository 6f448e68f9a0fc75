/**
 * What the XMPP party changes of its session, as the state our next offer is made of. XEP-0166 §7.2, XEP-0167 §8.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { isToken, MAX_MEDIA, type MediaDescription } from '@stoxgate/wire-sdp';
import { childOf, childrenOf, elementsOf, NS } from '@stoxgate/wire-xmpp';
import { refusedMedia } from './answer-from-jingle.ts';
import { ownDirectionAfter } from './directions.ts';
import { sendersRead } from './fixed-senders.ts';
import { openFoundations } from './foundations.ts';
import { groupsFromJingle } from './grouping.ts';
import { isRtpContent, type RtpContent, readContents } from './jingle-contents.ts';
import { mediaFromContent } from './media-from-content.ts';
import {
  type ContentName,
  type ContentState,
  fault,
  type Holds,
  type MediaResult,
  type MediaState,
  type SdpContext,
} from './media-state.ts';
import { ownMedia, toldSenders, withOwnMedia } from './own-media.ts';
import { isUsable } from './payload-types.ts';
import { hasRtcpCandidate } from './raw-udp.ts';
import { withDescriptions } from './reoffer-descriptions.ts';
import { indexOfContent, nameOfContent, withTransports } from './reoffer-transports.ts';
import { type Sources, sourcesFromJingle } from './sources.ts';

export interface JingleChangeMapped {
  readonly media: MediaState;
  /** Contents that can never be offered: they are rejected at once. */
  readonly rejected: readonly ContentName[];
  /** Contents that this change is about: added, or with a new transport. */
  readonly concerned: readonly ContentName[];
}

type Mapped = MediaResult<JingleChangeMapped>;

const changed = (media: MediaState): Mapped => ({ ok: true, media, rejected: [], concerned: [] });

const mapContents = (
  media: MediaState,
  map: (state: ContentState, index: number) => ContentState,
): MediaState => ({
  ...media,
  contents: media.contents.map((state, index) => (state.status === 'active' ? map(state, index) : state)),
});

const withHolds = (state: ContentState, holds: Holds): ContentState => ({
  ...state,
  holds: { ...state.holds, ...holds },
});

/** Payloads of a session-info that change the media; others are no matter of an offer. */
export const isMediaInfo = (name: string): boolean =>
  name === 'hold' || name === 'unhold' || name === 'active' || name === 'mute' || name === 'unmute';

/** hold, unhold, active, mute, unmute. mute and unmute may name one content. */
function fromInfo(jingle: XmlElement, media: MediaState): Mapped {
  let next = media;
  for (const { name, attrs } of elementsOf(jingle)) {
    const isNamed = (state: ContentState): boolean => attrs.name === undefined || attrs.name === state.name;
    if (name === 'hold') next = mapContents(next, (state) => withHolds(state, { xmpp: true }));
    else if (name === 'unhold') next = mapContents(next, (state) => withHolds(state, { xmpp: false }));
    else if (name === 'active')
      next = mapContents(next, (state) => withHolds(state, { xmpp: false, muted: false }));
    else if (name === 'mute' || name === 'unmute')
      next = mapContents(next, (state) =>
        isNamed(state) ? withHolds(state, { muted: name === 'mute' }) : state,
      );
  }
  return changed(next);
}

function fromModify(jingle: XmlElement, media: MediaState, context: SdpContext): Mapped {
  const own = ownMedia(media, context.xmppRole);
  const lines = [...own.lines];
  const contents = [...media.contents];
  for (const element of childrenOf(jingle, 'content')) {
    const index = indexOfContent(media, element);
    const state = contents[index];
    const line = lines[index];
    if (state === undefined || line === undefined) continue;
    const { senders } = element.attrs;
    const told = toldSenders(media, index, line, context);
    const direction = ownDirectionAfter(line.direction ?? 'sendrecv', told, senders, context.xmppRole);
    lines[index] = { ...line, direction };
    const isKnown = senders === 'initiator' || senders === 'responder' || senders === 'none';
    contents[index] = { ...state, senders: isKnown ? senders : 'both' };
  }
  return changed(withOwnMedia({ ...media, contents }, { ...own, lines }));
}

function fromRemove(jingle: XmlElement, media: MediaState): Mapped {
  const gone = new Set(childrenOf(jingle, 'content').map((element) => indexOfContent(media, element)));
  return changed(
    mapContents(media, (state, index) => (gone.has(index) ? { ...state, status: 'refused' } : state)),
  );
}

function midFor(name: string, index: number, taken: ReadonlySet<string | undefined>): string {
  let mid = isToken(name) ? name : `m${index}`;
  while (taken.has(mid)) mid += '_';
  return mid;
}

/** State of a content that takes the m-line `media`. */
export const stateOfContent = (
  content: RtpContent,
  media: MediaDescription,
  mid: string | undefined,
): ContentState => ({
  creator: content.creator,
  name: content.name,
  mid,
  media: media.media,
  protocol: media.protocol,
  firstFormat: media.formats[0] ?? '0',
  status: 'active',
  transport: content.kind,
  rtcpCandidate: content.kind === 'raw-udp' && hasRtcpCandidate(content.transport),
  dialect: content.dialect,
});

function fromAdd(jingle: XmlElement, media: MediaState, context: SdpContext): Mapped {
  const read = readContents(jingle, context);
  if (!read.ok) return read;
  const isTaken = ({ name, creator }: ContentName): boolean =>
    media.contents.some(
      (state) => state.status === 'active' && state.name === name && state.creator === creator,
    );
  if (read.contents.some(isTaken)) return fault('malformed', 'a content of this name is in use');
  const own = ownMedia(media, context.xmppRole);
  const foundations = openFoundations(media.foundations);
  const contents = [...media.contents];
  const lines = media.contents.map((state, index) => own.lines[index] ?? refusedMedia(state));
  const rejected: ContentName[] = [];
  const concerned: ContentName[] = [];
  for (const content of read.contents) {
    const name = { creator: content.creator, name: content.name };
    const line = isRtpContent(content) ? mediaFromContent(content, context, foundations) : undefined;
    if (!isRtpContent(content) || line === undefined || !isUsable(line) || lines.length >= MAX_MEDIA) {
      rejected.push(name);
      continue;
    }
    const taken = new Set(lines.map(({ mid }) => mid));
    const isNamed = content.kind === 'ice-udp' || line.fingerprints.length > 0 || own.groups.length > 0;
    const mid = isNamed ? midFor(content.name, lines.length, taken) : undefined;
    contents.push(stateOfContent(content, line, mid));
    lines.push({ ...line, mid });
    concerned.push(name);
  }
  const grouped = childOf(jingle, 'group', NS.JINGLE_GROUPING) !== undefined;
  const midOf = (name: string): string | undefined =>
    contents.find((state) => state.status === 'active' && state.name === name)?.mid;
  const groups = grouped ? groupsFromJingle(jingle, midOf) : own.groups;
  const next = { ...media, contents, foundations: foundations.table() };
  return { ok: true, media: withOwnMedia(next, { lines, groups }), rejected, concerned };
}

function mergedSources(action: string, known: Sources, said: Sources): Sources {
  if (action === 'source-update') return said;
  const ssrcs = new Set(said.sources.map(({ ssrc }) => ssrc));
  const group = ({ semantics, ssrcs: members }: Sources['sourceGroups'][number]): string =>
    `${semantics} ${members.join(' ')}`;
  const groups = new Set(said.sourceGroups.map(group));
  const sources = known.sources.filter(({ ssrc }) => !ssrcs.has(ssrc));
  const sourceGroups = known.sourceGroups.filter((each) => !groups.has(group(each)));
  if (action === 'source-remove') return { sources, sourceGroups };
  return {
    sources: [...sources, ...said.sources],
    sourceGroups: [...sourceGroups, ...said.sourceGroups],
  };
}

function fromSources(action: string, jingle: XmlElement, media: MediaState, context: SdpContext): Mapped {
  const own = ownMedia(media, context.xmppRole);
  const lines = [...own.lines];
  for (const element of childrenOf(jingle, 'content')) {
    const index = indexOfContent(media, element);
    const line = lines[index];
    const description = childOf(element, 'description');
    if (line === undefined || description === undefined) continue;
    const said = sourcesFromJingle(description, context.sessionId);
    lines[index] = { ...line, ...mergedSources(action, line, said) };
  }
  return changed(withOwnMedia(media, { ...own, lines }));
}

/**
 * The state after a Jingle action of the XMPP party that changes the session in progress. Malformed: contents that
 * cannot be read, or a content-add of a name in use. Contents nobody knows are passed over.
 */
export function changeFromJingle(
  action: string,
  given: XmlElement,
  media: MediaState,
  context: SdpContext,
): Mapped {
  const jingle = sendersRead(given, context);
  switch (action) {
    case 'session-info':
      return fromInfo(jingle, media);
    case 'content-modify':
      return fromModify(jingle, media, context);
    case 'content-remove':
      return fromRemove(jingle, media);
    case 'content-add':
      return fromAdd(jingle, media, context);
    case 'source-add':
    case 'source-remove':
    case 'source-update':
      return fromSources(action, jingle, media, context);
    case 'description-info':
      return changed(withDescriptions(media, jingle, context));
    case 'transport-info':
    case 'transport-replace': {
      const { media: next, changed: concerned, unmappable } = withTransports(media, jingle, context);
      const rejected = action === 'transport-replace' ? unmappable : [];
      return { ok: true, media: next, rejected, concerned };
    }
    default:
      return fault('malformed', `no change: ${action}`);
  }
}

/** Names of the contents of a `<jingle/>`. */
export const namesIn = (jingle: XmlElement): ContentName[] =>
  childrenOf(jingle, 'content').map(nameOfContent);
