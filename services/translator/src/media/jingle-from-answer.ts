/**
 * SDP answer to the contents of a session-accept. XEP-0167 §6, RFC 3264 §6.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { type Candidate, type MediaDescription, parseSdp } from '@stoxgate/wire-sdp';
import { el, NS } from '@stoxgate/wire-xmpp';
import { limitToOffer } from './answer-limits.ts';
import { contentFromMedia } from './content-from-media.ts';
import { leadsNowhere } from './destination.ts';
import { agreedSenders, heldByAnswer, unlimited } from './directions.ts';
import { sendersWritten } from './fixed-senders.ts';
import { openFoundations } from './foundations.ts';
import { groupsToJingle } from './grouping.ts';
import { candidateIds } from './ice-candidates.ts';
import {
  type ContentName,
  type ContentState,
  fault,
  type JingleAnswerMapped,
  type MediaResult,
  type MediaState,
  type SdpContext,
} from './media-state.ts';
import { ownMedia } from './own-media.ts';
import { rawUdpToJingle } from './raw-udp.ts';
import { hasIce, refusalOf, remoteMedia } from './remote-media.ts';
import { answerDirection, otherRole, type Senders } from './senders.ts';
import { sessionExtrasToJingle } from './session-extras.ts';

/** ICE was offered and the answer has none: its one address stands as a host candidate (XEP-0176 has no other form). */
function withHostCandidate(media: MediaDescription): MediaDescription {
  const { connection, port } = media;
  if (connection === undefined || leadsNowhere(connection)) return media;
  const host: Candidate = {
    foundation: 'default',
    component: 1,
    protocol: 'udp',
    priority: 2_130_706_431,
    address: connection.address,
    port,
    type: 'host',
  };
  return { ...media, candidates: [host] };
}

/** `<content/>` of a transport-replace: the address of an m-line that has no ICE. */
const rawContent = (state: ContentState, media: MediaDescription, nextId: () => string): XmlElement =>
  el(
    'content',
    { creator: state.creator, name: state.name },
    el('transport', { xmlns: NS.JINGLE_RAW_UDP }, ...rawUdpToJingle(media, false, media.rtcpMux, nextId)),
  );

/** Whether the XMPP party holds or mutes it. */
const isHeld = ({ holds }: ContentState): boolean => holds?.xmpp === true || holds?.muted === true;

/**
 * The answer to an offer that the XMPP party held or muted before it: hold is between the parties of a call that is up,
 * so the session begins as if there was none. `senders` are those it is told then.
 */
function unheld(
  line: MediaDescription,
  offer: MediaDescription,
  own: MediaDescription | undefined,
  state: ContentState,
  { xmppRole }: SdpContext,
): { readonly line: MediaDescription; readonly senders?: Senders } {
  if (!isHeld(state)) return { line };
  const { direction: said = 'sendrecv' } = offer;
  const wanted = own?.direction ?? 'sendrecv';
  const direction = answerDirection(unlimited(line.direction ?? 'sendrecv', said), wanted);
  return { line: { ...line, direction }, senders: agreedSenders(wanted, direction, xmppRole) };
}

/**
 * Groups and contents of a session-accept for the SIP party's answer. Contents it refuses (port 0, no m-line, no
 * format we know) are in `removed`, with those that were never offered to it. `replaced` has contents for a
 * transport-replace where ICE was offered and is not answered. Nothing is said that was not offered. Malformed: no
 * SDP, or no `c=` for an m-line in use. Fails when everything is refused, or ICE is not answered and must be.
 */
export function jingleFromAnswer(
  sdp: string,
  media: MediaState,
  context: SdpContext,
): MediaResult<JingleAnswerMapped> {
  const parsed = parseSdp(sdp);
  if (!parsed.ok) return fault('malformed', `line ${parsed.line}: ${parsed.reason}`);
  const offer = parseSdp(media.localSdp ?? '');
  if (!offer.ok) return fault('malformed', `no offer was sent: ${offer.reason}`);
  const answered = remoteMedia(parsed.description);
  const offered = remoteMedia(offer.description);
  const own = media.contents.some(isHeld) ? ownMedia(media, context.xmppRole).lines : [];

  const foundations = openFoundations(media.foundations);
  const ids = candidateIds(media.candidateCount);
  const { passthrough } = context;
  const names = { foundations, nextCandidateId: ids.next, passthrough };
  const contents: ContentState[] = [];
  const elements: XmlElement[] = [];
  const removed: ContentName[] = [...media.unmapped];
  const replaced: XmlElement[] = [];
  for (const [index, state] of media.contents.entries()) {
    const theirs = answered[index];
    const ours = offered[index];
    if (
      theirs === undefined ||
      ours === undefined ||
      state.status === 'refused' ||
      refusalOf(theirs, context) !== undefined
    ) {
      if (state.status === 'active') removed.push({ creator: state.creator, name: state.name });
      contents.push({ ...state, status: 'refused' });
      continue;
    }
    if (theirs.connection === undefined) return fault('malformed', 'no c= for an m-line in use');
    const { line: limited, senders } = unheld(limitToOffer(theirs, ours), ours, own[index], state, context);
    const iceLost = state.transport === 'ice-udp' && !hasIce(limited);
    if (iceLost && context.noIcePolicy === 'reject')
      return fault('unsupported-transports', 'ICE was offered, and the answer has none');
    const options = {
      described: otherRole(context.xmppRole),
      markFeedback: false,
      multiplexed: limited.rtcpMux,
    };
    elements.push(contentFromMedia(iceLost ? withHostCandidate(limited) : limited, state, options, names));
    if (iceLost) replaced.push(rawContent(state, limited, ids.next));
    const sip = heldByAnswer(ours.direction ?? 'sendrecv', theirs.direction ?? 'sendrecv', false);
    const told = senders === undefined ? state : { ...state, senders };
    contents.push(sip ? { ...told, holds: { ...state.holds, sip } } : told);
  }
  if (elements.length === 0) return fault('no-usable-media', 'every m-line is refused');
  const groups = parsed.description.groups.filter(({ semantics }) =>
    offer.description.groups.some((group) => group.semantics === semantics),
  );
  const nameOf = (mid: string): string | undefined =>
    contents.find((state) => state.mid === mid && state.status === 'active')?.name;
  return {
    ok: true,
    children: [
      ...groupsToJingle(groups, nameOf),
      ...sessionExtrasToJingle(parsed.description, passthrough),
      ...sendersWritten(elements, context),
    ],
    removed,
    replaced,
    media: {
      ...media,
      contents,
      unmapped: [],
      foundations: foundations.table(),
      candidateCount: ids.count(),
      remoteSdp: sdp,
    },
  };
}
