/**
 * One m-line to one Jingle content: everything of it, by subject.
 */
import type { XmlElement } from '@stoxgate/contracts';
import type { MediaDescription } from '@stoxgate/wire-sdp';
import { el } from '@stoxgate/wire-xmpp';
import { bandwidthsToJingle } from './bandwidth.ts';
import { isDataProtocol, sctpmapToJingle } from './data-channel.ts';
import { encryptionToJingle } from './encryption.ts';
import { fingerprintsToJingle } from './fingerprint.ts';
import type { Foundations } from './foundations.ts';
import { allowsMixedToJingle, extmapsToJingle } from './header-extensions.ts';
import { iceToJingle } from './ice-candidates.ts';
import type { ContentState, JingleRole } from './media-state.ts';
import { payloadsToJingle } from './payload-types.ts';
import { rawUdpToJingle } from './raw-udp.ts';
import { feedbackProfileMark, feedbackToJingle } from './rtcp-feedback.ts';
import { sendersOf } from './senders.ts';
import { sourcesToJingle } from './sources.ts';
import { type Passthrough, unknownToJingle } from './unknown-attributes.ts';

/** What one mapping hands out along the way, for all its contents. */
export interface Names {
  readonly foundations: Foundations;
  nextCandidateId(): string;
  readonly passthrough?: Passthrough | undefined;
}

export interface ContentOptions {
  /** Role of the party whose SDP the m-line stands in. */
  readonly described: JingleRole;
  /** Says that the profile has feedback where the m-line shows none. */
  readonly markFeedback: boolean;
  /** RTP and RTCP are agreed to share a port. */
  readonly multiplexed: boolean;
}

function description(
  media: MediaDescription,
  state: ContentState,
  options: ContentOptions,
  passthrough: Passthrough | undefined,
): XmlElement {
  const { described, markFeedback } = options;
  return el(
    'description',
    { xmlns: state.dialect.description, media: state.media },
    ...payloadsToJingle(media),
    ...feedbackToJingle(media.rtcpFeedbacks, '*'),
    markFeedback ? feedbackProfileMark() : undefined,
    encryptionToJingle(media),
    ...bandwidthsToJingle(media.bandwidths),
    media.rtcpMux ? el('rtcp-mux') : undefined,
    allowsMixedToJingle(media.extmapAllowMixed),
    ...extmapsToJingle(media.extmaps, described),
    ...sourcesToJingle(media),
    ...unknownToJingle(media.attributes, passthrough),
  );
}

/** `<transport/>` for an m-line. */
export function transportFromMedia(
  media: MediaDescription,
  state: ContentState,
  names: Names,
  multiplexed: boolean,
): XmlElement {
  const { dialect } = state;
  const ice = state.transport === 'ice-udp';
  const candidates = ice
    ? iceToJingle(media, names.foundations, names.nextCandidateId)
    : rawUdpToJingle(media, state.rtcpCandidate, multiplexed, names.nextCandidateId);
  const credentials = ice ? { ufrag: media.iceUfrag, pwd: media.icePwd } : {};
  return el(
    'transport',
    { xmlns: dialect.transport, ...credentials },
    sctpmapToJingle(media),
    ...fingerprintsToJingle(media, dialect.fingerprint),
    ...candidates,
  );
}

/** `<content/>` for an m-line. It inherits the Jingle namespace of the `<jingle/>` it is put into. */
export const contentFromMedia = (
  media: MediaDescription,
  state: ContentState,
  options: ContentOptions,
  names: Names,
): XmlElement =>
  el(
    'content',
    {
      creator: state.creator,
      name: state.name,
      senders: sendersOf(media.direction, options.described),
      media: state.dialect.mediaOnContent ? state.media : undefined,
    },
    isDataProtocol(media.protocol) ? undefined : description(media, state, options, names.passthrough),
    transportFromMedia(media, state, names, options.multiplexed),
  );
