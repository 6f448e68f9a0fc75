/**
 * ICE candidates that come after the description they belong to: transport-info of Jingle, and the form in which they
 * wait for their way to the SIP party. XEP-0176 §5.5, RFC 8838.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { type Candidate, type MediaDescription, parseSdp } from '@stoxgate/wire-sdp';
import { childrenOf, el, elementsOf } from '@stoxgate/wire-xmpp';
import { openFoundations } from './foundations.ts';
import { iceFromJingle, MAX_CANDIDATES } from './ice-candidates.ts';
import type { ContentState, MediaState } from './media-state.ts';
import { transportKindOf } from './namespaces.ts';
import { remoteMedia } from './remote-media.ts';

/** Candidates of one m-line with the credentials they belong to. */
export interface TrickledMedia {
  /** Index of the m-line. */
  readonly index: number;
  readonly iceUfrag: string;
  readonly icePwd: string;
  readonly candidates: readonly Candidate[];
}

/** What a transport-info tells. */
export interface TransportInfo {
  readonly trickled: readonly TrickledMedia[];
  /** It has an address without ICE, or new credentials: what only a new offer can tell (RFC 8839 §4.4.1.1.1). */
  readonly needsOffer: boolean;
  readonly media: MediaState;
}

const transportOf = (content: XmlElement): XmlElement | undefined =>
  elementsOf(content).find(
    ({ name, attrs }) => name === 'transport' && transportKindOf(attrs.xmlns) !== undefined,
  );

/** Index of the m-line that a `<content/>` means: some clients mistake its creator. */
function indexOf(contents: readonly ContentState[], { attrs }: XmlElement): number {
  const exact = contents.findIndex(
    ({ name, creator }) => name === attrs.name && creator === (attrs.creator ?? 'initiator'),
  );
  return exact >= 0 ? exact : contents.findIndex(({ name }) => name === attrs.name);
}

const mediaOf = (sdp: string | undefined): readonly MediaDescription[] => {
  const parsed = parseSdp(sdp ?? '');
  return parsed.ok ? remoteMedia(parsed.description) : [];
};

/**
 * Reads a transport-info against the SDP last sent. Contents that are unknown or refused are left out. Candidates without
 * credentials belong to those last sent.
 */
export function transportInfoFromJingle(jingle: XmlElement, media: MediaState): TransportInfo {
  const sent = mediaOf(media.localSdp);
  const foundations = openFoundations(media.foundations);
  const trickled: TrickledMedia[] = [];
  let needsOffer = false;
  for (const content of childrenOf(jingle, 'content')) {
    const index = indexOf(media.contents, content);
    const state = media.contents[index];
    const transport = transportOf(content);
    if (state === undefined || state.status === 'refused' || transport === undefined) continue;
    if (transportKindOf(transport.attrs.xmlns) === 'raw-udp' || state.transport === 'raw-udp') {
      needsOffer ||= childrenOf(transport, 'candidate').length > 0;
      continue;
    }
    const ice = iceFromJingle(transport, foundations);
    const { iceUfrag: ufrag, icePwd: pwd } = sent[index] ?? {};
    const isOther =
      (ice.iceUfrag !== undefined && ufrag !== undefined && ice.iceUfrag !== ufrag) ||
      (ice.icePwd !== undefined && pwd !== undefined && ice.icePwd !== pwd);
    needsOffer ||= isOther;
    const iceUfrag = ice.iceUfrag ?? ufrag;
    const icePwd = ice.icePwd ?? pwd;
    if (isOther || iceUfrag === undefined || icePwd === undefined || ice.candidates.length === 0) continue;
    trickled.push({ index, iceUfrag, icePwd, candidates: ice.candidates });
  }
  return { trickled, needsOffer, media: { ...media, foundations: foundations.table() } };
}

const isSame = (one: Candidate, other: Candidate): boolean =>
  one.component === other.component &&
  one.protocol === other.protocol &&
  one.address === other.address &&
  one.port === other.port &&
  one.type === other.type;

/** Both together, each candidate once, at most as many a content as one description may have. */
export function mergeTrickled(
  before: readonly TrickledMedia[],
  after: readonly TrickledMedia[],
): readonly TrickledMedia[] {
  const merged = [...before];
  for (const next of after) {
    const at = merged.findIndex(({ index }) => index === next.index);
    const known = merged[at];
    if (known === undefined) {
      merged.push(next);
      continue;
    }
    const isOld = known.iceUfrag === next.iceUfrag && known.icePwd === next.icePwd;
    const kept = isOld ? known.candidates : [];
    const fresh = next.candidates.filter((candidate) => !kept.some((other) => isSame(candidate, other)));
    merged[at] = { ...next, candidates: [...kept, ...fresh].slice(0, MAX_CANDIDATES) };
  }
  return merged;
}

/** Whether a content waits for candidates: ICE without any, or with the word that more will come (a draft of clients). */
export const awaitsCandidates = (jingle: XmlElement): boolean =>
  childrenOf(jingle, 'content').some((content) => {
    const transport = transportOf(content);
    if (transport === undefined || transportKindOf(transport.attrs.xmlns) !== 'ice-udp') return false;
    return elementsOf(transport).every(({ name }) => name !== 'candidate' && name !== 'remote-candidate')
      ? transport.attrs.ufrag !== undefined
      : elementsOf(transport).some(({ name }) => name === 'trickle');
  });

/**
 * A session-initiate or session-accept with the candidates of a transport-info in it. Transports of another method, and
 * contents that it does not have, are left out; new credentials replace the old with their candidates.
 */
export function withTransportInfo(jingle: XmlElement, info: XmlElement): XmlElement {
  const told = childrenOf(info, 'content');
  const children = jingle.children.map((child) => {
    if (typeof child === 'string' || child.name !== 'content') return child;
    const from = told.find(({ attrs }) => attrs.name === child.attrs.name);
    const added = from && transportOf(from);
    const own = transportOf(child);
    if (added === undefined || own === undefined || added.attrs.xmlns !== own.attrs.xmlns) return child;
    const isRestart =
      (added.attrs.ufrag ?? own.attrs.ufrag) !== own.attrs.ufrag ||
      (added.attrs.pwd ?? own.attrs.pwd) !== own.attrs.pwd;
    const isRaw = transportKindOf(own.attrs.xmlns) === 'raw-udp' && childrenOf(added, 'candidate').length > 0;
    const kept = own.children.filter(
      (node) => !(isRestart || isRaw) || typeof node === 'string' || node.name !== 'candidate',
    );
    const room = MAX_CANDIDATES - kept.length;
    const transport = el(
      'transport',
      { ...own.attrs, ...added.attrs },
      ...kept,
      ...childrenOf(added, 'candidate').slice(0, Math.max(0, room)),
    );
    return { ...child, children: child.children.map((node) => (node === own ? transport : node)) };
  });
  return { ...jingle, children };
}
