/**
 * The attributes of one section, typed. A malformed or out-of-range attribute is left out: what is fatal in an SDP
 * is its structure, not one bad candidate.
 */
import { bareAddress, connectionTo, readConnection } from './address.ts';
import { isLoose, type LooseAttributes } from './loose-attributes.ts';
import { readCrypto, readExtmap, readFingerprint, readRtcpFeedback, readRtpmap } from './own-attributes.ts';
import {
  type Attribute,
  type Candidate,
  type Fmtp,
  type MediaDescription,
  mediaDescription,
  type RemoteCandidate,
  type Rtcp,
  type SharedDescription,
  type SourceAttribute,
  type SourceGroup,
} from './session-description.ts';
import { isSingle, readSingles, type SingleAttributes } from './single-attributes.ts';
import { isToken } from './token.ts';
import { MAX_PAYLOAD, MAX_PORT, MAX_UINT31, MAX_UINT32, readUint } from './uint.ts';

const OWN: ReadonlySet<string> = new Set([
  'rtpmap',
  'rtcp-fb',
  'extmap',
  'crypto',
  'fingerprint',
  'ice-options',
  'group',
]);

/** Whether the model has a place of its own for the attribute. */
export const isModelled = (name: string): boolean => OWN.has(name) || isSingle(name) || isLoose(name);

/** sdp-transform makes numbers of what looks like one. */
type Loose = string | number | undefined;
const text = (value: Loose): string | undefined =>
  value === undefined || value === '' ? undefined : String(value);
const uint = (value: Loose, max: number): number | undefined => readUint(text(value), max);

/** Values of all attributes called `name`, read; those that cannot be read are left out. */
export function readAll<T>(
  attributes: readonly Attribute[],
  name: string,
  read: (value: string) => T | undefined,
): T[] {
  const found: T[] = [];
  for (const attribute of attributes) {
    if (attribute.name !== name || attribute.value === undefined) continue;
    const value = read(attribute.value);
    if (value !== undefined) found.push(value);
  }
  return found;
}

/** Items whose `keyOf` has not been met before. */
export function firstOfEach<T>(items: readonly T[], keyOf: (item: T) => string | number): readonly T[] {
  if (items.length < 2) return items;
  const seen = new Set<string | number>();
  return items.filter((item) => !seen.has(keyOf(item)) && seen.add(keyOf(item)));
}

/** What both a session and an m-line may have, except `c=` and `b=`. */
export const readShared = (
  attributes: readonly Attribute[],
  single: SingleAttributes,
): Omit<SharedDescription, 'connection' | 'bandwidths'> => ({
  direction: single.direction,
  iceUfrag: single.iceUfrag,
  icePwd: single.icePwd,
  iceOptions: readAll(attributes, 'ice-options', (value) => value.split(/[ \t]+/)).flat(),
  fingerprints: readAll(attributes, 'fingerprint', readFingerprint),
  setup: single.setup,
  extmaps: firstOfEach(readAll(attributes, 'extmap', readExtmap), (extmap) => extmap.id),
  extmapAllowMixed: single.allowsMixed,
  attributes: attributes.filter(({ name }) => !isModelled(name)),
});

type LooseCandidate = NonNullable<LooseAttributes['candidates']>[number];

/** A candidate line, RFC 8839 §5.1. The priority is held to 1..2^31-1. */
function readCandidate(loose: LooseCandidate): Candidate | undefined {
  const foundation = text(loose.foundation);
  const component = uint(loose.component, 256);
  const port = uint(loose.port, MAX_PORT);
  const priority = uint(loose.priority, Number.MAX_SAFE_INTEGER);
  const address = bareAddress(text(loose.ip) ?? '');
  const type = text(loose.type);
  const protocol = text(loose.transport)?.toLowerCase();
  if (foundation === undefined || component === undefined || component === 0 || port === undefined) return;
  if (priority === undefined || connectionTo(address) === undefined) return;
  if (type === undefined || !isToken(type) || protocol === undefined || !isToken(protocol)) return;
  const relatedAddress = bareAddress(text(loose.raddr) ?? '');
  const relatedPort = uint(loose.rport, MAX_PORT);
  const tcpType = text(loose.tcptype);
  return {
    foundation,
    component,
    protocol,
    priority: Math.max(1, Math.min(priority, MAX_UINT31)),
    address,
    port,
    type,
    ...(connectionTo(relatedAddress) && relatedPort !== undefined && { relatedAddress, relatedPort }),
    ...(tcpType !== undefined && isToken(tcpType) && { tcpType }),
  };
}

