/**
 * The one place that touches sdp-transform. It reads the attributes whose grammar it keeps whole; it never sees a
 * line that it would truncate or misread (see README.md), and nothing it returns is trusted before its range is checked.
 */
import { parse } from 'sdp-transform';
import type { Attribute } from './session-description.ts';

/** What sdp-transform made of a section. Any text that looks like a number has become one. */
export type LooseAttributes = Pick<
  Partial<ReturnType<typeof parse>['media'][number]>,
  'fmtp' | 'candidates' | 'ssrcs' | 'ssrcGroups' | 'rtcp'
>;

const NAMES: ReadonlySet<string> = new Set(['fmtp', 'candidate', 'ssrc', 'ssrc-group', 'rtcp']);

/** Whether sdp-transform reads the attribute. */
export const isLoose = (name: string): boolean => NAMES.has(name);

/** Lines for sdp-transform: blanks made single, and the first `rtcp` only, for there may be but one. */
function linesOf(attributes: readonly Attribute[]): string {
  let hasRtcp = false;
  let text = '';
  for (const { name, value } of attributes) {
    if (!isLoose(name) || (name === 'rtcp' && hasRtcp)) continue;
    hasRtcp ||= name === 'rtcp';
    text += value === undefined ? `a=${name}\n` : `a=${name}:${value.replace(/[ \t]+/g, ' ')}\n`;
  }
  return text;
}

const NOTHING: LooseAttributes = {};

/** Reads the attributes of the m-lines; the result has one entry for each. */
export function readLoose(media: readonly (readonly Attribute[])[]): readonly LooseAttributes[] {
  const texts = media.map(linesOf);
  if (texts.every((text) => text === '')) return media.map(() => NOTHING);
  return parse(texts.map((text) => `m=x 9 x\n${text}`).join('')).media;
}
