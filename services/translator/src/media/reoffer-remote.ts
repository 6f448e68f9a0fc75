/**
 * What a new SDP of the SIP party says of a content that was there before: its transport and the payloads, in Jingle.
 * XEP-0166 §7.2.6, §7.2.13, §7.2.15; RFC 8839 §4.4.1.1.1 (restart).
 */
import type { XmlElement } from '@stoxgate/contracts';
import type { MediaDescription } from '@stoxgate/wire-sdp';
import { el, NS } from '@stoxgate/wire-xmpp';
import { contentFromMedia, type Names, transportFromMedia } from './content-from-media.ts';
import { leadsNowhere } from './destination.ts';
import type { ContentState, JingleRole, TransportKind } from './media-state.ts';
import { hasIce } from './remote-media.ts';
import { otherRole } from './senders.ts';

/** One action for the XMPP party. */
export interface JingleChange {
  readonly action: string;
  readonly children: readonly XmlElement[];
}

/** moved: other candidates, address or keys; another `a=setup` alone begins no new DTLS association (RFC 8842 §4). restarted: new ICE credentials. replaced: with ICE instead of without, or the reverse. */
export type TransportNews = 'none' | 'moved' | 'restarted' | 'replaced';

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

export function transportNews(
  before: MediaDescription | undefined,
  now: MediaDescription,
  state: ContentState,
): TransportNews {
  const isIce = hasIce(now);
  if (before === undefined) return 'none';
  if (isIce !== hasIce(before)) return 'replaced';
  if (isIce) {
    if (before.iceUfrag !== now.iceUfrag || before.icePwd !== now.icePwd) return 'restarted';
    const isSame = same(before.candidates, now.candidates) && same(before.fingerprints, now.fingerprints);
    return isSame ? 'none' : 'moved';
  }
  if (leadsNowhere(now.connection)) return 'none';
  const isSame =
    same(before.connection, now.connection) &&
    before.port === now.port &&
    same(before.rtcp, now.rtcp) &&
    same(before.fingerprints, now.fingerprints);
  if (isSame) return 'none';
  // The XMPP party did not take up the transport-replace of the beginning.
  return state.transport === 'ice-udp' ? 'replaced' : 'moved';
}

/** Whether codecs, their order or their parameters are others. */
export const hasOtherPayloads = (before: MediaDescription | undefined, now: MediaDescription): boolean =>
  before !== undefined &&
  (!same(before.formats, now.formats) ||
    !same(before.rtpmaps, now.rtpmaps) ||
    !same(before.fmtps, now.fmtps) ||
    before.ptime !== now.ptime ||
    before.maxptime !== now.maxptime);

const generationOf = ({ generation = 0 }: ContentState): string => String(generation);

/** Candidates with the ICE generation of the content. */
function inGeneration(element: XmlElement, state: ContentState): XmlElement {
  if (state.generation === undefined) return element;
  return {
    ...element,
    children: element.children.map((child) => {
      if (typeof child === 'string') return child;
      if (child.name !== 'candidate') return inGeneration(child, state);
      return { ...child, attrs: { ...child.attrs, generation: generationOf(state) } };
    }),
  };
}

const named = ({ creator, name }: ContentState) => ({ creator, name });

/** `<content/>` with the transport alone. */
export const transportContent = (media: MediaDescription, state: ContentState, names: Names): XmlElement =>
  el('content', named(state), inGeneration(transportFromMedia(media, state, names, media.rtcpMux), state));

/** The content's state with another transport method, in the spelling we use for it. */
export const withTransportKind = (state: ContentState, kind: TransportKind): ContentState => ({
  ...state,
  transport: kind,
  rtcpCandidate: false,
  dialect: { ...state.dialect, transport: kind === 'ice-udp' ? NS.JINGLE_ICE_UDP : NS.JINGLE_RAW_UDP },
});

/** `<content/>` with everything. */
export const fullContent = (
  media: MediaDescription,
  state: ContentState,
  xmppRole: JingleRole,
  names: Names,
): XmlElement => {
  const options = { described: otherRole(xmppRole), markFeedback: false, multiplexed: false };
  return inGeneration(contentFromMedia(media, state, options, names), state);
};

/** `<content/>` with its description alone. */
export function descriptionContent(
  media: MediaDescription,
  state: ContentState,
  xmppRole: JingleRole,
  names: Names,
): XmlElement {
  const full = fullContent(media, state, xmppRole, names);
  const description = full.children.filter(
    (child) => typeof child !== 'string' && child.name === 'description',
  );
  return { ...full, attrs: { creator: state.creator, name: state.name }, children: description };
}

export const contentName = (state: ContentState): XmlElement => el('content', named(state));

/** The actions with something in them, in this order: an action without contents is none. */
export const actionsOf = (
  ...actions: readonly (readonly [action: string, children: readonly XmlElement[]])[]
): JingleChange[] =>
  actions.filter(([, children]) => children.length > 0).map(([action, children]) => ({ action, children }));
