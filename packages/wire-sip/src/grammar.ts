/**
 * The small pieces of RFC 3261 §25.1 that every header shares: token, quoted-string, linear white space.
 */
const TOKEN = /^[A-Za-z0-9\-.!%*_+`'~]+$/;
const UNSAFE = /[\r\n\0]/;
const UNSAFE_ALL = /[\r\n\0]/g;

const TOKEN_CODES = new Uint8Array(128);
for (let code = 0; code < 128; code++) TOKEN_CODES[code] = TOKEN.test(String.fromCharCode(code)) ? 1 : 0;

export const isToken = (text: string): boolean => TOKEN.test(text);
export const isTokenCode = (code: number): boolean => TOKEN_CODES[code] === 1;
export const isSpaceCode = (code: number): boolean => code === 32 || code === 9;

/** Index of the first character at or after `from` that is neither space nor tab. */
export function skipSpace(text: string, from: number): number {
  let i = from;
  while (isSpaceCode(text.charCodeAt(i))) i++;
  return i;
}

/** `text` from `from` up to `to`, spaces and tabs at both ends left out. */
export function sliceTrimmed(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isSpaceCode(text.charCodeAt(start))) start++;
  while (end > start && isSpaceCode(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

/** The number that the digits from `from` up to `to` are; -1 when there is none, more than `maxDigits`, or anything else. */
export function readDigits(text: string, from: number, to: number, maxDigits: number): number {
  if (to <= from || to - from > maxDigits) return -1;
  let value = 0;
  for (let i = from; i < to; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** Index just after the quoted-string that starts at `from` (its opening quote), or -1 when it never closes. */
export function endOfQuoted(text: string, from: number): number {
  for (let i = from + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 92) i++;
    else if (code === 34) return i + 1;
  }
  return -1;
}

/** A value fit for a header line: CR, LF and NUL removed, so that it can start no other header. */
export const cleanValue = (text: string): string => (UNSAFE.test(text) ? text.replace(UNSAFE_ALL, '') : text);

/** `text` as a quoted-string, cleaned. */
export const quote = (text: string): string => `"${cleanValue(text).replace(/["\\]/g, '\\$&')}"`;

/** Content of a quoted-string; text that is not quoted is returned as it is. */
export const unquote = (text: string): string =>
  text.length >= 2 && text.startsWith('"') && text.endsWith('"')
    ? text.slice(1, -1).replace(/\\([\s\S])/g, '$1')
    : text;
