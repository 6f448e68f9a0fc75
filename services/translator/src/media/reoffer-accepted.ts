/**
 * The SIP party's answer to an offer of ours in a call that is up, as what the XMPP party has to know of it.
 * RFC 3264 §8, XEP-0166 §7.2.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { type MediaDescription, parseSdp } from '@stoxgate/wire-sdp';
import { limitToOffer } from './answer-limits.ts';
import { answeredSenders } from './answered-senders.ts';
import type { Names } from './content-from-media.ts';
import { sendersWritten } from './fixed-senders.ts';
import { openFoundations } from './foundations.ts';
import { groupsToJingle } from './grouping.ts';
import { candidateIds } from './ice-candidates.ts';
import {
  type ContentName,
  type ContentState,
  fault,
  type MediaResult,
  type MediaState,
  type SdpContext,
} from './media-state.ts';
import { lastLocal, lastRemote, ownMedia } from './own-media.ts';
import { hasIce, refusalOf, remoteMedia } from './remote-media.ts';
import {
  actionsOf,
  contentName,
  fullContent,
  type JingleChange,
  transportContent,
  transportNews,
  withTransportKind,
} from './reoffer-remote.ts';

export interface AnswerDelta {
  readonly changes: readonly JingleChange[];
  readonly media: MediaState;
}

/** What the offer was about: the action, and the contents it added or gave a new transport. */
export interface Offered {
  readonly action: string;
  readonly concerned: readonly ContentName[];
}

/** Actions in the order in which they are told. */
const ACTIONS = [
  'content-remove',
  'content-modify',
  'transport-accept',
  'transport-reject',
  'transport-replace',
  'transport-info',
  'content-reject',
  'content-accept',
] as const;

/** Something to tell of one content. */
type Told = readonly [action: (typeof ACTIONS)[number], content: XmlElement];

interface Lines {
  readonly offered: MediaDescription;
  readonly answered: MediaDescription;
  /** The SIP party's line before, and what the XMPP party wants of its own. */
  readonly before: MediaDescription | undefined;
  readonly own: MediaDescription | undefined;
}

const MAX_GENERATION = 255;

/** What is told of the transport in the answer: the reply to a transport-replace, or where it is another one than before. */
function transportTold(
  action: string,
  isConcerned: boolean,
  { answered, before }: Lines,
  limited: MediaDescription,
  state: ContentState,
  tools: Names,
): readonly Told[] {
  if (action === 'transport-replace' && isConcerned) {
    return hasIce(answered) === (state.transport === 'ice-udp')
      ? [['transport-accept', transportContent(limited, state, tools)]]
      : [['transport-reject', contentName(state)]];
  }
  const news = transportNews(before, answered, state);
  if (news === 'none') return [];
  if (news !== 'replaced') return [['transport-info', transportContent(limited, state, tools)]];
  const kind = hasIce(limited) ? 'ice-udp' : 'raw-udp';
  return [['transport-replace', transportContent(limited, withTransportKind(state, kind), tools)]];
}

/** A content that the answer goes on with: what it is then, and what is told of it. */
function contentAfter(
  old: ContentState,
  lines: Lines,
  action: string,
  isConcerned: boolean,
  { xmppRole }: SdpContext,
  tools: Names,
): { readonly state: ContentState; readonly told: readonly Told[] } {
  const limited = limitToOffer(lines.answered, lines.offered);
  const { state: agreed, wished } = answeredSenders(old, lines.offered, limited, lines.own, xmppRole);
  const isRestarted = transportNews(lines.before, lines.answered, old) === 'restarted';
  const generation = Math.min((old.generation ?? 0) + 1, MAX_GENERATION);
  const state = isRestarted ? { ...agreed, generation } : agreed;
  if (action === 'content-add' && isConcerned) {
    return { state, told: [['content-accept', fullContent(limited, state, xmppRole, tools)]] };
  }
  const { creator, name, senders } = state;
  const expected = action === 'content-modify' ? (old.senders ?? wished) : wished;
  const isOther = senders !== expected && senders !== old.senders;
  const modified: Told = ['content-modify', { ...contentName(state), attrs: { creator, name, senders } }];
  const transport = transportTold(action, isConcerned, lines, limited, state, tools);
  return { state, told: isOther ? [modified, ...transport] : transport };
}

/**
 * Changes for the XMPP party in the answer to the offer that `media` has sent: content-accept and -reject,
 * transport-accept and -reject for what it asked; removes, directions and transports that follow from the answer.
 * Malformed: no SDP, or no `c=` for an m-line in use.
 */
export function deltaOfAnswer(
  sdp: string,
  media: MediaState,
  context: SdpContext,
  { action, concerned }: Offered,
): MediaResult<AnswerDelta> {
  const parsed = parseSdp(sdp);
  if (!parsed.ok) return fault('malformed', `line ${parsed.line}: ${parsed.reason}`);
  const answered = remoteMedia(parsed.description);
  const offered = lastLocal(media);
  const before = lastRemote(media);
  const own = ownMedia(media, context.xmppRole).lines;
  const foundations = openFoundations(media.foundations);
  const ids = candidateIds(media.candidateCount);
  const tools: Names = { foundations, nextCandidateId: ids.next, passthrough: context.passthrough };
  const isConcerned = (state: ContentState): boolean =>
    concerned.some(({ creator, name }) => creator === state.creator && name === state.name);

  const contents: ContentState[] = [];
  const told: Told[] = [];
  for (const [index, old] of media.contents.entries()) {
    const theirs = answered[index];
    const ours = offered[index];
    if (old.status === 'refused') {
      contents.push(old);
      continue;
    }
    if (theirs === undefined || ours === undefined || refusalOf(theirs, context) !== undefined) {
      contents.push({ ...old, status: 'refused' });
      const isNew = action === 'content-add' && isConcerned(old);
      told.push([isNew ? 'content-reject' : 'content-remove', contentName(old)]);
      continue;
    }
    if (theirs.connection === undefined) return fault('malformed', 'no c= for an m-line in use');
    const lines = { offered: ours, answered: theirs, before: before[index], own: own[index] };
    const after = contentAfter(old, lines, action, isConcerned(old), context, tools);
    contents.push(after.state);
    told.push(...after.told);
  }
  const nameOf = (mid: string): string | undefined =>
    contents.find((state) => state.mid === mid && state.status === 'active')?.name;
  const groups = groupsToJingle(parsed.description.groups, nameOf);
  const contentsOf = (wanted: string): readonly XmlElement[] => {
    const elements = told.filter(([told]) => told === wanted).map(([, element]) => element);
    return wanted === 'content-accept' && elements.length > 0 ? [...groups, ...elements] : elements;
  };
  const changes = actionsOf(...ACTIONS.map((each) => [each, contentsOf(each)] as const));
  return {
    ok: true,
    changes: changes.map((change) => ({ ...change, children: sendersWritten(change.children, context) })),
    media: {
      ...media,
      contents,
      foundations: foundations.table(),
      candidateCount: ids.count(),
      remoteSdp: sdp,
    },
  };
}
