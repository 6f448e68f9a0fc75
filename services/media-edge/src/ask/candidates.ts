/**
 * ICE candidates that came after their description (RFC 8838). The relay takes them as a fragment in an `offer` of the
 * party that has them, whoever offered.
 */
import type { NgRequest } from '../ng/ng-message.ts';
import type { RequestOf } from './ends.ts';
import { sdpForRelay } from './sdp-for-relay.ts';
import { sectionsOf, textOf } from './sdp-sections.ts';

export const candidates = (call: string, { from, sdp }: RequestOf<'candidates'>): NgRequest => ({
  command: 'offer',
  'call-id': call,
  'from-tag': from,
  sdp: fragmentForRelay(sdp),
  flags: ['fragment'],
});

const HEAD = ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=ice-options:trickle'];
const CREDENTIALS = /^a=ice-(?:ufrag|pwd):/;

/**
 * The fragment as rtpengine 10.5 reads it: it passes over one without a session part, and over an m-line without
 * credentials of its own or the option `trickle`, and says `ok` all the same. Total.
 */
export function fragmentForRelay(sdp: string): string {
  const [session = [], ...medias] = sectionsOf(sdp);
  const common = session.filter((line) => CREDENTIALS.test(line));
  const rest = session.filter((line) => !CREDENTIALS.test(line));
  const whole = medias.map((lines) => [...lines, ...common.filter((line) => !hasAttribute(lines, line))]);
  const head = rest[0] === 'v=0' ? [...rest, 'a=ice-options:trickle'] : HEAD;
  return sdpForRelay(textOf([head, ...whole]));
}

/** Whether the attribute of `line` is among `lines`, whatever its value. */
const hasAttribute = (lines: readonly string[], line: string): boolean => {
  const name = line.slice(0, line.indexOf(':') + 1);
  return lines.some((own) => own.startsWith(name));
};
