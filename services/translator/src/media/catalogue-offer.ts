/**
 * An offer in the name of a SIP party that made none: the audio codecs of the configuration, at no address yet.
 * RFC 3264 §5.1, RFC 3551.
 */
import { staticRtpmap } from './static-payloads.ts';

const FIRST_DYNAMIC = 96;
/** Payload types that have a meaning by themselves. */
const STATIC = Array.from({ length: 35 }, (_, payload) => payload);

function staticPayload(name: string, clockRate: string, channels: string | undefined): number | undefined {
  return STATIC.find((payload) => {
    const map = staticRtpmap(payload);
    return (
      map?.name.toLowerCase() === name.toLowerCase() &&
      map.clockRate === Number(clockRate) &&
      (map.channels ?? 1) === Number(channels ?? 1)
    );
  });
}

/** SDP with one audio m-line for `NAME/CLOCKRATE[/CHANNELS]` codecs, best first. */
export function catalogueOffer(codecs: readonly string[]): string {
  let next = FIRST_DYNAMIC;
  const payloads = codecs.map((codec) => {
    const [name = '', clockRate = '', channels] = codec.split('/');
    return { codec, payload: staticPayload(name, clockRate, channels) ?? next++ };
  });
  return [
    'v=0',
    'o=- 0 0 IN IP4 0.0.0.0',
    's=-',
    'c=IN IP4 0.0.0.0',
    't=0 0',
    `m=audio 9 RTP/AVP ${payloads.map(({ payload }) => payload).join(' ')}`,
    ...payloads.map(({ payload, codec }) => `a=rtpmap:${payload} ${codec}`),
    'a=sendrecv',
    '',
  ].join('\r\n');
}