function readRemoteCandidates(value: string | undefined): RemoteCandidate[] {
  if (value === undefined) return [];
  const words = value.split(' ');
  const found: RemoteCandidate[] = [];
  for (let i = 0; i + 2 < words.length; i += 3) {
    const component = readUint(words[i], 256);
    const address = bareAddress(words[i + 1] ?? '');
    const port = readUint(words[i + 2], MAX_PORT);
    if (component === undefined || port === undefined || connectionTo(address) === undefined) continue;
    found.push({ component, address, port });
  }
  return found;
}

function readRtcp(loose: LooseAttributes['rtcp']): Rtcp | undefined {
  const port = uint(loose?.port, MAX_PORT);
  if (port === undefined) return undefined;
  const { ipVer, address } = loose ?? {};
  const connection = address === undefined ? undefined : readConnection(`IN IP${ipVer} ${address}`);
  return { port, ...(connection && { connection }) };
}

function readSource(loose: NonNullable<LooseAttributes['ssrcs']>[number]): SourceAttribute | undefined {
  const ssrc = uint(loose.id, MAX_UINT32);
  const name = text(loose.attribute);
  if (ssrc === undefined || name === undefined) return undefined;
  const value = text(loose.value);
  return { ssrc, name, ...(value !== undefined && { value }) };
}

function readSourceGroup(loose: NonNullable<LooseAttributes['ssrcGroups']>[number]): SourceGroup | undefined {
  const semantics = text(loose.semantics);
  const ssrcs = (text(loose.ssrcs) ?? '').split(' ').map((word) => readUint(word, MAX_UINT32));
  return semantics === undefined || ssrcs.length === 0 || !ssrcs.every((ssrc) => ssrc !== undefined)
    ? undefined
    : { semantics, ssrcs };
}

function readFmtp(loose: NonNullable<LooseAttributes['fmtp']>[number]): Fmtp | undefined {
  const payload = uint(loose.payload, MAX_PAYLOAD);
  const parameters = text(loose.config)?.trim();
  return payload === undefined || !parameters ? undefined : { payload, text: parameters };
}

const keep = <T>(items: readonly (T | undefined)[] | undefined): T[] =>
  (items ?? []).filter((item) => item !== undefined);

/** What the m-line itself says. */
export type MediaLine = Pick<MediaDescription, 'media' | 'port' | 'portCount' | 'protocol' | 'formats'>;

/** An m-line with all that its section says. */
export function readMediaDescription(
  head: MediaLine,
  { connection, bandwidths }: Pick<SharedDescription, 'connection' | 'bandwidths'>,
  attributes: readonly Attribute[],
  loose: LooseAttributes,
): MediaDescription {
  const single = readSingles(attributes);
  const shared = readShared(attributes, single);
  return mediaDescription({
    media: head.media,
    port: head.port,
    portCount: head.portCount,
    protocol: head.protocol,
    formats: head.formats,
    connection,
    bandwidths,
    direction: shared.direction,
    iceUfrag: shared.iceUfrag,
    icePwd: shared.icePwd,
    iceOptions: shared.iceOptions,
    fingerprints: shared.fingerprints,
    setup: shared.setup,
    extmaps: shared.extmaps,
    extmapAllowMixed: shared.extmapAllowMixed,
    attributes: shared.attributes,
    rtpmaps: firstOfEach(readAll(attributes, 'rtpmap', readRtpmap), ({ payload }) => payload),
    fmtps: keep(loose.fmtp?.map(readFmtp)),
    rtcpFeedbacks: readAll(attributes, 'rtcp-fb', readRtcpFeedback),
    ptime: single.ptime,
    maxptime: single.maxptime,
    mid: single.mid,
    bundleOnly: single.isBundleOnly,
    rtcp: readRtcp(loose.rtcp),
    rtcpMux: single.hasRtcpMux,
    cryptos: readAll(attributes, 'crypto', readCrypto),
    candidates: keep(loose.candidates?.map(readCandidate)),
    remoteCandidates: readRemoteCandidates(single.remoteCandidates),
    sourceGroups: keep(loose.ssrcGroups?.map(readSourceGroup)),
    sources: keep(loose.ssrcs?.map(readSource)),
  });
}
