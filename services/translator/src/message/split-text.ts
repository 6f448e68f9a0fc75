/**
 * A text in pieces of so many bytes, for requests that must not be larger than a datagram: RFC 3428 §8.
 */
import { utf8Length } from '@stoxgate/addressing';

/** How far back from the limit a better place to cut is looked for. */
const WINDOW_BYTES = 64;
const SPACE = /\s/u;
/** What belongs to the character before it: marks, joiners, variation selectors, skin tones, and what a joiner joins. */
const JOINED_BEFORE = /^(?:\p{M}|\u200d|[\u{1f3fb}-\u{1f3ff}])/u;
const JOINS_NEXT = /\u200d$/u;
const REGIONAL = /[\u{1f1e6}-\u{1f1ff}]/u;

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit < 0xdc00;

/** Index behind the last whole code point that ends within `maxBytes` from `start`. */
function limitOf(text: string, start: number, maxBytes: number): number {
  let bytes = 0;
  let at = start;
  while (at < text.length) {
    const width = isHighSurrogate(text.charCodeAt(at)) && at + 1 < text.length ? 2 : 1;
    bytes += utf8Length(text.slice(at, at + width));
    if (bytes > maxBytes) return at;
    at += width;
  }
  return at;
}

/** Whether a reader would see the characters on both sides of `at` as one. */
function isInside(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - 2), at);
  const after = text.slice(at, at + 2);
  return (
    (text.charCodeAt(at - 1) === 0x0d && text.charCodeAt(at) === 0x0a) ||
    JOINED_BEFORE.test(after) ||
    JOINS_NEXT.test(before) ||
    (REGIONAL.test(before) && REGIONAL.test(after))
  );
}

/** The best place to cut in the last bytes before `limit`: behind a space, else between two characters as seen. */
function cutBefore(text: string, start: number, limit: number): number {
  let bytes = 0;
  let whole: number | undefined;
  for (let at = limit; at > start; ) {
    if (SPACE.test(text.charAt(at - 1)) && !isInside(text, at)) return at;
    if (whole === undefined && !isInside(text, at)) whole = at;
    const width = at - 2 >= start && isHighSurrogate(text.charCodeAt(at - 2)) ? 2 : 1;
    bytes += utf8Length(text.slice(at - width, at));
    if (bytes > WINDOW_BYTES) break;
    at -= width;
  }
  return whole ?? limit;
}

/**
 * `text` in pieces of at most `maxBytes` bytes of UTF-8 (at least 4), which joined are `text`; one piece when it fits.
 * No piece ends inside a code point; where one of the last 64 bytes allows, it ends behind a space, else not inside
 * what is seen as one character.
 */
export function splitText(text: string, maxBytes: number): readonly string[] {
  const pieces: string[] = [];
  let start = 0;
  while (start < text.length) {
    const limit = limitOf(text, start, maxBytes);
    const end = limit === text.length ? limit : cutBefore(text, start, limit);
    pieces.push(text.slice(start, end));
    start = end;
  }
  return pieces.length === 0 ? [text] : pieces;
}
