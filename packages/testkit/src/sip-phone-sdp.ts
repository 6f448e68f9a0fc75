/** Descriptions of sessions for the scripted phone. RFC 8866. */
import { parseMsrpPath } from '@stoxgate/wire-msrp';

export interface PhoneSdpOptions {
  readonly port?: number;
  readonly direction?: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';
  /** Version in `o=`; counts up from 1 within a call. */
  readonly version?: number;
  /** `a=` lines of the session, without `a=`. */
  readonly attributes?: readonly string[];
  /** Lines of further media, from their `m=` on. */
  readonly media?: readonly string[];
}

/** One G.711 stream that nobody listens to, and what the options say. */
export function phoneSdp(options: PhoneSdpOptions = {}): string {
  const { port = 49_170, direction = 'sendrecv', version = 1, attributes = [], media = [] } = options;
  const lines = [
    'v=0',
    `o=phone 1 ${version} IN IP4 127.0.0.1`,
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    ...attributes.map((attribute) => `a=${attribute}`),
    `m=audio ${port} RTP/AVP 0 8`,
    'a=rtpmap:0 PCMU/8000',
    'a=rtpmap:8 PCMA/8000',
    `a=${direction}`,
    ...media,
  ];
  return `${lines.join('\r\n')}\r\n`;
}

/** What the phone offers or answers when the script does not care. */
export const PHONE_SDP = phoneSdp();

/** A description with one chat, for a phone whose MSRP is `path`. */
export function chatSdp(
  path: string,
  {
    setup,
    maxSize,
    acceptTypes = 'text/plain message/cpim',
  }: {
    readonly setup?: 'active' | 'passive' | 'actpass';
    readonly maxSize?: number;
    readonly acceptTypes?: string;
  } = {},
): string {
  const [uri] = parseMsrpPath(path, 1, 512) ?? [];
  const lines = [
    'v=0',
    'o=phone 1 1 IN IP4 127.0.0.1',
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    `m=message ${uri?.port ?? 0} ${uri?.scheme === 'msrps' ? 'TCP/TLS/MSRP' : 'TCP/MSRP'} *`,
    `a=path:${path}`,
    `a=accept-types:${acceptTypes}`,
    'a=accept-wrapped-types:*',
    ...(maxSize === undefined ? [] : [`a=max-size:${maxSize}`]),
    ...(setup === undefined ? [] : [`a=setup:${setup}`, 'a=connection:new']),
  ];
  return `${lines.join('\r\n')}\r\n`;
}
