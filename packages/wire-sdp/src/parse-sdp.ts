/**
 * SDP text to a validated session description. RFC 8866; limits against hostile input.
 */
import { readConnection } from './address.ts';
import { type LooseAttributes, readLoose } from './loose-attributes.ts';
import { readGroup } from './own-attributes.ts';
import { firstOfEach, type MediaHead, readAll, readMediaDescription, readShared } from './read-attributes.ts';
import { attributesOf, cutSections, type Line, type SdpFault, type Section, sdpFault } from './sections.ts';
import {
  type Attribute,
  type Bandwidth,
  type Connection,
  type MediaDescription,
  type Origin,
  type SessionDescription,
  sessionDescription,
} from './session-description.ts';
import { isToken } from './token.ts';
import { MAX_PORT, readUint } from './uint.ts';

export const MAX_SDP_BYTES = 65_536;
export const MAX_MEDIA = 64;
export const MAX_FORMATS = 128;

export type SdpResult = { readonly ok: true; readonly description: SessionDescription } | SdpFault;

/**
 * Reads an SDP. Structure is strict: `v=0`, one `o=`, well-formed `m=` and `c=`, and the limits (64 KiB, 64 m-lines,
 * 128 formats each) or it fails with the line and the reason. Attributes are liberal: a malformed or repeated one is
 * left out, an unknown one is kept. Never throws.
 */
export function parseSdp(text: string): SdpResult {
  if (isTooLong(text)) return sdpFault(0, `longer than ${MAX_SDP_BYTES} bytes`);
  const sections = cutSections(text, MAX_MEDIA);
  if (!Array.isArray(sections)) return sections;
  const [session, ...mediaSections] = sections;
  if (session === undefined) return sdpFault(0, 'empty');
  const [version] = session.lines;
  if (version?.type !== 'v' || version.value !== '0')
    return sdpFault(version?.number ?? 0, 'v=0 is not first');
  const originLines = session.lines.filter(({ type }) => type === 'o');
  const origin = readOrigin(originLines[0]?.value ?? '');
  if (originLines.length !== 1 || origin === undefined)
    return sdpFault(originLines[0]?.number ?? 0, 'bad o=');
  const connection = readConnections(session);
  if (connection !== undefined && 'ok' in connection) return connection;

  const attributes = sections.map(attributesOf);
  const [looseSession = {}, ...looseMedia] = readLoose(attributes);
  const [sessionAttributes = [], ...mediaAttributes] = attributes;
  const media: MediaDescription[] = [];
  for (const [index, section] of mediaSections.entries()) {
    const read = readMedia(section, mediaAttributes[index] ?? [], looseMedia[index] ?? {});
    if ('ok' in read) return read;
    media.push(read);
  }
  const shared = readShared(sessionAttributes, looseSession);
  return {
    ok: true,
    description: sessionDescription({
      origin,
      connection,
      bandwidths: readBandwidths(session),
      groups: readAll(sessionAttributes, 'group', readGroup),
      iceLite: looseSession.icelite !== undefined,
      direction: shared.direction,
      iceUfrag: shared.iceUfrag,
      icePwd: shared.icePwd,
      iceOptions: shared.iceOptions,
      fingerprints: shared.fingerprints,
      setup: shared.setup,
      extmaps: shared.extmaps,
      extmapAllowMixed: shared.extmapAllowMixed,
      attributes: shared.attributes,
      media,
    }),
  };
}

/** UTF-8 length over the limit; counts only when the shorter UTF-16 length leaves it open. */
function isTooLong(text: string): boolean {
  if (text.length > MAX_SDP_BYTES) return true;
  if (text.length * 3 <= MAX_SDP_BYTES) return false;
  let bytes = 0;
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes > MAX_SDP_BYTES;
}

function readOrigin(value: string): Origin | undefined {
  const match = /^(\S+) +(\d{1,20}) +(\d{1,20}) +(IN +IP[46] +\S+)$/.exec(value);
  const [, userName, sessionId, version, where = ''] = match ?? [];
  const connection = readConnection(where);
  if (userName === undefined || sessionId === undefined || version === undefined || !connection)
    return undefined;
  return { userName, sessionId, version, ...connection };
}

/** The first `c=` of a section; undefined when it has none. */
function readConnections(section: Section): Connection | SdpFault | undefined {
  const line = section.lines.find(({ type }) => type === 'c');
  return line && (readConnection(line.value) ?? sdpFault(line.number, 'bad c='));
}

function readBandwidths(section: Section): Bandwidth[] {
  const found: Bandwidth[] = [];
  for (const { type, value } of section.lines) {
    const [, name, digits] = (type === 'b' && /^([^\s:]+):(\d+)$/.exec(value)) || [];
    const kbps = readUint(digits, Number.MAX_SAFE_INTEGER);
    if (name !== undefined && isToken(name) && kbps !== undefined) found.push({ type: name, value: kbps });
  }
  return firstOfEach(found, ({ type }) => type);
}

type MediaLine = Omit<MediaHead, 'connection' | 'bandwidths'>;

function readMediaLine({ number, value }: Line): MediaLine | SdpFault {
  const [media = '', ports = '', protocol = '', ...formats] = value.split(/[ \t]+/);
  const [, first, count] = /^(\d+)(?:\/(\d+))?$/.exec(ports) ?? [];
  const port = readUint(first, MAX_PORT);
  const portCount = count === undefined ? 1 : readUint(count, MAX_PORT);
  if (!isToken(media)) return sdpFault(number, 'bad media type');
  if (port === undefined || !portCount) return sdpFault(number, 'bad port');
  if (!protocol.split('/').every(isToken)) return sdpFault(number, 'bad transport protocol');
  if (formats.length === 0 || !formats.every(isToken)) return sdpFault(number, 'bad format list');
  const distinct = [...new Set(formats)];
  if (distinct.length > MAX_FORMATS) return sdpFault(number, `more than ${MAX_FORMATS} formats`);
  return { media, port, portCount, protocol, formats: distinct };
}

function readMedia(
  section: Section,
  attributes: readonly Attribute[],
  loose: LooseAttributes,
): MediaDescription | SdpFault {
  const head = section.head && readMediaLine(section.head);
  if (head === undefined) return sdpFault(0, 'no m-line');
  if ('ok' in head) return head;
  const connection = readConnections(section);
  if (connection !== undefined && 'ok' in connection) return connection;
  return readMediaDescription(
    { connection, bandwidths: readBandwidths(section), ...head },
    attributes,
    loose,
  );
}
