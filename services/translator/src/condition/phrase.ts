/**
 * Texts for humans: `<text/>` of a stanza error ↔ Reason-Phrase (RFC 3261 §25.1). One line, bounded.
 */
import { utf8Length } from '@stoxgate/addressing';

const MAX_PHRASE_BYTES = 128;
const BREAKING = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\s]+/gu;

function cut(text: string, maxBytes: number): string {
  if (text.length * 3 <= maxBytes || utf8Length(text) <= maxBytes) return text;
  let bytes = 0;
  let kept = '';
  for (const char of text) {
    bytes += utf8Length(char);
    if (bytes > maxBytes) break;
    kept += char;
  }
  return kept.trimEnd();
}

/**
 * A `<text/>` as Reason-Phrase and the reverse: one line without controls, at most 128 bytes; undefined when nothing is
 * left.
 */
export function phraseOf(text: string): string | undefined {
  const phrase = cut(oneLine(text.slice(0, 4 * MAX_PHRASE_BYTES)), MAX_PHRASE_BYTES);
  return phrase === '' ? undefined : phrase;
}

/** Text on one line, for a header value: each run of breaks, controls and spaces becomes one space. */
export const oneLine = (text: string): string => text.replace(BREAKING, ' ').trim();
