/**
 * `XmlElement` to text. What comes out is always well-formed: forbidden characters are dropped, and so are elements
 * and attributes whose name is no name. RFC 6120 §11.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { isNcName, stripIllegal } from './xml-characters.ts';

const PLAIN_TEXT = /^[\t\n\x20-%'-;=?-~]*$/;
const PLAIN_VALUE = /^[\x20!#-%'-;=?-~]*$/;

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};
const escapeChar = (char: string): string => ESCAPES[char] ?? char;

/** Character data: a parser that follows XML 1.0 §2.11 reads back exactly `text`. */
export const escapeText = (text: string): string =>
  PLAIN_TEXT.test(text) ? text : stripIllegal(text).replace(/[&<>\r]/g, escapeChar);

/** The inside of a double-quoted attribute: a parser that follows XML 1.0 §3.3.3 reads back exactly `value`. */
export const escapeValue = (value: string): string =>
  PLAIN_VALUE.test(value) ? value : stripIllegal(value).replace(/[&<>"\t\n\r]/g, escapeChar);

const isAttributeName = (name: string): boolean =>
  isNcName(name) || (name.startsWith('xml:') && isNcName(name.slice(4)));

/** Text of `element` and all that is in it; the empty string when its own name is no name. */
export function serialize(element: XmlElement): string {
  const pieces: string[] = [];
  append(element, pieces);
  return pieces.join('');
}

function append({ name, attrs, children }: XmlElement, pieces: string[]): void {
  if (!isNcName(name)) return;
  pieces.push('<', name);
  for (const key in attrs) {
    const value = attrs[key];
    if (value !== undefined && isAttributeName(key)) pieces.push(' ', key, '="', escapeValue(value), '"');
  }
  if (children.length === 0) {
    pieces.push('/>');
    return;
  }
  pieces.push('>');
  for (const child of children) {
    if (typeof child === 'string') pieces.push(escapeText(child));
    else append(child, pieces);
  }
  pieces.push('</', name, '>');
}
