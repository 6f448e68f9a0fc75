/**
 * What we say of media to who asks with OPTIONS: that chats over MSRP are taken, beside calls. RFC 3261 §11.2, RFC 3264 §9.
 */
import { createHash } from 'node:crypto';
import type { SipBody, SipRequest } from '@stoxgate/contracts';
import type { Config } from '@stoxgate/runtime';
import {
  connectionTo,
  formatSdp,
  type MediaDescription,
  mediaDescription,
  sessionDescription,
} from '@stoxgate/wire-sdp';
import { splitList } from '@stoxgate/wire-sip';

const SDP = 'application/sdp';
const CHAT_TYPES = 'message/cpim text/plain text/html application/im-iscomposing+xml';
const FIRST_DYNAMIC = 96;
const STATIC: Readonly<Record<string, number>> = { 'PCMU/8000': 0, 'GSM/8000': 3, 'PCMA/8000': 8 };

/** @param codecs `NAME/CLOCKRATE[/CHANNELS]`. Port 0: nothing can be opened by what is said here. */
function rtpMedia(media: 'audio' | 'video', codecs: readonly string[]): MediaDescription[] {
  if (codecs.length === 0) return [];
  const rtpmaps = codecs.map((codec, at) => {
    const [name = '', clockRate, channels] = codec.split('/');
    return {
      payload: STATIC[codec] ?? FIRST_DYNAMIC + at,
      name,
      clockRate: Number(clockRate),
      ...(channels !== undefined && { channels: Number(channels) }),
    };
  });
  const formats = rtpmaps.map(({ payload }) => String(payload));
  return [mediaDescription({ media, port: 0, protocol: 'RTP/AVP', formats, rtpmaps })];
}

const chatMedia = (protocol: string, maxBytes: number): MediaDescription =>
  mediaDescription({
    media: 'message',
    port: 0,
    protocol,
    formats: ['*'],
    attributes: [
      { name: 'accept-types', value: CHAT_TYPES },
      { name: 'accept-wrapped-types', value: '*' },
      { name: 'max-size', value: String(maxBytes) },
    ],
  });

/** Without an Accept header SDP is what is expected (RFC 3261 §20.1). */
function acceptsSdp({ headers }: SipRequest): boolean {
  if (headers.accept === undefined) return true;
  return headers.accept.flatMap(splitList).some((type) => {
    const name = (type?.split(';')[0] ?? '').trim().toLowerCase();
    return name === SDP || name === 'application/*' || name === '*/*';
  });
}

/** The same for a request that comes again, another for every other one. */
const sessionIdOf = ({ callId, cseq, vias }: SipRequest): string =>
  String(createHash('sha256').update(`${callId} ${cseq.number} ${vias[0]}`).digest().readUIntBE(0, 6));

/** The body of an answer to OPTIONS; undefined where there are no chats, or SDP is not wanted. */
export function mediaCapabilitiesOf({
  calls,
  messages,
  sip,
}: Config): (request: SipRequest) => SipBody | undefined {
  const { msrp } = messages;
  if (!msrp.enabled) return () => undefined;
  const connection = connectionTo(sip.sdp_origin) ?? { family: 'IP4', address: '0.0.0.0' };
  const media = [
    ...rtpMedia('audio', calls.delayed_offer_codecs),
    ...rtpMedia('video', calls.delayed_offer_video_codecs),
    chatMedia('TCP/MSRP', msrp.max_bytes),
    ...(msrp.tls_port === 0 ? [] : [chatMedia('TCP/TLS/MSRP', msrp.max_bytes)]),
  ];
  return (request) => {
    if (!acceptsSdp(request)) return undefined;
    const origin = { userName: '-', sessionId: sessionIdOf(request), version: '1', ...connection };
    const content = formatSdp(sessionDescription({ origin, connection, media }));
    return { contentType: SDP, content, encoding: 'utf8' };
  };
}
