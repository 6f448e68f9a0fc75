/**
 * A description as rtpengine 10.5 reads it right. It looks for ICE options in m-lines alone (they may stand in the session
 * part, RFC 8839 §5.6); an m-line of 0.0.0.0 without `trickle` there is to it one on hold, not one whose candidates come
 * later (RFC 8840 §4.1.3).
 */
import { sectionsOf, textOf } from './sdp-sections.ts';

const NAME = 'a=ice-options:';

const optionsOf = (lines: readonly string[]): readonly string[] =>
  lines.filter((line) => line.startsWith(NAME)).flatMap((line) => line.slice(NAME.length).split(' '));

/** The description with the ICE options of its session in each m-line. Total. */
export function sdpForRelay(sdp: string): string {
  const [session = [], ...medias] = sectionsOf(sdp);
  const common = optionsOf(session);
  if (common.length === 0) return sdp;
  const others = (lines: readonly string[]): string[] => lines.filter((line) => !line.startsWith(NAME));
  return textOf([
    others(session),
    ...medias.map((lines) => [
      ...others(lines),
      `${NAME}${[...new Set([...optionsOf(lines), ...common])].join(' ')}`,
    ]),
  ]);
}
