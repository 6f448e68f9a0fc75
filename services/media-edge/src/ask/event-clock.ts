/**
 * Telephone events of WebRTC clients, whose clock is that of the audio they interrupt. RFC 4733 §2.
 */
import { sectionsOf, textOf } from './sdp-sections.ts';

const RTPMAP = /^a=rtpmap:(\d+) ([^/]+)\/(\d+)/;
const OF_FORMAT = /^a=(?:rtpmap|fmtp|rtcp-fb):(\d+) /;

interface Format {
  readonly id: string;
  readonly clock: string;
  readonly isEvent: boolean;
}

const formatsOf = (lines: readonly string[]): readonly Format[] =>
  lines.flatMap((line) => {
    const [, id = '', name = '', clock = ''] = RTPMAP.exec(line) ?? [];
    return id === '' ? [] : [{ id, clock, isEvent: name.toLowerCase() === 'telephone-event' }];
  });

/** The m-line without what `isOther` says of formats whose clock is not the first one's; as it is where none has events of that. */
function atFirstClock(lines: readonly string[], isOther: (format: Format) => boolean): readonly string[] {
  const [media = '', ...rest] = lines;
  const [kind = '', port = '', protocol = '', ...ids] = media.split(' ');
  const formats = formatsOf(rest);
  const clock = formats.find(({ id }) => id === ids[0])?.clock;
  if (!formats.some((format) => format.isEvent && format.clock === clock)) return lines;
  const others = formats.filter((format) => format.clock !== clock && isOther(format));
  const dropped = new Set(others.map(({ id }) => id));
  return [
    [kind, port, protocol, ...ids.filter((id) => !dropped.has(id))].join(' '),
    ...rest.filter((line) => !dropped.has(OF_FORMAT.exec(line)?.[1] ?? '')),
  ];
}

/** Browsers, and what is built on the same library, have DTLS-SRTP (RFC 5763). */
const ofWebRtc = (sdp: string, change: (lines: readonly string[]) => readonly string[]): string =>
  /^a=fingerprint:/m.test(sdp) ? textOf(sectionsOf(sdp).map(change)) : sdp;

/**
 * For a WebRTC client: events at the clock of the first codec alone. Chromium takes the slowest clock it is offered,
 * counts in that of the audio, and ends an event before it has begun. Total.
 */
export const withEventsAtFirstClock = (sdp: string): string =>
  ofWebRtc(sdp, (lines) => atFirstClock(lines, ({ isEvent }) => isEvent));

/**
 * A WebRTC client's answer for the relay: no codec but those of the first one's clock. For others rtpengine sends events
 * at their clock, which the client did not take. Total.
 */
export const withFirstClock = (sdp: string): string =>
  ofWebRtc(sdp, (lines) => atFirstClock(lines, () => true));
