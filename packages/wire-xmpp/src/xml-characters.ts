/**
 * Which characters XML allows where. XML 1.0 §2.2 (Char), Namespaces in XML 1.0 §4 (NCName).
 */
const START =
  'A-Z_a-z\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u02FF\\u0370-\\u037D\\u037F-\\u1FFF\\u200C\\u200D' +
  '\\u2070-\\u218F\\u2C00-\\u2FEF\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFFD\\u{10000}-\\u{EFFFF}';
const NC_NAME = new RegExp(`^[${START}][${START}\\-.0-9\\u00B7\\u0300-\\u036F\\u203F\\u2040]*$`, 'u');
const PLAIN_NAME = /^[A-Za-z_][\w.-]*$/;

const ILLEGAL = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
const ALL_ILLEGAL = new RegExp(ILLEGAL.source, 'gu');

/** Whether `text` is a name without a colon. */
export const isNcName = (text: string): boolean => PLAIN_NAME.test(text) || NC_NAME.test(text);

/** Index of the first character that XML 1.0 forbids (controls, lone surrogates, U+FFFE, U+FFFF), or -1. */
export const indexOfIllegal = (text: string): number => text.search(ILLEGAL);

/** `text` without the characters that XML 1.0 forbids. */
export const stripIllegal = (text: string): string => text.replace(ALL_ILLEGAL, '');

/** Whether a character reference may name this code point. */
export const isLegalCodePoint = (code: number): boolean =>
  code === 0x9 ||
  code === 0xa ||
  code === 0xd ||
  (code >= 0x20 && code <= 0xd7ff) ||
  (code >= 0xe000 && code <= 0xfffd) ||
  (code >= 0x10000 && code <= 0x10ffff);

/** Bytes that `text` takes in UTF-8, from `start` to before `end`. */
export function utf8Length(text: string, start = 0, end = text.length): number {
  let bytes = end - start;
  for (let i = start; i < end; i++) {
    const unit = text.charCodeAt(i);
    // A surrogate pair is two units and four bytes: each half counts two.
    if (unit > 0x7f) bytes += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
  }
  return bytes;
}
