/**
 * ICE candidates that came after their description (RFC 8838). The relay takes them as a fragment in an `offer` of the
 * party that has them, whoever offered.
 */
import type { NgRequest } from '../ng/ng-message.ts';
import type { RequestOf } from './ends.ts';

export const candidates = (call: string, { from, sdp }: RequestOf<'candidates'>): NgRequest => ({
  command: 'offer',
  'call-id': call,
  'from-tag': from,
  sdp: fragmentForRelay(sdp),
  flags: ['fragment'],
});

const HEAD = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n';
const CREDENTIALS = /^a=ice-(?:ufrag|pwd):/;
const TRICKLE = 'a=ice-options:trickle';

/**
 * The fragment as rtpengine 10.5 reads it: it passes over one without a session part, and over an m-line without
 * credentials of its own, and says `ok` all the same. Total.
 */
export function fragmentForRelay(sdp: string): string {
  const [session = [], ...medias] = sectionsOf(sdp);
  const common = session.filter((line) => CREDENTIALS.test(line));
  const media = medias.map((lines) => [
    ...lines,
    ...common.filter((line) => {
      const name = line.slice(0, line.indexOf(':') + 1);
      return !lines.some((own) => own.startsWith(name));
    }),
    ...(lines.some((line) => line.startsWith('a=ice-options:')) ? [] : [TRICKLE]),
  ]);
  const kept = session.filter((line) => !CREDENTIALS.test(line));
  const head = kept[0] === 'v=0' ? `${kept.join('\r\n')}\r\n` : HEAD;
  return `${head}${media
    .flat()
    .map((line) => `${line}\r\n`)
    .join('')}`;
}

/** Lines of the session part, then those of each m-line. */
function sectionsOf(sdp: string): string[][] {
  const sections: string[][] = [[]];
  for (const line of sdp.split(/\r\n|\r|\n/)) {
    if (line === '') continue;
    if (line.startsWith('m=')) sections.push([]);
    sections.at(-1)?.push(line);
  }
  return sections;
}
