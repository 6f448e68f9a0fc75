/**
 * An offer in the name of a SIP party that made none: the codecs of the configuration, at no address yet.
 * RFC 3264 §5.1, RFC 3551.
 */
import { staticRtpmap } from './static-payloads.ts';

const FIRST_DYNAMIC = 96;
/** Payload types that have a meaning by themselves. */
const STATIC = Array.from({ length: 35 }, (_, payload) => payload);

/** What is offered; codecs are `NAME/CLOCKRATE[/CHANNELS]`, best first. */
export interface Catalogue {
  readonly audio: readonly string[];
  /** None: no video. */
  readonly video: readonly string[];
  /** Credentials for ICE until those of the SIP party are known; absent: raw UDP. */
  readonly ice?: { readonly ufrag: string; readonly pwd: string };
}

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

/** SDP with an m-line for audio, and one for video where it has codecs. */
export function catalogueOffer({ audio, video, ice }: Catalogue): string {
  let next = FIRST_DYNAMIC;
  const lineOf = (media: string, codecs: readonly string[]): string[] => {
    if (codecs.length === 0) return [];
    const payloads = codecs.map((codec) => {
      const [name = '', clockRate = '', channels] = codec.split('/');
      return { codec, payload: staticPayload(name, clockRate, channels) ?? next++ };
    });
    return [
      `m=${media} 9 RTP/AVP ${payloads.map(({ payload }) => payload).join(' ')}`,
      ...payloads.map(({ payload, codec }) => `a=rtpmap:${payload} ${codec}`),
      'a=sendrecv',
      ...(ice === undefined ? [] : [`a=ice-ufrag:${ice.ufrag}`, `a=ice-pwd:${ice.pwd}`]),
    ];
  };
  return [
    'v=0',
    'o=- 0 0 IN IP4 0.0.0.0',
    's=-',
    'c=IN IP4 0.0.0.0',
    't=0 0',
    ...lineOf('audio', audio),
    ...lineOf('video', video),
    '',
  ].join('\r\n');
}
