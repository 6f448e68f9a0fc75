/**
 * An offer of the SIP party in a call that is up, as changes of the Jingle session: in this order remove, modify,
 * description, transport, add. RFC 3264 §8, XEP-0166 §7.2.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { type MediaDescription, parseSdp, type SessionDescription } from '@stoxgate/wire-sdp';
import { refusedMedia } from './answer-from-jingle.ts';
import type { Names } from './content-from-media.ts';
import { namesOf } from './content-names.ts';
import { agreedSenders, readyDirection, receives } from './directions.ts';
import { sendersWritten } from './fixed-senders.ts';
import { openFoundations } from './foundations.ts';
import { groupsToJingle } from './grouping.ts';
import { candidateIds } from './ice-candidates.ts';
import {
  type ContentState,
  fault,
  type MediaResult,
  type MediaState,
  type SdpContext,
} from './media-state.ts';
import { ownDialect } from './namespaces.ts';
import { lastRemote, ownMedia, toldSenders, withOwnMedia } from './own-media.ts';
import { hasIce, refusalOf, remoteMedia } from './remote-media.ts';
import { haveCommonCodec, withCommonFormats } from './reoffer-codecs.ts';
import {
  actionsOf,
  contentName,
  descriptionContent,
  fullContent,
  hasOtherPayloads,
  type JingleChange,
  transportContent,
  transportNews,
  withTransportKind,
} from './reoffer-remote.ts';
import { otherRole } from './senders.ts';

export interface DeltaOptions {
  /** mongoose: everything is one transport-info with full contents, as mod_jingle_sip had it. */
  readonly profile: 'auto' | 'mongoose';
  /** How hold by the SIP party is told; `hold`: as session-info, and no senders are ever told. */
  readonly holdAs: 'content-modify' | 'session-info' | 'both' | 'hold';
  /** A session refresh (RFC 4028) is not told when it changes nothing. */
  readonly isRefresh: boolean;
}

export interface OfferDelta {
  readonly changes: readonly JingleChange[];
  /** Knows the offer. Contents that were added are still refused in it. */
  readonly media: MediaState;
  /** Indexes of m-lines that the XMPP party is asked to accept. */
  readonly added: readonly number[];
  /** The offer restarts ICE: the answer wants new credentials of the XMPP party too. */
  readonly isRestart: boolean;
  /** It says nothing new. */
  readonly isUnchanged: boolean;
}

/** Actions that an offer may name itself. */
const NAMEABLE: ReadonlySet<string> = new Set([
  'source-add',
  'source-remove',
  'source-update',
  'content-modify',
  'content-remove',
  'description-info',
  'transport-info',
]);

/** `a=jingle-action` of the session or of an m-line, when it is one that may be named. */
function namedAction(session: SessionDescription): string | undefined {
  const all = [session, ...session.media].flatMap(({ attributes }) => attributes);
  const value = all.find(({ name }) => name === 'jingle-action')?.value?.trim();
  return value !== undefined && NAMEABLE.has(value) ? value : undefined;
}

function newContent(
  media: MediaDescription,
  name: string,
  context: SdpContext,
  old: ContentState | undefined,
): ContentState {
  const transport = hasIce(media) ? 'ice-udp' : 'raw-udp';
  return {
    creator: otherRole(context.xmppRole),
    name: old?.name ?? name,
    mid: media.mid,
    media: media.media,
    protocol: media.protocol,
    firstFormat: media.formats[0] ?? '0',
    status: 'refused',
    transport,
    rtcpCandidate: false,
    dialect: ownDialect(transport),
  };
}

/** A name that no content of the session has or had. */
function freeName(name: string, contents: readonly ContentState[]): string {
  let free = name;
  while (contents.some((state) => state.name === free)) free += '_';
  return free;
}

const isHold = (lines: readonly MediaDescription[]): boolean =>
  lines.length > 0 && lines.every(({ direction = 'sendrecv' }) => !receives(direction));

/** hold or unhold, where the offer begins or ends it for all contents. */
function holdInfo(before: readonly MediaDescription[], now: readonly MediaDescription[]): XmlElement[] {
  if (isHold(before) === isHold(now)) return [];
  return [
    {
      name: isHold(now) ? 'hold' : 'unhold',
      attrs: { xmlns: 'urn:xmpp:jingle:apps:rtp:info:1' },
      children: [],
    },
  ];
}

/** Whether the codecs that both parties have, their order or their parameters are others. */
const hasOtherCodecs = (before: MediaDescription | undefined, now: MediaDescription, own: MediaDescription) =>
  before !== undefined && hasOtherPayloads(withCommonFormats(before, own), withCommonFormats(now, own));

/**
 * The changes in an offer. Malformed: no SDP, or no `c=` for an m-line in use. `no-usable-media`: fewer m-lines than
 * before, or none that could go on. `unsupported-transports`: no ICE where there must be. Contents whose m-line is refused, or has no codec left that the XMPP party knows,
 * are removed.
 */
