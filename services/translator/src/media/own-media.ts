/**
 * What the XMPP party said of its own media, apart from what offers of the SIP party made of it: the source of every
 * later offer and answer of ours. RFC 3264 §8.
 */
import {
  formatSdp,
  type Group,
  inheritMedia,
  type MediaDescription,
  parseSdp,
  sessionDescription,
} from '@stoxgate/wire-sdp';
import { agreedSenders, unlimited } from './directions.ts';
import type { JingleRole, MediaState, SdpContext } from './media-state.ts';
import { remoteMedia } from './remote-media.ts';
import type { Senders } from './senders.ts';

export interface OwnMedia {
  /** One for each content of the table, in its order. */
  readonly lines: readonly MediaDescription[];
  readonly groups: readonly Group[];
}

/** The m-lines of an SDP of ours, each complete. */
function flatten(sdp: string | undefined): OwnMedia {
  const parsed = parseSdp(sdp ?? '');
  if (!parsed.ok) return { lines: [], groups: [] };
  const { description } = parsed;
  return {
    lines: description.media.map((media) => inheritMedia(description, media)),
    groups: description.groups,
  };
}

/** The m-lines of the SIP party's last SDP, as they are meant. */
export function lastRemote(media: MediaState): readonly MediaDescription[] {
  const parsed = parseSdp(media.remoteSdp ?? '');
  return parsed.ok ? remoteMedia(parsed.description) : [];
}

/** The m-lines of the SDP last sent. */
export const lastLocal = (media: MediaState): readonly MediaDescription[] => flatten(media.localSdp).lines;

export function ownMedia(media: MediaState, role: JingleRole): OwnMedia {
  if (media.ownSdp !== undefined) return flatten(media.ownSdp);
  const first = flatten(media.localSdp);
  if (role === 'initiator') return first;
  // The first SDP was an answer, with no more than the offer allowed.
  const offer = lastRemote(media);
  const lines = first.lines.map((line, index) => {
    const offered = offer[index]?.direction ?? 'sendrecv';
    return { ...line, direction: unlimited(line.direction ?? 'sendrecv', offered) };
  });
  return { ...first, lines };
}

/** The state that remembers `own`. */
export function withOwnMedia(media: MediaState, own: OwnMedia): MediaState {
  const { userName, sessionId } = media.origin;
  const origin = { userName, sessionId, version: '1', family: 'IP4' as const, address: '0.0.0.0' };
  const { lines, groups } = own;
  return { ...media, ownSdp: formatSdp(sessionDescription({ origin, groups, media: lines })) };
}

/** Senders that the XMPP party knows of for the content at `index`, whose own line is `line`. */
export function toldSenders(
  media: MediaState,
  index: number,
  line: MediaDescription,
  { xmppRole }: SdpContext,
): Senders {
  const state = media.contents[index];
  if (state?.senders !== undefined) return state.senders;
  return agreedSenders(
    line.direction ?? 'sendrecv',
    lastRemote(media)[index]?.direction ?? 'sendrecv',
    xmppRole,
  );
}
