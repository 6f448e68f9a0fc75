/**
 * The SIP party's answer to an offer of ours in a call that is up, as what the XMPP party has to know of it.
 * RFC 3264 §8, XEP-0166 §7.2.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { parseSdp } from '@stoxgate/wire-sdp';
import { limitToOffer } from './answer-limits.ts';
import type { Names } from './content-from-media.ts';
import { agreedSenders, directionWith, heldByAnswer, receives, sends } from './directions.ts';
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
  const accepts: XmlElement[] = [];
  const rejects: XmlElement[] = [];
  const replaced: XmlElement[] = [];
  const unreplaced: XmlElement[] = [];
  const replaces: XmlElement[] = [];
  const removes: XmlElement[] = [];
  const modifies: XmlElement[] = [];
  const transports: XmlElement[] = [];
  for (const [index, old] of media.contents.entries()) {
    const theirs = answered[index];
    const ours = offered[index];
    if (old.status === 'refused') {
      contents.push(old);
      continue;
    }
    const isNew = action === 'content-add' && isConcerned(old);
    if (theirs === undefined || ours === undefined || refusalOf(theirs, context) !== undefined) {
      contents.push({ ...old, status: 'refused' });
      (isNew ? rejects : removes).push(contentName(old));
      continue;
    }
    if (theirs.connection === undefined) return fault('malformed', 'no c= for an m-line in use');
    const limited = limitToOffer(theirs, ours);
    const muted = old.holds?.muted === true && sends(own[index]?.direction ?? 'sendrecv');
    const said = ours.direction ?? 'sendrecv';
    const answer = limited.direction ?? 'sendrecv';
    const sip = heldByAnswer(said, answer, old.holds?.sip ?? false);
    // Mute is between the user and its microphone: `senders` are as if there was none.
    const offer = muted ? directionWith(!sip, receives(said)) : said;
    const agreed = muted ? directionWith(sends(answer), !sip) : answer;
    const senders = agreedSenders(offer, agreed, context.xmppRole);
    let state: ContentState = {
      ...old,
      senders,
      ...(sip || old.holds !== undefined ? { holds: { ...old.holds, sip } } : {}),
    };
    const news = transportNews(before[index], theirs, old);
    if (news === 'restarted') state = { ...state, generation: Math.min((old.generation ?? 0) + 1, 255) };
    contents.push(state);
    if (isNew) {
      accepts.push(fullContent(limited, state, context.xmppRole, tools));
      continue;
    }
    const wished = agreedSenders(offer, 'sendrecv', context.xmppRole);
    const expected = action === 'content-modify' ? (old.senders ?? wished) : wished;
    if (senders !== expected && senders !== old.senders) {
      modifies.push({ ...contentName(state), attrs: { creator: state.creator, name: state.name, senders } });
    }
    if (action === 'transport-replace' && isConcerned(old)) {
      const fits = hasIce(theirs) === (old.transport === 'ice-udp');
      if (fits) replaced.push(transportContent(limited, state, tools));
      else unreplaced.push(contentName(state));
    } else if (news === 'replaced') {
      const kind = hasIce(limited) ? 'ice-udp' : 'raw-udp';
      replaces.push(transportContent(limited, withTransportKind(state, kind), tools));
    } else if (news !== 'none') transports.push(transportContent(limited, state, tools));
  }
  const nameOf = (mid: string): string | undefined =>
    contents.find((state) => state.mid === mid && state.status === 'active')?.name;
  const groups = groupsToJingle(parsed.description.groups, nameOf);
  const changes = actionsOf(
    ['content-remove', removes],
    ['content-modify', modifies],
    ['transport-accept', replaced],
    ['transport-reject', unreplaced],
    ['transport-replace', replaces],
    ['transport-info', transports],
    ['content-reject', rejects],
    ['content-accept', accepts.length === 0 ? [] : [...groups, ...accepts]],
  );
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
