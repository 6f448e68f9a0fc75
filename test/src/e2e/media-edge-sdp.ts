/**
 * Descriptions as clients and phones send them, and what can be read from those of the relay.
 */
const FINGERPRINT = Array.from({ length: 32 }, () => 'AB').join(':');

const lines = (...texts: readonly (string | readonly string[])[]): string =>
  texts
    .flat()
    .map((line) => `${line}\r\n`)
    .join('');

const session = (address: string): string[] => [
  'v=0',
  `o=someone 1 1 IN IP4 ${address}`,
  's=-',
  `c=IN IP4 ${address}`,
  't=0 0',
];

export interface ClientOptions {
  readonly setup?: 'actpass' | 'active';
  readonly mid?: string;
  /** Payload types and names, best first. */
  readonly codecs?: readonly (readonly [string, string])[];
  readonly direction?: string;
}

const CLIENT_CODECS = [
  ['111', 'opus/48000/2'],
  ['9', 'G722/8000'],
  ['0', 'PCMU/8000'],
  ['8', 'PCMA/8000'],
  ['110', 'telephone-event/48000'],
  ['126', 'telephone-event/8000'],
] as const;

export const ICE = ['a=ice-ufrag:abcd', 'a=ice-pwd:abcdefghijklmnopqrstuvwx'];

/** A WebRTC client that will trickle its candidates. */
export function clientSdp({
  setup = 'actpass',
  mid = '0',
  codecs = CLIENT_CODECS,
  direction = 'sendrecv',
}: ClientOptions = {}): string {
  return lines(
    session('0.0.0.0'),
    [`a=group:BUNDLE ${mid}`, 'a=msid-semantic: WMS stream', 'a=ice-options:trickle'],
    `m=audio 9 UDP/TLS/RTP/SAVPF ${codecs.map(([type]) => type).join(' ')}`,
    [`a=mid:${mid}`, ...ICE],
    [`a=fingerprint:sha-256 ${FINGERPRINT}`, `a=setup:${setup}`, 'a=rtcp-mux', `a=${direction}`],
    ['a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level', 'a=ssrc:7 cname:x', 'a=ssrc:7 msid:a b'],
    codecs.map(([type, name]) => `a=rtpmap:${type} ${name}`),
  );
}

export interface PhoneOptions {
  readonly port?: number;
  readonly digits?: string;
  readonly protocol?: string;
  readonly direction?: string;
  readonly more?: readonly string[];
}

/** An ordinary phone on loopback; with `digits: ''` one without telephone events. */
export function phoneSdp({
  port = 41_000,
  digits = '101',
  protocol = 'RTP/AVP',
  direction = 'sendrecv',
  more = [],
}: PhoneOptions = {}): string {
  const events = [`a=rtpmap:${digits} telephone-event/8000`, `a=fmtp:${digits} 0-15`];
  return lines(
    session('127.0.0.1'),
    `m=audio ${port} ${protocol} 8 0 ${digits}`.trimEnd(),
    ['a=rtpmap:8 PCMA/8000', 'a=rtpmap:0 PCMU/8000', ...(digits === '' ? [] : events)],
    `a=${direction}`,
    more,
  );
}

/** Candidates as the translator hands them on: as lines, or as a description of nothing else. */
export const fragment = (port: number, mid: string, hasSession: boolean): string =>
  lines(
    hasSession ? [...session('0.0.0.0'), 'a=ice-options:trickle'] : [],
    'm=audio 9 UDP/TLS/RTP/SAVPF 0',
    `a=mid:${mid}`,
    ICE,
    `a=candidate:${port} 1 udp 2122260223 127.0.0.1 ${port} typ host`,
  );

/** Of the first m-line: its port, protocol, and codecs in the order of its payload types. */
export function audioOf(sdp: string) {
  const [, port, protocol = '', types = ''] = /^m=audio (\d+) (\S+) (.*?)\r?$/m.exec(sdp) ?? [];
  const nameOf = (type: string): string =>
    new RegExp(`^a=rtpmap:${type} (.*?)\\r?$`, 'm').exec(sdp)?.[1] ?? type;
  return { port: Number(port), protocol, codecs: types.split(' ').map(nameOf) };
}

/** Value of an attribute, `''` for one without; undefined when it is not there. */
export const attribute = (sdp: string, name: string): string | undefined =>
  new RegExp(`^a=${name}(?::(.*?))?\\r?$`, 'm').exec(sdp)?.slice(0)[1] ??
  (new RegExp(`^a=${name}\\r?$`, 'm').test(sdp) ? '' : undefined);

/** Payload type of a codec. */
export const typeOf = (sdp: string, codec: string): string =>
  new RegExp(`^a=rtpmap:(\\d+) ${codec}`, 'im').exec(sdp)?.[1] ?? '';
