/**
 * session-initiate to SDP offer. XEP-0167 §6, RFC 3264 §5.
 */
import type { XmlElement } from '@stoxgate/contracts';
import type { MediaDescription } from '@stoxgate/wire-sdp';
import { childOf, NS } from '@stoxgate/wire-xmpp';
import { midsOf } from './content-names.ts';
import { offeredSetup } from './fingerprint.ts';
import { noFoundations, openFoundations } from './foundations.ts';
import { groupsFromJingle } from './grouping.ts';
import { isRtpContent, type JingleContent, type RtpContent, readContents } from './jingle-contents.ts';
import { firstOrigin, writeLocalSdp } from './local-sdp.ts';
import { mediaFromContent } from './media-from-content.ts';
import {
  type ContentState,
  fault,
  firstMediaState,
  type MediaFault,
  type MediaResult,
  type SdpContext,
  type SdpMapped,
} from './media-state.ts';
import { isUsable } from './payload-types.ts';
import { hasRtcpCandidate } from './raw-udp.ts';
import { sessionExtras } from './session-extras.ts';

type Mapped = { readonly content: RtpContent; readonly media: MediaDescription };

/** The closer a content came to being one we can map, the better it says what was wrong. */
function nothingUsable(contents: readonly JingleContent[]): MediaFault {
  if (contents.some(isRtpContent)) return fault('no-usable-media', 'no payload type can be used');
  const transports = contents.some(
    (content) => !isRtpContent(content) && content.cause === 'unsupported-transports',
  );
  return transports
    ? fault('unsupported-transports', 'no content has a transport that SDP can carry')
    : fault('unsupported-applications', 'no content is RTP media');
}

function contentState(
  { content, media }: Mapped,
  mid: string | undefined,
  { emitRtcpCandidate = false }: SdpContext,
): ContentState {
  const { creator, name, kind, dialect, transport } = content;
  return {
    creator,
    name,
    mid,
    media: media.media,
    protocol: media.protocol,
    firstFormat: media.formats[0] ?? '0',
    status: 'active',
    transport: kind,
    rtcpCandidate: kind === 'raw-udp' && (emitRtcpCandidate || hasRtcpCandidate(transport)),
    dialect,
  };
}

/**
 * The offer for a session-initiate: an m-line for each content of RTP media, in document order. Contents without an
 * m-line are remembered, to be removed once the session is accepted. Fails when there is no m-line to offer.
 */
export function offerFromJingle(jingle: XmlElement, context: SdpContext): MediaResult<SdpMapped> {
  const read = readContents(jingle, context);
  if (!read.ok) return read;
  const foundations = openFoundations(noFoundations);
  const mapped: Mapped[] = read.contents
    .filter(isRtpContent)
    .map((content) => ({ content, media: mediaFromContent(content, context, foundations) }))
    .filter(({ media }) => isUsable(media));
  if (mapped.length === 0) return nothingUsable(read.contents);

  const names = mapped.map(({ content }) => content.name);
  const mids = midsOf(names);
  const grouped = childOf(jingle, 'group', NS.JINGLE_GROUPING) !== undefined;
  const contents: ContentState[] = [];
  const media: MediaDescription[] = [];
  for (const [index, each] of mapped.entries()) {
    const dtls = each.media.fingerprints.length > 0;
    const isNamed = grouped || dtls || each.content.kind === 'ice-udp' || context.profileMode === 'webrtc';
    const mid = isNamed ? mids[index] : undefined;
    media.push({ ...each.media, mid, setup: dtls ? offeredSetup(each.media.setup) : undefined });
    contents.push(contentState(each, mid, context));
  }
  const groups = groupsFromJingle(jingle, (name) => mids[names.indexOf(name)]);
  const extras = sessionExtras(jingle, context.passthrough);
  const { sdp, origin } = writeLocalSdp(media, groups, context, { origin: firstOrigin(context) }, extras);
  const unmapped = read.contents
    .filter((content) => !mapped.some((each) => each.content === content))
    .map(({ creator, name }) => ({ creator, name }));
  return {
    ok: true,
    sdp,
    media: firstMediaState({
      contents,
      unmapped,
      origin,
      foundations: foundations.table(),
      attributes: extras.attributes,
      bandwidths: extras.bandwidths,
      candidateCount: 0,
      localSdp: sdp,
    }),
  };
}
