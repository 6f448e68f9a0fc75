/**
 * Descriptions on their way through a relay: what the relay is given, and what each end gets of its answer.
 * RFC 3264 §5, RFC 8866 §5.2, RFC 9143 §7.
 */
import type { MediaProfile } from '@stoxgate/contracts';
import { formatSdp, type MediaDescription, parseSdp, type SessionDescription } from '@stoxgate/wire-sdp';
import { remoteMedia } from './remote-media.ts';

const parsed = (sdp: string | undefined): SessionDescription | undefined => {
  const result = parseSdp(sdp ?? '');
  return result.ok ? result.description : undefined;
};

const inUse = (description: SessionDescription): readonly MediaDescription[] =>
  remoteMedia(description).filter(({ port, bundleOnly }) => port !== 0 || bundleOnly);

/** What the end that a description describes takes; undefined: it says nothing of it. */
export function takesOf(sdp: string): MediaProfile | undefined {
  const description = parsed(sdp);
  const media = description && inUse(description)[0];
  if (media === undefined) return undefined;
  if (media.fingerprints.length > 0) return 'webrtc';
  if (media.iceUfrag !== undefined) return 'rtp-ice';
  return media.cryptos.length > 0 && /SAVPF?$/i.test(media.protocol) ? 'srtp' : 'rtp';
}

/** An answer in which every m-line is refused that was not offered, or not any more (RFC 3264 §6). */
export function answering(sdp: string, offer: string | undefined): string {
  const asked = parsed(offer);
  const answer = parsed(sdp);
  if (asked === undefined || answer === undefined) return sdp;
  const isOver = (index: number): boolean => asked.media[index]?.port === 0;
  if (!answer.media.some(({ port }, index) => port !== 0 && isOver(index))) return sdp;
  const media = answer.media.map((each, index) => (isOver(index) ? { ...each, port: 0 } : each));
  return formatSdp({ ...answer, media });
}

/** The XMPP party's description for the relay: its candidates may come later (RFC 8840 §4.1). */
export function trickling(sdp: string): string {
  const description = parsed(sdp);
  const hasIce = description?.media.some(({ iceUfrag }) => iceUfrag !== undefined) === true;
  if (description === undefined || (!hasIce && description.iceUfrag === undefined)) return sdp;
  const iceOptions = [...new Set([...description.iceOptions, 'trickle'])];
  return formatSdp({ ...description, iceOptions });
}

const hasValue = ({ value }: { readonly value?: string | undefined }): boolean => value !== undefined;

interface Sent {
  readonly text: string;
  readonly version: number;
}

const ORIGIN = /^o=([^\r\n]*)\r?\n/m;

/**
 * The relay's description for the SIP party, under the origin of the description that it stands for. The version grows
 * by one exactly when the text changes (RFC 3264 §8).
 */
export function forSip(
  relayed: string,
  own: string,
  last: Sent | undefined,
): { readonly sdp: string; readonly sent: Sent } {
  const text = relayed.replace(ORIGIN, '');
  const isSame = last?.text === text;
  const version = last === undefined ? 1 : last.version + (isSame ? 0 : 1);
  const [user = '-', sessionId = '0', , ...rest] = ORIGIN.exec(own)?.[1]?.split(' ') ?? [];
  const origin = `o=${user} ${sessionId} ${version} ${rest.join(' ') || 'IN IP4 127.0.0.1'}`;
  const sdp = text.replace(/^v=0\r?\n/, `v=0\r\n${origin}\r\n`);
  return { sdp, sent: isSame && last !== undefined ? last : { text, version } };
}

/** What the SIP party refused, on the transport of the bundle: a browser wants it in the answer, without media. */
function inactiveInBundle(offered: MediaDescription, tag: MediaDescription): MediaDescription {
  return {
    ...offered,
    port: tag.port,
    connection: tag.connection,
    direction: 'inactive',
    iceUfrag: tag.iceUfrag,
    icePwd: tag.icePwd,
    iceOptions: tag.iceOptions,
    fingerprints: tag.fingerprints,
    setup: tag.setup,
    rtcpMux: true,
    candidates: [],
    sources: [],
    sourceGroups: [],
    extmaps: [],
    bundleOnly: false,
  };
}

/**
 * The relay's description for an XMPP party whose own has a bundle: the group again, which relays do not keep, and every
 * m-line in it, for clients that end the session when one is missing, or is taken away. `own`: its last description.
 */
export function forXmpp(relayed: string, own: string | undefined): string {
  const asked = parsed(own);
  const bundle = asked?.groups.find(({ semantics }) => semantics === 'BUNDLE');
  const answer = parsed(relayed);
  if (asked === undefined || bundle === undefined || answer === undefined) return relayed;
  if (answer.groups.some(({ semantics }) => semantics === 'BUNDLE')) return relayed;
  const tag = remoteMedia(answer).find(({ port, iceUfrag }) => port !== 0 && iceUfrag !== undefined);
  if (tag === undefined) return relayed;
  const media = answer.media.map((each, index) => {
    const offered = asked.media[index];
    if (offered?.mid === undefined || !bundle.mids.includes(offered.mid)) return each;
    const kept = each.port === 0 && offered.port !== 0 ? inactiveInBundle(offered, tag) : each;
    return { ...kept, mid: offered.mid };
  });
  const mids = media.flatMap(({ mid, port }) =>
    port !== 0 && mid !== undefined && bundle.mids.includes(mid) ? [mid] : [],
  );
  return formatSdp({ ...answer, media, groups: [...answer.groups, { semantics: 'BUNDLE', mids }] });
}

/**
 * The relay's offer for a WebRTC client: an m-line alone is a bundle, without which some clients take no offer (RFC 9143
 * §7.2.1). Relays do not put several on one transport.
 */
export function bundled(relayed: string): string {
  const offer = parsed(relayed);
  const [media, ...others] = offer?.media ?? [];
  if (offer === undefined || media?.mid === undefined || others.length > 0 || offer.groups.length > 0)
    return relayed;
  if (media.port === 0 || !media.rtcpMux || media.fingerprints.length === 0) return relayed;
  return formatSdp({ ...offer, groups: [{ semantics: 'BUNDLE', mids: [media.mid] }] });
}

const MAX_NAME = 16;

/**
 * The relay's offer with what clients insist on: short names, and sources whose parameters have values. Others end the
 * call for either. The relay knows m-lines by their place.
 */
export function plainlyNamed(relayed: string): string {
  const offer = parsed(relayed);
  if (offer === undefined) return relayed;
  const renamed = new Map(
    offer.media.flatMap(({ mid }, index) =>
      mid !== undefined && mid.length > MAX_NAME ? [[mid, `m${index}`] as const] : [],
    ),
  );
  const isPlain = renamed.size === 0 && offer.media.every(({ sources }) => sources.every(hasValue));
  if (isPlain) return relayed;
  const nameOf = (mid: string): string => renamed.get(mid) ?? mid;
  const media = offer.media.map((each) => ({
    ...each,
    mid: each.mid === undefined ? undefined : nameOf(each.mid),
    sources: each.sources.filter(hasValue),
  }));
  const groups = offer.groups.map((group) => ({ ...group, mids: group.mids.map(nameOf) }));
  return formatSdp({ ...offer, media, groups });
}
