/**
 * The one place that touches sdp-transform. It reads the attributes whose grammar it keeps whole; it never sees a
 * line that it would truncate or misread (see README.md), and nothing it returns is trusted before its range is checked.
 */
import { parse } from 'sdp-transform';
import type { Attribute } from './session-description.ts';

/** What sdp-transform made of a section. Any text that looks like a number has become one. */
export type LooseAttributes = Partial<ReturnType<typeof parse>['media'][number]> & { icelite?: string };

const REPEATED = new Set(['fmtp', 'candidate', 'ssrc', 'ssrc-group']);
const SINGLE = new Set([
  'sendrecv',
  'sendonly',
  'recvonly',
  'inactive',
  'rtcp',
  'rtcp-mux',
  'mid',
  'setup',
  'ptime',
  'maxptime',
  'ice-ufrag',
  'ice-pwd',
  'ice-lite',
  'remote-candidates',
  'extmap-allow-mixed',
  'bundle-only',
]);

/** Whether sdp-transform reads the attribute. */
export const isLoose = (name: string): boolean => REPEATED.has(name) || SINGLE.has(name);

const isDirection = (name: string): boolean => /^(?:sendrecv|sendonly|recvonly|inactive)$/.test(name);

/** Lines for sdp-transform: blanks made single, and of attributes that may stand once only the first. */
function linesOf(attributes: readonly Attribute[]): string {
  const seen = new Set<string>();
  let text = '';
  for (const { name, value } of attributes) {
    if (!isLoose(name)) continue;
    const once = isDirection(name) ? 'direction' : name;
    if (seen.has(once)) continue;
    if (SINGLE.has(name)) seen.add(once);
    text += value === undefined ? `a=${name}\n` : `a=${name}:${value.replace(/[ \t]+/g, ' ')}\n`;
  }
  return text;
}

/** Reads the attributes of all sections, the session's first. The result has one entry for each section. */
export function readLoose(sections: readonly (readonly Attribute[])[]): LooseAttributes[] {
  const [session = '', ...media] = sections.map(linesOf);
  const { media: looseMedia, ...looseSession } = parse(
    session + media.map((text) => `m=x 9 x\n${text}`).join(''),
  );
  return [looseSession, ...looseMedia];
}
