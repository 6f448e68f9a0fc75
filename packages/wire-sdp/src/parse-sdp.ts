/**
 * SDP text to a validated session description. RFC 8866; limits against hostile input.
 */
import { readConnection } from './address.ts';
import { type LooseAttributes, readLoose } from './loose-attributes.ts';
import { readGroup } from './own-attributes.ts';
import { firstOfEach, type MediaLine, readAll, readMediaDescription, readShared } from './read-attributes.ts';
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
import { readSingles } from './single-attributes.ts';
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
  const originLine = session.lines.find(({ type }) => type === 'o');
  const origin = readOrigin(originLine?.value ?? '');
  const hasOther = session.lines.some((line) => line.type === 'o' && line !== originLine);
  if (hasOther || origin === undefined) return sdpFault(originLine?.number ?? 0, 'bad o=');
  const connection = readConnections(session);
  if (connection !== undefined && 'ok' in connection) return connection;

  const mediaAttributes = mediaSections.map(attributesOf);
  const loose = readLoose(mediaAttributes);
  const media: MediaDescription[] = [];
  for (let i = 0; i < mediaSections.length; i++) {
    const read = readMedia(mediaSections[i], mediaAttributes[i] ?? [], loose[i] ?? {});
    if ('ok' in read) return read;
    media.push(read);
  }
  const attributes = attributesOf(session);
  const single = readSingles(attributes);
  const shared = readShared(attributes, single);
  return {
    ok: true,
    description: sessionDescription({
      origin,
      connection,
      bandwidths: readBandwidths(session),
      groups: readAll(attributes, 'group', readGroup),
      iceLite: single.isIceLite,
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

function readBandwidths(section: Section): readonly Bandwidth[] {
  const found: Bandwidth[] = [];
  for (const { type, value } of section.lines) {
    if (type !== 'b') continue;
    const [, name, digits] = /^([^\s:]+):(\d+)$/.exec(value) ?? [];
    const kbps = readUint(digits, Number.MAX_SAFE_INTEGER);
    if (name !== undefined && isToken(name) && kbps !== undefined) found.push({ type: name, value: kbps });
  }
  return firstOfEach(found, ({ type }) => type);
}

function readMediaLine({ number, value }: Line): MediaLine | SdpFault {
  const [media = '', ports = '', protocol = '', ...formats] = value.split(/[ \t]+/);
  const slash = ports.indexOf('/');
  const port = readUint(slash < 0 ? ports : ports.slice(0, slash), MAX_PORT);
  const portCount = slash < 0 ? 1 : readUint(ports.slice(slash + 1), MAX_PORT);
  if (!isToken(media)) return sdpFault(number, 'bad media type');
  if (port === undefined || !portCount) return sdpFault(number, 'bad port');
  if (!protocol.split('/').every(isToken)) return sdpFault(number, 'bad transport protocol');
  if (formats.length === 0 || !formats.every(isToken)) return sdpFault(number, 'bad format list');
  const distinct = formats.length < 2 ? formats : [...new Set(formats)];
  if (distinct.length > MAX_FORMATS) return sdpFault(number, `more than ${MAX_FORMATS} formats`);
  return { media, port, portCount, protocol, formats: distinct };
}

function readMedia(
  section: Section | undefined,
  attributes: readonly Attribute[],
  loose: LooseAttributes,
): MediaDescription | SdpFault {
  const head = section?.head && readMediaLine(section.head);
  if (head === undefined || section === undefined) return sdpFault(0, 'no m-line');
  if ('ok' in head) return head;
  const connection = readConnections(section);
  if (connection !== undefined && 'ok' in connection) return connection;
  return readMediaDescription(head, { connection, bandwidths: readBandwidths(section) }, attributes, loose);
}
