/**
 * ICE candidates in the body of an INFO: plain SDP lines, or `application/trickle-ice-sdpfrag`. RFC 8840 §9, RFC 8839 §5.
 */
import type { XmlElement } from '@stoxgate/contracts';
import {
  formatSdp,
  type MediaDescription,
  mediaDescription,
  parseSdp,
  sessionDescription,
} from '@stoxgate/wire-sdp';
import { el } from '@stoxgate/wire-xmpp';
import { openFoundations } from './foundations.ts';
import { candidateIds, iceToJingle } from './ice-candidates.ts';
import type { JingleMapped, MediaState } from './media-state.ts';
import { remoteMedia } from './remote-media.ts';
import type { TrickledMedia } from './trickled-candidates.ts';

const origin = { userName: '-', sessionId: '0', version: '0', family: 'IP4', address: '0.0.0.0' } as const;
const NOT_OF_FRAGMENT = /^[vosct]=/;
/** The discard port: the m-line of a fragment only says which m-line is meant. */
const DISCARD = 9;

function linesOf(
  trickled: readonly TrickledMedia[],
  media: MediaState,
  hasCredentials: boolean,
): MediaDescription[] {
  return trickled.flatMap(({ index, iceUfrag, icePwd, candidates }): MediaDescription[] => {
    const state = media.contents[index];
    if (state === undefined) return [];
    return [
      mediaDescription({
        media: state.media,
        port: DISCARD,
        protocol: state.protocol,
        formats: [state.firstFormat],
        mid: state.mid ?? String(index),
        candidates,
        ...(hasCredentials ? { iceUfrag, icePwd } : {}),
      }),
    ];
  });
}

/** A whole description of nothing but candidates of m-lines, each with its credentials, as a media relay wants it. */
export const descriptionOfTrickled = (trickled: readonly TrickledMedia[], media: MediaState): string =>
  formatSdp(
    sessionDescription({
      origin,
      connection: { family: 'IP4', address: '0.0.0.0' },
      iceOptions: ['trickle'],
      media: linesOf(trickled, media, true),
    }),
  );

/** Lines for candidates of m-lines: credentials once where all share them, then m-line, mid and candidates of each. */
export function fragmentOfTrickled(trickled: readonly TrickledMedia[], media: MediaState): string {
  const [first] = trickled;
  const shared = trickled.every(
    ({ iceUfrag, icePwd }) => iceUfrag === first?.iceUfrag && icePwd === first.icePwd,
  );
  const text = formatSdp(
    sessionDescription({
      origin,
      media: linesOf(trickled, media, !shared),
      ...(shared && first !== undefined ? { iceUfrag: first.iceUfrag, icePwd: first.icePwd } : {}),
    }),
  );
  return text
    .split('\r\n')
    .filter((line) => !NOT_OF_FRAGMENT.test(line))
    .join('\r\n');
}

const PREFIX = 'v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n';
const PSEUDO = `m=audio ${DISCARD} RTP/AVP 0`;

/** The fragment as a whole description. Liberal: spaces after a colon, a port without one before it, no m-line at all. */
function wholeOf(fragment: string): string {
  if (/^\s*v=/.test(fragment)) return fragment;
  const lines = fragment
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => line.replace(/^(a=[A-Za-z-]+:)\s+/, '$1').replace(/^m=([A-Za-z]+)(\d+ )/, 'm=$1 $2'));
  const hasMedia = lines.some((line) => line.startsWith('m='));
  const whole = hasMedia
    ? lines
    : lines.flatMap((line) => (line.startsWith('a=mid:') ? [PSEUDO, line] : [line]));
  if (!whole.some((line) => line.startsWith('m='))) {
    const at = whole.findIndex((line) => line.startsWith('a=candidate:'));
    if (at >= 0) whole.splice(at, 0, PSEUDO);
  }
  return `${PREFIX}${whole.join('\r\n')}\r\n`;
}

/**
 * Contents of a transport-info for the body of an INFO, with credentials in every transport. An m-line is known by its
 * mid, else by its place; what is not ICE, refused or without news is left out. Undefined: it is no SDP fragment.
 */
export function jingleFromFragment(fragment: string, media: MediaState): JingleMapped | undefined {
  const parsed = parseSdp(wholeOf(fragment));
  if (!parsed.ok) return undefined;
  const known = parseSdp(media.remoteSdp ?? '');
  const remote = known.ok ? remoteMedia(known.description) : [];
  const foundations = openFoundations(media.foundations);
  const ids = candidateIds(media.candidateCount);
  const children: XmlElement[] = [];
  for (const [place, section] of remoteMedia(parsed.description).entries()) {
    const byMid = media.contents.findIndex(
      ({ mid, name }) => section.mid !== undefined && (mid === section.mid || name === section.mid),
    );
    const index = byMid >= 0 ? byMid : place;
    const state = media.contents[index];
    if (state === undefined || state.status === 'refused' || state.transport !== 'ice-udp') continue;
    const ufrag = section.iceUfrag ?? remote[index]?.iceUfrag;
    const pwd = section.icePwd ?? remote[index]?.icePwd;
    const candidates = iceToJingle(section, foundations, ids.next);
    if (ufrag === undefined || pwd === undefined || candidates.length === 0) continue;
    const { creator, name, dialect } = state;
    children.push(
      el(
        'content',
        { creator, name },
        el('transport', { xmlns: dialect.transport, ufrag, pwd }, ...candidates),
      ),
    );
  }
  return {
    children,
    media: { ...media, foundations: foundations.table(), candidateCount: ids.count() },
  };
}
