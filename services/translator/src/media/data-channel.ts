/**
 * WebRTC data channels: `m=application`, `a=sctp-port` (RFC 8841 §4, §5), the older `a=sctpmap`, and `<sctpmap/>` in an ICE
 * transport with DTLS (XEP-0343). They have no RTP description, and no direction.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { type Attribute, MAX_PORT, type MediaDescription, readUint } from '@stoxgate/wire-sdp';
import { childOf, el, NS } from '@stoxgate/wire-xmpp';

const DATA_CHANNEL = 'webrtc-datachannel';
const PROTOCOL = 'UDP/DTLS/SCTP';
/** Of the drafts before RFC 8841: the SCTP port is the format. */
const OLD_PROTOCOL = 'DTLS/SCTP';
const DEFAULT_PORT = 5000;
const DEFAULT_STREAMS = 1024;

interface Association {
  readonly port: number;
  readonly streams?: number | undefined;
}

export const isDataProtocol = (protocol: string): boolean => /^(?:UDP\/)?DTLS\/SCTP$/i.test(protocol);

const isOld = (protocol: string): boolean => protocol.toUpperCase() === OLD_PROTOCOL;

function associationOf({ protocol, formats, attributes }: MediaDescription): Association | undefined {
  const saidOf = (name: string): string | undefined =>
    attributes.find((attribute) => attribute.name === name)?.value?.trim();
  if (!isOld(protocol)) {
    if (!formats.includes(DATA_CHANNEL)) return undefined;
    const port = readUint(saidOf('sctp-port') ?? String(DEFAULT_PORT), MAX_PORT);
    return port ? { port } : undefined;
  }
  const [port, name, streams] = saidOf('sctpmap')?.split(/\s+/) ?? [];
  const number = readUint(port, MAX_PORT);
  if (!number || name !== DATA_CHANNEL || !formats.includes(String(number))) return undefined;
  return { port: number, streams: readUint(streams, 65_535) };
}

/** Why an m-line of SCTP over DTLS cannot be used; undefined when it can. */
export function dataRefusalOf(media: MediaDescription): string | undefined {
  if (associationOf(media) === undefined) return 'SCTP of something else than data channels';
  const hasIce = media.iceUfrag !== undefined && media.icePwd !== undefined;
  return hasIce && media.fingerprints.length > 0 ? undefined : 'data channels without ICE and DTLS';
}

function formOf(
  { port, streams }: Association,
  old: boolean,
): Pick<MediaDescription, 'formats' | 'attributes'> {
  const attribute: Attribute = old
    ? { name: 'sctpmap', value: `${port} ${DATA_CHANNEL} ${streams ?? DEFAULT_STREAMS}` }
    : { name: 'sctp-port', value: String(port) };
  return { formats: [old ? String(port) : DATA_CHANNEL], attributes: [attribute] };
}

/** What of the m-line is of data channels alone, in the form of an answer to `offer`. */
export function inFormOf(media: MediaDescription, offer: MediaDescription): MediaDescription {
  const association = isDataProtocol(offer.protocol) ? associationOf(media) : undefined;
  return association === undefined
    ? media
    : { ...media, protocol: offer.protocol, ...formOf(association, isOld(offer.protocol)) };
}

/** The `<sctpmap/>` of a `<transport/>`; undefined: none for data channels. */
export function sctpmapOf(transport: XmlElement): Association | undefined {
  const map = childOf(transport, 'sctpmap', NS.JINGLE_DTLS_SCTP);
  const port = readUint(map?.attrs.number, MAX_PORT);
  if (!port || map?.attrs.protocol !== DATA_CHANNEL) return undefined;
  return { port, streams: readUint(map.attrs.streams, 65_535) };
}

/** Media, protocol and format of the m-line for a transport that has data channels. */
export const dataMedia = (association: Association) => ({
  media: 'application',
  protocol: PROTOCOL,
  ...formOf(association, false),
});

/** `<sctpmap/>` for the transport of an m-line; undefined when it has no data channels. */
export function sctpmapToJingle(media: MediaDescription): XmlElement | undefined {
  const association = isDataProtocol(media.protocol) ? associationOf(media) : undefined;
  if (association === undefined) return undefined;
  const { port, streams = DEFAULT_STREAMS } = association;
  return el('sctpmap', { xmlns: NS.JINGLE_DTLS_SCTP, number: port, protocol: DATA_CHANNEL, streams });
}
