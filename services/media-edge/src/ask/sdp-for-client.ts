import { withEventsAtFirstClock } from './event-clock.ts';
import { sectionsOf, textOf } from './sdp-sections.ts';

/** Sources (RFC 5576) and what names them: streams of the other end. */
const OF_SOURCES = /^a=(?:ssrc|ssrc-group|msid|msid-semantic):/;

/**
 * The description without the sources of the other end: the relay sends from sources of its own, and a WebRTC client
 * plays none but those it was told. Total; lines end in CRLF.
 */
export const sdpForClient = (sdp: string): string =>
  withEventsAtFirstClock(
    textOf(sectionsOf(sdp).map((lines) => lines.filter((line) => !OF_SOURCES.test(line)))),
  );
