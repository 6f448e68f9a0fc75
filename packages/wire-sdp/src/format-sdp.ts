/**
 * A session description to SDP text, in the line order of RFC 8866 §5.
 */
import { writeConnection } from './address.ts';
import type {
  Attribute,
  Candidate,
  MediaDescription,
  SessionDescription,
  SharedDescription,
} from './session-description.ts';

/**
 * Writes an SDP: CRLF lines, nothing in a value can start another line. Numbers and tokens are written as given;
 * a description that came from `parseSdp`, or was built of checked parts, gives a text that `parseSdp` reads alike.
 */
export function formatSdp(description: SessionDescription): string {
  const { origin } = description;
  const lines = [
    'v=0',
    `o=${origin.userName} ${origin.sessionId} ${origin.version} ${writeConnection(origin)}`,
    's=-',
  ];
  addConnectionAndBandwidth(lines, description);
  lines.push('t=0 0');
  for (const { semantics, mids } of description.groups)
    lines.push([`a=group:${semantics}`, ...mids].join(' '));
  if (description.iceLite) lines.push('a=ice-lite');
  addTransportSecurity(lines, description);
  addDirection(lines, description);
  addHeaderExtensions(lines, description);
  addUnknown(lines, description.attributes);
  for (const media of description.media) addMedia(lines, media);
  for (let i = 0; i < lines.length; i++) lines[i] = oneLine(lines[i] ?? '');
  // With an empty one at the end each line is ended.
  lines.push('');
  return lines.join('\r\n');
}

const oneLine = (line: string): string => (/[\r\n\0]/.test(line) ? line.replace(/[\r\n\0]+/g, '') : line);

function addMedia(lines: string[], media: MediaDescription): void {
  const port = media.portCount > 1 ? `${media.port}/${media.portCount}` : media.port;
  const { rtcp } = media;
  lines.push(`m=${media.media} ${port} ${media.protocol} ${media.formats.join(' ')}`);
  addConnectionAndBandwidth(lines, media);
  if (rtcp) lines.push(`a=rtcp:${rtcp.port}${rtcp.connection ? ` ${writeConnection(rtcp.connection)}` : ''}`);
  addTransportSecurity(lines, media);
  if (media.mid !== undefined) lines.push(`a=mid:${media.mid}`);
  if (media.bundleOnly) lines.push('a=bundle-only');
  addDirection(lines, media);
  if (media.rtcpMux) lines.push('a=rtcp-mux');
  for (const { tag, suite, keyParams, sessionParams } of media.cryptos) {
    lines.push(`a=crypto:${tag} ${suite} ${keyParams}${sessionParams ? ` ${sessionParams}` : ''}`);
  }
  addFormats(lines, media);
  if (media.ptime !== undefined) lines.push(`a=ptime:${media.ptime}`);
  if (media.maxptime !== undefined) lines.push(`a=maxptime:${media.maxptime}`);
  addHeaderExtensions(lines, media);
  for (const candidate of media.candidates) lines.push(candidateLine(candidate));
  if (media.remoteCandidates.length > 0) {
    const all = media.remoteCandidates.map(
      ({ component, address, port }) => `${component} ${address} ${port}`,
    );
    lines.push(`a=remote-candidates:${all.join(' ')}`);
  }
  for (const { semantics, ssrcs } of media.sourceGroups) {
    lines.push([`a=ssrc-group:${semantics}`, ...ssrcs].join(' '));
  }
  for (const { ssrc, name, value } of media.sources) {
    lines.push(`a=ssrc:${ssrc} ${name}${value === undefined ? '' : `:${value}`}`);
  }
  addUnknown(lines, media.attributes);
}

/** rtpmap, rtcp-fb and fmtp of each payload type together, in the order of the formats; then what is for all. */
function addFormats(lines: string[], media: MediaDescription): void {
  const ids = new Set<number | '*'>();
  for (const format of media.formats) ids.add(Number(format));
  for (const { payload } of media.rtpmaps) ids.add(payload);
  for (const { payload } of media.rtcpFeedbacks) ids.add(payload);
  for (const { payload } of media.fmtps) ids.add(payload);
  ids.delete('*');
  ids.add('*');
  for (const id of ids) addFormat(lines, media, id);
}

function addFormat(
  lines: string[],
  { rtpmaps, rtcpFeedbacks, fmtps }: MediaDescription,
  id: number | '*',
): void {
  for (const { payload, name, clockRate, channels } of rtpmaps) {
    if (payload !== id) continue;
    const clock =
      clockRate === undefined ? '' : `/${clockRate}${channels === undefined ? '' : `/${channels}`}`;
    lines.push(`a=rtpmap:${payload} ${name}${clock}`);
  }
  for (const { payload, type, rest } of rtcpFeedbacks) {
    if (payload === id) lines.push(`a=rtcp-fb:${payload} ${type}${rest === undefined ? '' : ` ${rest}`}`);
  }
  for (const { payload, text } of fmtps) if (payload === id) lines.push(`a=fmtp:${payload} ${text}`);
}

function addConnectionAndBandwidth(lines: string[], { connection, bandwidths }: SharedDescription): void {
  if (connection) lines.push(`c=${writeConnection(connection)}`);
  for (const { type, value } of bandwidths) lines.push(`b=${type}:${value}`);
}

function addTransportSecurity(lines: string[], shared: SharedDescription): void {
  if (shared.iceUfrag !== undefined) lines.push(`a=ice-ufrag:${shared.iceUfrag}`);
  if (shared.icePwd !== undefined) lines.push(`a=ice-pwd:${shared.icePwd}`);
  if (shared.iceOptions.length > 0) lines.push(`a=ice-options:${shared.iceOptions.join(' ')}`);
  for (const { hash, value } of shared.fingerprints) lines.push(`a=fingerprint:${hash} ${value}`);
  if (shared.setup !== undefined) lines.push(`a=setup:${shared.setup}`);
}

function addDirection(lines: string[], shared: SharedDescription): void {
  if (shared.direction) lines.push(`a=${shared.direction}`);
}

function addHeaderExtensions(lines: string[], shared: SharedDescription): void {
  if (shared.extmapAllowMixed) lines.push('a=extmap-allow-mixed');
  for (const { id, direction, uri, attributes } of shared.extmaps) {
    lines.push(
      `a=extmap:${id}${direction ? `/${direction}` : ''} ${uri}${attributes ? ` ${attributes}` : ''}`,
    );
  }
}

function candidateLine(candidate: Candidate): string {
  const { foundation, component, protocol, priority, address, port, type } = candidate;
  const head = `${foundation} ${component} ${protocol.toUpperCase()} ${priority} ${address} ${port} typ ${type}`;
  const { relatedAddress, relatedPort, tcpType } = candidate;
  const related = relatedAddress === undefined ? '' : ` raddr ${relatedAddress} rport ${relatedPort}`;
  return `a=candidate:${head}${related}${tcpType === undefined ? '' : ` tcptype ${tcpType}`}`;
}

function addUnknown(lines: string[], attributes: readonly Attribute[]): void {
  for (const { name, value } of attributes)
    lines.push(value === undefined ? `a=${name}` : `a=${name}:${value}`);
}
