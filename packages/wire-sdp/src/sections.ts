/**
 * The lines of an SDP, cut at its m-lines. RFC 8866 §5.
 */
import type { Attribute } from './session-description.ts';
import { isToken } from './token.ts';

/** One line. `number` counts from 1. */
export interface Line {
  readonly number: number;
  readonly type: string;
  readonly value: string;
}

/** `head` is the m-line; the session's section has none. */
export interface Section {
  readonly head: Line | undefined;
  readonly lines: readonly Line[];
}

export interface SdpFault {
  readonly ok: false;
  /** Line that is wrong, from 1; 0 when it is the whole. */
  readonly line: number;
  readonly reason: string;
}

export const sdpFault = (line: number, reason: string): SdpFault => ({ ok: false, line, reason });

/** What XML cannot carry or a line must not contain: control characters but tab, lone surrogates, non-characters. */
const UNPRINTABLE = /[^\P{Cc}\t]|[\p{Cs}\uFFFE\uFFFF]/gu;
const PLAIN = /^[\t -~]*\r?$/;

const printable = (line: string): string => (PLAIN.test(line) ? line : line.replace(UNPRINTABLE, ''));

const LOWER_A = 97;
const LOWER_Z = 122;

/** The lines of a text; each may end in a blank or CR that does not belong to it. */
const rawLinesOf = (text: string): readonly string[] =>
  /\r(?!\n)/.test(text) ? text.split(/\r\n|\n|\r/) : text.split('\n');

/**
 * Cuts `text` into its session section and media sections. Accepts CRLF, LF and CR, blank lines, trailing blanks.
 * Fails on a line that is not `<letter>=<value>`, and with more than `maxMedia` m-lines.
 */
export function cutSections(text: string, maxMedia: number): Section[] | SdpFault {
  let lines: Line[] = [];
  const sections: Section[] = [{ head: undefined, lines }];
  const raw = rawLinesOf(text);
  for (let index = 0; index < raw.length; index++) {
    const line = printable(raw[index] ?? '').trimEnd();
    if (line === '') continue;
    const equals = line.charAt(1) === ' ' ? 2 : 1;
    const letter = line.charCodeAt(0);
    if (letter < LOWER_A || letter > LOWER_Z || line.charAt(equals) !== '=')
      return sdpFault(index + 1, 'not a type=value line');
    const read = { number: index + 1, type: line.charAt(0), value: line.slice(equals + 1).trimStart() };
    if (read.type !== 'm') {
      lines.push(read);
      continue;
    }
    if (sections.length > maxMedia) return sdpFault(index + 1, `more than ${maxMedia} m-lines`);
    lines = [];
    sections.push({ head: read, lines });
  }
  return sections;
}

/** Attributes of a section in order. Those whose name is no token are left out. */
export function attributesOf(section: Section): Attribute[] {
  const attributes: Attribute[] = [];
  for (const { type, value } of section.lines) {
    if (type !== 'a') continue;
    const colon = value.indexOf(':');
    const name = colon < 0 ? value : value.slice(0, colon);
    if (!isToken(name)) continue;
    attributes.push(colon < 0 ? { name } : { name, value: value.slice(colon + 1).trim() });
  }
  return attributes;
}
