/**
 * The m-line of a chat session: `m=message 2855 TCP/MSRP *`. RFC 4975 §8, RFC 6135 (setup, connection).
 */
import {
  type Attribute,
  type Connection,
  type Fingerprint,
  type MediaDescription,
  mediaDescription,
  type Setup,
} from './session-description.ts';
import { readUint } from './uint.ts';

export interface MsrpMedia {
  readonly port: number;
  /** `TCP/TLS/MSRP`. */
  readonly isSecure: boolean;
  /** MSRP URIs, as they stood: the first is the next hop, the last the peer. */
  readonly path: readonly string[];
  /** `text/plain`, `text/*`, `*`; in lower case, without parameters. */
  readonly acceptTypes: readonly string[];
  /** What may be wrapped in one of `acceptTypes`, but not stand alone. */
  readonly acceptWrappedTypes: readonly string[];
  /** Bytes of the largest message that is taken. */
  readonly maxSize?: number;
  readonly setup?: Setup;
  readonly fingerprints: readonly Fingerprint[];
  readonly connection?: Connection;
}

const SECURE = 'TCP/TLS/MSRP';
const PLAIN = 'TCP/MSRP';
const MAX_SIZE = 999_999_999_999;
const MAX_TYPES = 64;

const attributeOf = ({ attributes }: MediaDescription, name: string): string | undefined =>
  attributes.find((attribute) => attribute.name.toLowerCase() === name)?.value;

const wordsOf = (text: string | undefined): readonly string[] =>
  (text ?? '').split(/\s+/).filter((word) => word !== '');

const typesOf = (text: string | undefined): readonly string[] =>
  wordsOf(text)
    .slice(0, MAX_TYPES)
    .map((word) => (word.split(';')[0] ?? '').toLowerCase());

const isProtocol = (protocol: string, name: string): boolean => protocol.toUpperCase() === name;

/** Whether the m-line is of a chat session, refused (port 0) or not. */
export const isMsrpMedia = ({ media, protocol }: MediaDescription): boolean =>
  media === 'message' && (isProtocol(protocol, PLAIN) || isProtocol(protocol, SECURE));

/**
 * What a chat's m-line says. Undefined when it is none, or lacks its path (§8.2: it MUST have one). `media`: with what it
 * inherits (`inheritMedia`).
 */
export function readMsrpMedia(media: MediaDescription): MsrpMedia | undefined {
  const path = wordsOf(attributeOf(media, 'path'));
  if (!isMsrpMedia(media) || path.length === 0) return undefined;
  const maxSize = readUint(attributeOf(media, 'max-size')?.trim(), MAX_SIZE);
  return {
    port: media.port,
    isSecure: isProtocol(media.protocol, SECURE),
    path,
    acceptTypes: typesOf(attributeOf(media, 'accept-types')),
    acceptWrappedTypes: typesOf(attributeOf(media, 'accept-wrapped-types')),
    ...(maxSize !== undefined && { maxSize }),
    ...(media.setup && { setup: media.setup }),
    fingerprints: media.fingerprints,
    ...(media.connection && { connection: media.connection }),
  };
}

/** The m-line of a chat session; `a=connection:new` goes with a `setup` (RFC 6135 §4.1). */
export function msrpMedia(chat: MsrpMedia): MediaDescription {
  const { acceptTypes, acceptWrappedTypes, maxSize, setup, connection } = chat;
  const attributes: Attribute[] = [
    { name: 'path', value: chat.path.join(' ') },
    { name: 'accept-types', value: acceptTypes.length === 0 ? '*' : acceptTypes.join(' ') },
    ...(acceptWrappedTypes.length === 0
      ? []
      : [{ name: 'accept-wrapped-types', value: acceptWrappedTypes.join(' ') }]),
    ...(maxSize === undefined ? [] : [{ name: 'max-size', value: String(maxSize) }]),
    ...(setup === undefined ? [] : [{ name: 'connection', value: 'new' }]),
  ];
  return mediaDescription({
    media: 'message',
    port: chat.port,
    protocol: chat.isSecure ? SECURE : PLAIN,
    formats: ['*'],
    fingerprints: chat.fingerprints,
    attributes,
    ...(setup && { setup }),
    ...(connection && { connection }),
  });
}

/** Whether a list of types (§8.6) has room for a Content-Type, parameters aside. */
export function acceptsType(types: readonly string[], contentType: string): boolean {
  const type = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  const [main = ''] = type.split('/');
  return types.some((entry) => entry === '*' || entry === type || entry === `${main}/*`);
}