export function deltaOfOffer(
  sdp: string,
  media: MediaState,
  context: SdpContext,
  options: DeltaOptions,
): MediaResult<OfferDelta> {
  const parsed = parseSdp(sdp);
  if (!parsed.ok) return fault('malformed', `line ${parsed.line}: ${parsed.reason}`);
  const { description } = parsed;
  const offered = remoteMedia(description);
  if (offered.length < media.contents.length) return fault('no-usable-media', 'fewer m-lines than before');
  const own = ownMedia(media, context.xmppRole);
  const before = lastRemote(media);
  const names = namesOf(offered);
  const foundations = openFoundations(media.foundations);
  const ids = candidateIds(media.candidateCount);
  const tools: Names = { foundations, nextCandidateId: ids.next, passthrough: context.passthrough };

  const contents: ContentState[] = [];
  const kept: number[] = [];
  const added: number[] = [];
  const removes: XmlElement[] = [];
  const modifies: XmlElement[] = [];
  const descriptions: XmlElement[] = [];
  const transports: XmlElement[] = [];
  const replaces: XmlElement[] = [];
  const adds: XmlElement[] = [];
  let isRestart = false;
  for (const [index, theirs] of offered.entries()) {
    const old = media.contents[index];
    const line = own.lines[index];
    const isUsable = refusalOf(theirs, context) === undefined;
    if (isUsable && theirs.connection === undefined) return fault('malformed', 'no c= for an m-line in use');
    if (old === undefined || old.status === 'refused' || line === undefined) {
      const fresh = newContent(
        theirs,
        freeName(names[index] ?? '', [...media.contents, ...contents]),
        context,
        old,
      );
      contents.push(old !== undefined && !isUsable ? old : fresh);
      if (isUsable) {
        added.push(index);
        adds.push(fullContent(theirs, fresh, context.xmppRole, tools));
      }
      continue;
    }
    if (!isUsable || !haveCommonCodec(line, theirs)) {
      removes.push(contentName(old));
      contents.push({ ...old, status: 'refused' });
      continue;
    }
    kept.push(index);
    const offeredDirection = theirs.direction ?? 'sendrecv';
    const news = transportNews(before[index], theirs, old);
    if (news === 'replaced' && !hasIce(theirs) && context.noIcePolicy === 'reject')
      return fault('unsupported-transports', 'ICE is in use, and the offer has none');
    const held: ContentState = { ...old, holds: { ...old.holds, sip: !receives(offeredDirection) } };
    const told = toldSenders(media, index, line, context);
    const ready = readyDirection(
      { ...held, holds: { xmpp: held.holds?.xmpp } as ContentState['holds'] },
      line.direction ?? 'sendrecv',
    );
    const senders = agreedSenders(ready, offeredDirection, context.xmppRole);
    let state: ContentState = { ...held, senders };
    if (news === 'restarted') state = { ...state, generation: Math.min((old.generation ?? 0) + 1, 255) };
    if (news === 'replaced') state = withTransportKind(state, hasIce(theirs) ? 'ice-udp' : 'raw-udp');
    contents.push(state);
    if (senders !== told)
      modifies.push({ ...contentName(state), attrs: { creator: state.creator, name: state.name, senders } });
    if (hasOtherCodecs(before[index], theirs, line))
      descriptions.push(descriptionContent(theirs, state, context.xmppRole, tools));
    if (news === 'replaced') replaces.push(transportContent(theirs, state, tools));
    else if (news !== 'none') transports.push(transportContent(theirs, state, tools));
    if (news === 'restarted') isRestart = true;
  }
  if (kept.length === 0 && added.length === 0)
    return fault('no-usable-media', 'nothing is left of the session');

  const nameOf = (mid: string): string | undefined =>
    contents.find((state, index) => state.mid === mid && (state.status === 'active' || added.includes(index)))
      ?.name;
  const groups = groupsToJingle(description.groups, nameOf);
  const all = (): XmlElement[] => [
    ...groups,
    ...kept.flatMap((index) => {
      const theirs = offered[index];
      const state = contents[index];
      return theirs === undefined || state === undefined
        ? []
        : [fullContent(theirs, state, context.xmppRole, tools)];
    }),
  ];
  const isActive = (_line: MediaDescription, index: number): boolean =>
    media.contents[index]?.status === 'active';
  const hold =
    options.holdAs === 'content-modify'
      ? []
      : holdInfo(
          before.filter(isActive),
          kept.flatMap((index) => offered[index] ?? []),
        );
  const isByInfo = options.holdAs === 'hold' || (hold.length > 0 && options.holdAs === 'session-info');
  const told = isByInfo ? [] : modifies;
  const delta = actionsOf(
    ['content-remove', removes],
    ['session-info', hold],
    ['content-modify', told],
    ['description-info', descriptions],
    ['transport-replace', replaces],
    ['transport-info', transports],
    ['content-add', adds.length === 0 ? [] : [...groups, ...adds]],
  );
  const named = namedAction(description);
  let changes: readonly JingleChange[] = delta;
  if (added.length === 0) {
    if (named !== undefined) changes = [{ action: named, children: all() }];
    else if (options.profile === 'mongoose' && (delta.length > 0 || !options.isRefresh)) {
      changes = [{ action: 'transport-info', children: all() }];
    } else if (delta.length === 0 && !options.isRefresh) {
      changes = [{ action: 'transport-info', children: all() }];
    }
  }
  const lines = contents.map((state, index) => own.lines[index] ?? refusedMedia(state));
  const next: MediaState = {
    ...media,
    contents,
    foundations: foundations.table(),
    candidateCount: ids.count(),
    remoteSdp: sdp,
  };
  return {
    ok: true,
    changes: changes.map((change) => ({ ...change, children: sendersWritten(change.children, context) })),
    media: withOwnMedia(next, { ...own, lines }),
    added,
    isRestart,
    isUnchanged: delta.length === 0,
  };
}
