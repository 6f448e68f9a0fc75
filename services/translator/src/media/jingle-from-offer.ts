/**
 * SDP offer to the contents of a session-initiate. XEP-0167 §6, RFC 3264 §5.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { isHostName, isMulticast, type MediaDescription, parseSdp } from '@stoxgate/wire-sdp';
import { contentFromMedia } from './content-from-media.ts';
import { namesOf } from './content-names.ts';
import { holdsOf } from './directions.ts';
import { offeredSetup } from './fingerprint.ts';
import { noFoundations, openFoundations } from './foundations.ts';
import { groupsToJingle } from './grouping.ts';
import { candidateIds } from './ice-candidates.ts';
import { firstOrigin } from './local-sdp.ts';
import {
  type ContentState,
  fault,
  firstMediaState,
  type JingleMapped,
  type MediaFault,
  type MediaResult,
  type SdpContext,
} from './media-state.ts';
import { ownDialect } from './namespaces.ts';
import { isFeedbackProfile, isRtpProtocol } from './profile.ts';
import { hasIce, refusalOf, remoteMedia } from './remote-media.ts';
import { otherRole } from './senders.ts';
import { sessionExtrasToJingle } from './session-extras.ts';

function contentState(
  media: MediaDescription,
  name: string,
  refusal: string | undefined,
  rtcpCandidate: boolean,
): ContentState {
  const transport = hasIce(media) ? 'ice-udp' : 'raw-udp';
  return {
    creator: 'initiator',
    name,
    mid: media.mid,
    media: media.media,
    protocol: media.protocol,
    firstFormat: media.formats[0] ?? '0',
    status: refusal === undefined ? 'active' : 'refused',
    transport,
    rtcpCandidate,
    dialect: ownDialect(transport),
    ...holdsOf(media.direction),
  };
}

/** No m-line can be used: what the SIP party's Warning says of it (RFC 3261 §20.43). */
function nothingUsable(all: readonly MediaDescription[], detail: string): MediaFault {
  if (all.length > 0 && all.every(({ protocol }) => !isRtpProtocol(protocol)))
    return fault('unsupported-applications', detail);
  const unreachable = ({ connection, portCount }: MediaDescription): boolean =>
    portCount > 1 ||
    (connection !== undefined && (isMulticast(connection.address) || isHostName(connection.address)));
  return fault(
    all.length > 0 && all.every(unreachable) ? 'unsupported-transports' : 'no-usable-media',
    detail,
  );
}

/**
 * Groups and contents of a session-initiate for an INVITE's offer: a content for each m-line that can be used, in
 * order. m-lines that cannot are remembered, to be answered with port 0. Malformed: no SDP, or no `c=` for an m-line
 * in use. Fails when no m-line can be used.
 */
export function jingleFromOffer(sdp: string, context: SdpContext): MediaResult<JingleMapped> {
  const parsed = parseSdp(sdp);
  if (!parsed.ok) return fault('malformed', `line ${parsed.line}: ${parsed.reason}`);
  const all = remoteMedia(parsed.description);
  const refusals = all.map((media) => refusalOf(media, context));
  const names = namesOf(all);
  const contents = all.map((media, index) =>
    contentState(media, names[index] ?? '', refusals[index], context.emitRtcpCandidate === true),
  );
  const used = all.filter((_media, index) => refusals[index] === undefined);
  if (used.some(({ connection }) => connection === undefined))
    return fault('malformed', 'no c= for an m-line in use');
  if (used.length === 0) {
    return nothingUsable(all, refusals.filter((text) => text !== undefined).join('; ') || 'no m-line');
  }

  const foundations = openFoundations(noFoundations);
  const ids = candidateIds(0);
  const { passthrough } = context;
  const tools = { foundations, nextCandidateId: ids.next, passthrough };
  const elements: XmlElement[] = [];
  for (const [index, media] of all.entries()) {
    const state = contents[index];
    if (state === undefined || state.status === 'refused') continue;
    const offer = { ...media, setup: offeredSetup(media.setup) };
    const options = {
      described: otherRole(context.xmppRole),
      markFeedback: isFeedbackProfile(media.protocol) && media.rtcpFeedbacks.length === 0,
      multiplexed: false,
    };
    elements.push(contentFromMedia(offer, state, options, tools));
  }
  const nameOf = (mid: string): string | undefined =>
    contents.find((state) => state.mid === mid && state.status === 'active')?.name;
  return {
    ok: true,
    children: [
      ...groupsToJingle(parsed.description.groups, nameOf),
      ...sessionExtrasToJingle(parsed.description, passthrough),
      ...elements,
    ],
    media: firstMediaState({
      contents,
      unmapped: [],
      origin: firstOrigin(context),
      foundations: foundations.table(),
      candidateCount: ids.count(),
      remoteSdp: sdp,
    }),
  };
}
