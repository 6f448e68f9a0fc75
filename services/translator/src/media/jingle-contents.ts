/**
 * The contents of a `<jingle/>`, checked. XEP-0166 §7.3.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { isToken, MAX_MEDIA } from '@stoxgate/wire-sdp';
import { childOf, el, elementsOf, NS } from '@stoxgate/wire-xmpp';
import { bundledContents } from './bundled-transport.ts';
import { sctpmapOf } from './data-channel.ts';
import { fingerprintElements } from './fingerprint.ts';
import {
  type ContentDialect,
  fault,
  type JingleRole,
  type MediaFault,
  type SdpContext,
  type TransportKind,
} from './media-state.ts';
import { isRtpDescription, ownDialect, transportKindOf } from './namespaces.ts';
import { guessMedia } from './payload-types.ts';

/** A content that an m-line can stand for. */
export interface RtpContent {
  readonly creator: JingleRole;
  readonly name: string;
  readonly senders: string | undefined;
  readonly media: string;
  readonly description: XmlElement;
  readonly transport: XmlElement;
  readonly kind: TransportKind;
  readonly dialect: ContentDialect;
  /** It is data channels (XEP-0343): `description` is empty then. */
  readonly isData?: true;
}

/** A content that none can: what is wrong with it. */
export interface OtherContent {
  readonly creator: JingleRole;
  readonly name: string;
  readonly cause: 'unsupported-applications' | 'unsupported-transports';
}

export type JingleContent = RtpContent | OtherContent;

export const isRtpContent = (content: JingleContent): content is RtpContent => 'description' in content;

const named = (parent: XmlElement, name: string, accept: (xmlns: string | undefined) => boolean) =>
  elementsOf(parent).find((child) => child.name === name && accept(child.attrs.xmlns));

/** Data channels: their transport says it all. Whatever description they have is of an application that SIP does not know. */
function readData(element: XmlElement, creator: JingleRole, name: string): RtpContent | undefined {
  const transport = named(element, 'transport', (xmlns) => transportKindOf(xmlns) === 'ice-udp');
  if (transport === undefined || sctpmapOf(transport) === undefined) return undefined;
  const fingerprint = fingerprintElements(transport)[0]?.attrs.xmlns;
  if (fingerprint === undefined) return undefined;
  return {
    creator,
    name,
    senders: undefined,
    media: 'application',
    description: el('description'),
    transport,
    kind: 'ice-udp',
    dialect: {
      ...ownDialect('ice-udp'),
      transport: transport.attrs.xmlns ?? NS.JINGLE_ICE_UDP,
      fingerprint,
    },
    isData: true,
  };
}

function readContent(
  element: XmlElement,
  creator: JingleRole,
  name: string,
  dataChannels: boolean | undefined,
): JingleContent {
  const { attrs } = element;
  const data = dataChannels === true ? readData(element, creator, name) : undefined;
  if (data !== undefined) return data;
  const description = named(element, 'description', isRtpDescription);
  const isSession = (attrs.disposition ?? 'session') === 'session';
  if (description === undefined || !isSession) return { creator, name, cause: 'unsupported-applications' };
  const transport = named(element, 'transport', (xmlns) => transportKindOf(xmlns) !== undefined);
  const kind = transportKindOf(transport?.attrs.xmlns);
  if (transport === undefined || kind === undefined)
    return { creator, name, cause: 'unsupported-transports' };
  const said = description.attrs.media ?? attrs.media;
  return {
    creator,
    name,
    senders: attrs.senders,
    media: said !== undefined && isToken(said) ? said : guessMedia(description),
    description,
    transport,
    kind,
    dialect: {
      description: description.attrs.xmlns ?? '',
      transport: transport.attrs.xmlns ?? '',
      fingerprint: fingerprintElements(transport)[0]?.attrs.xmlns ?? NS.JINGLE_DTLS,
      mediaOnContent: attrs.media !== undefined && description.attrs.media === undefined,
    },
  };
}

/**
 * Reads all contents, in document order. Malformed: none at all, more than there may be m-lines, one without a name,
 * one with an unknown creator, two of the same creator and name. A missing creator is the initiator.
 */
export function readContents(
  jingle: XmlElement,
  { dataChannels }: Pick<SdpContext, 'dataChannels'> = {},
): { readonly ok: true; readonly contents: readonly JingleContent[] } | MediaFault {
  const elements = bundledContents(jingle);
  if (elements.length === 0) return fault('malformed', 'no content');
  if (elements.length > MAX_MEDIA) return fault('malformed', `more than ${MAX_MEDIA} contents`);
  const contents: JingleContent[] = [];
  for (const element of elements) {
    const { name, creator = 'initiator' } = element.attrs;
    if (name === undefined || name === '') return fault('malformed', 'content without name');
    if (creator !== 'initiator' && creator !== 'responder')
      return fault('malformed', 'content with unknown creator');
    if (contents.some((other) => other.name === name && other.creator === creator)) {
      return fault('malformed', 'two contents of one name');
    }
    contents.push(readContent(element, creator, name, dataChannels));
  }
  return { ok: true, contents };
}

/** Whether a `<description/>` allows RTP and RTCP on one port. */
export const allowsMux = (description: XmlElement): boolean => childOf(description, 'rtcp-mux') !== undefined;
