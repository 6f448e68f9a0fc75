/**
 * Payload types: `m=` formats, `rtpmap`, `fmtp`, `ptime` and `<payload-type/>`. Order is preference, both ways.
 * XEP-0167 §4, §6; RFC 3264 §5.1, RFC 3551.
 */
import type { XmlElement } from '@stoxgate/contracts';
import {
  isToken,
  MAX_PAYLOAD,
  MAX_UINT31,
  type MediaDescription,
  type Rtpmap,
  readUint,
} from '@stoxgate/wire-sdp';
import { childrenOf, el } from '@stoxgate/wire-xmpp';
import { isDataProtocol } from './data-channel.ts';
import { fmtpText, parametersOf } from './fmtp.ts';
import { feedbackFromJingle, feedbackToJingle } from './rtcp-feedback.ts';
import { staticRtpmap } from './static-payloads.ts';

export type PayloadTypes = Pick<
  MediaDescription,
  'formats' | 'rtpmaps' | 'fmtps' | 'rtcpFeedbacks' | 'ptime' | 'maxptime'
>;

const VIDEO_CODECS = /^(?:H26[1345]|VP[89]|AV1|theora|MPV|JPEG|nv|CelB|MP2T|H263-.*)$/i;

/** `audio` or `video`, by the names of the payload types: for peers that do not say. */
export const guessMedia = (description: XmlElement): 'audio' | 'video' =>
  childrenOf(description, 'payload-type').some(({ attrs }) => VIDEO_CODECS.test(attrs.name ?? ''))
    ? 'video'
    : 'audio';

const defaultClockRate = (media: string): number => (media === 'video' ? 90_000 : 8_000);
const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** The rtpmap of a `<payload-type/>`; undefined when its id is out of range or nothing says what it is. */
function rtpmapFromJingle({ attrs }: XmlElement, media: string): Rtpmap | undefined {
  const payload = readUint(attrs.id, MAX_PAYLOAD);
  if (payload === undefined) return undefined;
  const known = staticRtpmap(payload);
  const name = attrs.name !== undefined && isToken(attrs.name) ? attrs.name : known?.name;
  if (name === undefined) return undefined;
  const same = known !== undefined && sameName(known.name, name) ? known : undefined;
  const clockRate = readUint(attrs.clockrate, MAX_UINT31) || same?.clockRate || defaultClockRate(media);
  const channels = readUint(attrs.channels, 255) ?? same?.channels ?? 1;
  return { payload, name, clockRate, ...(channels > 1 ? { channels } : {}) };
}

/** Payload types of a `<description/>`, in document order. Of an id that repeats the first counts. */
export function payloadsFromJingle(description: XmlElement, media: string): PayloadTypes {
  const rtpmaps: Rtpmap[] = [];
  const fmtps: { payload: number; text: string }[] = [];
  const feedbacks = [];
  const ptimes: number[] = [];
  const maxptimes: number[] = [];
  for (const element of childrenOf(description, 'payload-type')) {
    const rtpmap = rtpmapFromJingle(element, media);
    if (rtpmap === undefined || rtpmaps.some((one) => one.payload === rtpmap.payload)) continue;
    const { payload, name } = rtpmap;
    rtpmaps.push(rtpmap);
    const text = fmtpText(childrenOf(element, 'parameter'), name);
    if (text !== undefined) fmtps.push({ payload, text });
    feedbacks.push(...feedbackFromJingle(element, payload));
    const ptime = readUint(element.attrs.ptime, 65_535);
    const maxptime = readUint(element.attrs.maxptime, 65_535);
    if (ptime) ptimes.push(ptime);
    if (maxptime) maxptimes.push(maxptime);
  }
  const [ptime] = ptimes;
  return {
    formats: rtpmaps.map((one) => String(one.payload)),
    rtpmaps,
    fmtps,
    rtcpFeedbacks: [...feedbacks, ...feedbackFromJingle(description, '*')],
    ptime,
    maxptime: maxptimes.length === 0 ? undefined : Math.max(...maxptimes),
  };
}

/** What the formats of an m-line mean, in their order. Dynamic ones without `rtpmap` are left out. */
export function rtpmapsOf(media: MediaDescription): Rtpmap[] {
  const found: Rtpmap[] = [];
  for (const format of media.formats) {
    const payload = readUint(format, MAX_PAYLOAD);
    if (payload === undefined) continue;
    const known = staticRtpmap(payload);
    const rtpmap = media.rtpmaps.find((one) => one.payload === payload) ?? known;
    if (rtpmap === undefined) continue;
    if (rtpmap.clockRate !== undefined) {
      found.push(rtpmap);
      continue;
    }
    const same = known !== undefined && sameName(known.name, rtpmap.name) ? known : undefined;
    found.push({ ...rtpmap, clockRate: same?.clockRate ?? defaultClockRate(media.media) });
  }
  return found;
}

/** Whether media can flow: telephone events alone are no codec. */
export const hasCodec = (rtpmaps: readonly Rtpmap[]): boolean =>
  rtpmaps.some(({ name }) => !sameName(name, 'telephone-event'));

/** Whether an m-line made from a content can be used. */
export const isUsable = ({ protocol, rtpmaps }: MediaDescription): boolean =>
  isDataProtocol(protocol) || hasCodec(rtpmaps);

/** `<payload-type/>` elements of an m-line. Empty when none of its formats can be used. */
export const payloadsToJingle = (media: MediaDescription): XmlElement[] =>
  rtpmapsOf(media).map(({ payload, name, clockRate, channels }) =>
    el(
      'payload-type',
      { id: payload, name, clockrate: clockRate, channels, ptime: media.ptime, maxptime: media.maxptime },
      ...media.fmtps
        .filter((fmtp) => fmtp.payload === payload)
        .flatMap(({ text }) => parametersOf(text, name)),
      ...feedbackToJingle(media.rtcpFeedbacks, payload),
    ),
  );
