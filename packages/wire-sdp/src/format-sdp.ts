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
    ...connectionAndBandwidth(description),
    't=0 0',
    ...description.groups.map(({ semantics, mids }) => [`a=group:${semantics}`, ...mids].join(' ')),
    ...(description.iceLite ? ['a=ice-lite'] : []),
    ...transportSecurity(description),
    ...direction(description),
    ...headerExtensions(description),
    ...unknown(description.attributes),
    ...description.media.flatMap(mediaLines),
  ];
  return lines.map(oneLine).join('');
}

const oneLine = (line: string): string => `${line.replace(/[\r\n\0]+/g, '')}\r\n`;

function mediaLines(media: MediaDescription): string[] {
  const port = media.portCount > 1 ? `${media.port}/${media.portCount}` : media.port;
  const { rtcp } = media;
  const lines = [
    `m=${media.media} ${port} ${media.protocol} ${media.formats.join(' ')}`,
    ...connectionAndBandwidth(media),
  ];
  if (rtcp) lines.push(`a=rtcp:${rtcp.port}${rtcp.connection ? ` ${writeConnection(rtcp.connection)}` : ''}`);
  lines.push(...transportSecurity(media));
  if (media.mid !== undefined) lines.push(`a=mid:${media.mid}`);
  if (media.bundleOnly) lines.push('a=bundle-only');
  lines.push(...direction(media));
  if (media.rtcpMux) lines.push('a=rtcp-mux');
  for (const { tag, suite, keyParams, sessionParams } of media.cryptos) {
    lines.push(`a=crypto:${tag} ${suite} ${keyParams}${sessionParams ? ` ${sessionParams}` : ''}`);
  }
  lines.push(...formatLines(media));
  if (media.ptime !== undefined) lines.push(`a=ptime:${media.ptime}`);
  if (media.maxptime !== undefined) lines.push(`a=maxptime:${media.maxptime}`);
  lines.push(...headerExtensions(media), ...media.candidates.map(candidateLine));
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
  return [...lines, ...unknown(media.attributes)];
}

/** rtpmap, rtcp-fb and fmtp of each payload type together, in the order of the formats; then what is for all. */
function formatLines(media: MediaDescription): string[] {
  const ids = new Set<number | '*'>(media.formats.map(Number));
  for (const { payload } of [...media.rtpmaps, ...media.rtcpFeedbacks, ...media.fmtps]) ids.add(payload);
  ids.delete('*');
  ids.add('*');
  const lines = new Map<number | '*', string[]>([...ids].map((id) => [id, []]));
  for (const { payload, name, clockRate, channels } of media.rtpmaps) {
    const clock =
      clockRate === undefined ? '' : `/${clockRate}${channels === undefined ? '' : `/${channels}`}`;
    lines.get(payload)?.push(`a=rtpmap:${payload} ${name}${clock}`);
  }
  for (const { payload, type, rest } of media.rtcpFeedbacks) {
    lines.get(payload)?.push(`a=rtcp-fb:${payload} ${type}${rest === undefined ? '' : ` ${rest}`}`);
  }
  for (const { payload, text } of media.fmtps) lines.get(payload)?.push(`a=fmtp:${payload} ${text}`);
  return [...lines.values()].flat();
}

const connectionAndBandwidth = ({ connection, bandwidths }: SharedDescription): string[] => [
  ...(connection ? [`c=${writeConnection(connection)}`] : []),
  ...bandwidths.map(({ type, value }) => `b=${type}:${value}`),
];

const transportSecurity = (shared: SharedDescription): string[] => [
  ...(shared.iceUfrag === undefined ? [] : [`a=ice-ufrag:${shared.iceUfrag}`]),
  ...(shared.icePwd === undefined ? [] : [`a=ice-pwd:${shared.icePwd}`]),
  ...(shared.iceOptions.length === 0 ? [] : [`a=ice-options:${shared.iceOptions.join(' ')}`]),
  ...shared.fingerprints.map(({ hash, value }) => `a=fingerprint:${hash} ${value}`),
  ...(shared.setup === undefined ? [] : [`a=setup:${shared.setup}`]),
];

const direction = (shared: SharedDescription): string[] =>
  shared.direction ? [`a=${shared.direction}`] : [];

const headerExtensions = (shared: SharedDescription): string[] => [
  ...(shared.extmapAllowMixed ? ['a=extmap-allow-mixed'] : []),
  ...shared.extmaps.map(
    ({ id, direction, uri, attributes }) =>
      `a=extmap:${id}${direction ? `/${direction}` : ''} ${uri}${attributes ? ` ${attributes}` : ''}`,
  ),
];

function candidateLine(candidate: Candidate): string {
  const { foundation, component, protocol, priority, address, port, type } = candidate;
  const head = `${foundation} ${component} ${protocol.toUpperCase()} ${priority} ${address} ${port} typ ${type}`;
  const { relatedAddress, relatedPort, tcpType } = candidate;
  const related = relatedAddress === undefined ? '' : ` raddr ${relatedAddress} rport ${relatedPort}`;
  return `a=candidate:${head}${related}${tcpType === undefined ? '' : ` tcptype ${tcpType}`}`;
}

const unknown = (attributes: readonly Attribute[]): string[] =>
  attributes.map(({ name, value }) => (value === undefined ? `a=${name}` : `a=${name}:${value}`));
