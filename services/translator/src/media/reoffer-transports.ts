/**
 * Transports of contents in a call that is up: new candidates, a new address, an ICE restart, another method.
 * XEP-0176 §5.5, §5.8, XEP-0177, XEP-0166 §7.2.13; RFC 8445 §2.4.
 */
import type { XmlElement } from '@stoxgate/contracts';
import type { Candidate, MediaDescription } from '@stoxgate/wire-sdp';
import { childrenOf, el, elementsOf } from '@stoxgate/wire-xmpp';
import { defaultDestination } from './destination.ts';
import { type Foundations, openFoundations } from './foundations.ts';
import { MAX_CANDIDATES } from './ice-candidates.ts';
import { mediaFromContent } from './media-from-content.ts';
import type { ContentName, ContentState, MediaState, SdpContext, TransportKind } from './media-state.ts';
import { transportKindOf } from './namespaces.ts';
import { ownMedia, withOwnMedia } from './own-media.ts';
import { hasRtcpCandidate } from './raw-udp.ts';

/** Place of a content in use. Some peers mistake the creator; the name alone is unambiguous then. */
export function indexOfContent(media: MediaState, { attrs }: XmlElement): number {
  const { name, creator = 'initiator' } = attrs;
  const named = (state: ContentState): boolean => state.status === 'active' && state.name === name;
  const exact = media.contents.findIndex((state) => named(state) && state.creator === creator);
  return exact >= 0 ? exact : media.contents.findIndex(named);
}

export const nameOfContent = ({ attrs }: XmlElement): ContentName => ({
  creator: attrs.creator === 'responder' ? 'responder' : 'initiator',
  name: attrs.name ?? '',
});

const transportIn = (content: XmlElement): XmlElement | undefined =>
  elementsOf(content).find(({ name }) => name === 'transport');

function describe(
  line: MediaDescription,
  state: ContentState,
  transport: XmlElement,
  kind: TransportKind,
  context: SdpContext,
  foundations: Foundations,
): MediaDescription {
  const { creator, name, media, dialect } = state;
  const content = {
    creator,
    name,
    senders: undefined,
    media,
    description: el('description'),
    transport,
    kind,
    dialect,
  };
  const only = mediaFromContent(content, context, foundations);
  const keyed = only.fingerprints.length > 0;
  const { connection, port, rtcp, iceUfrag, icePwd, candidates, remoteCandidates } = only;
  return {
    ...line,
    connection,
    port,
    rtcp,
    iceUfrag,
    icePwd,
    candidates,
    remoteCandidates,
    fingerprints: keyed ? only.fingerprints : line.fingerprints,
    setup: keyed ? (only.setup ?? line.setup) : line.setup,
  };
}

const keyOf = ({ component, protocol, address, port, type }: Candidate): string =>
  `${component} ${protocol} ${address} ${port} ${type}`;

/** The line with further candidates of the same ICE generation, and the default destination they give. */
function withMoreCandidates(line: MediaDescription, more: readonly Candidate[]): MediaDescription {
  const known = new Set(line.candidates.map(keyOf));
  const candidates = [...line.candidates, ...more.filter((each) => !known.has(keyOf(each)))];
  const kept = candidates.slice(0, MAX_CANDIDATES);
  const destination = line.port === 9 ? defaultDestination(kept) : undefined;
  return { ...line, candidates: kept, ...destination };
}

export interface TransportChange {
  readonly media: MediaState;
  /** Contents with new ICE credentials, another address or another method: they need an offer. */
  readonly changed: readonly ContentName[];
  /** Contents whose transport has no SDP form. */
  readonly unmappable: readonly ContentName[];
}

/**
 * Takes over the transports in a transport-info or transport-replace. Candidates of the same ICE generation are only
 * remembered: another message carries them (RFC 8840).
 */
export function withTransports(media: MediaState, jingle: XmlElement, context: SdpContext): TransportChange {
  const own = ownMedia(media, context.xmppRole);
  const foundations = openFoundations(media.foundations);
  const lines = [...own.lines];
  const contents = [...media.contents];
  const changed: ContentName[] = [];
  const unmappable: ContentName[] = [];
  for (const element of childrenOf(jingle, 'content')) {
    const index = indexOfContent({ ...media, contents }, element);
    const state = contents[index];
    const line = lines[index];
    const transport = transportIn(element);
    if (state === undefined || line === undefined || transport === undefined) continue;
    const kind = transportKindOf(transport.attrs.xmlns);
    if (kind === undefined) {
      unmappable.push(nameOfContent(element));
      continue;
    }
    const now = describe(line, state, transport, kind, context, foundations);
    const isSameIce =
      kind === 'ice-udp' &&
      state.transport === kind &&
      // Some clients repeat only one of the two.
      (now.iceUfrag === undefined || now.iceUfrag === line.iceUfrag) &&
      (now.icePwd === undefined || now.icePwd === line.icePwd);
    if (isSameIce) {
      lines[index] = withMoreCandidates(line, now.candidates);
      continue;
    }
    const isSameAddress =
      kind === state.transport &&
      kind === 'raw-udp' &&
      (now.port === 9 || (now.port === line.port && now.connection?.address === line.connection?.address));
    if (isSameAddress) continue;
    lines[index] = now;
    changed.push({ creator: state.creator, name: state.name });
    contents[index] = {
      ...state,
      transport: kind,
      rtcpCandidate: kind === 'raw-udp' && hasRtcpCandidate(transport),
      dialect: { ...state.dialect, transport: transport.attrs.xmlns ?? state.dialect.transport },
    };
  }
  const next = { ...media, contents, foundations: foundations.table() };
  return { media: withOwnMedia(next, { ...own, lines }), changed, unmappable };
}

/** Whether media for any content has another destination than before. */
export function isElsewhere(before: MediaState, after: MediaState, { xmppRole }: SdpContext): boolean {
  const old = ownMedia(before, xmppRole).lines;
  return ownMedia(after, xmppRole).lines.some(
    ({ connection, port }, index) =>
      port !== old[index]?.port || connection?.address !== old[index]?.connection?.address,
  );
}
