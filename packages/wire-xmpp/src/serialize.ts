/**
 * `XmlElement` to text. What comes out is always well-formed: forbidden characters are dropped, and so are elements
 * and attributes whose name is no name. RFC 6120 §11.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { remembered } from './remembered-names.ts';
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

interface Tag {
  readonly opening: string;
  readonly closing: string;
}

/** `<name` and `</name>`; undefined for what is no name. */
const tagOf = remembered((name: string): Tag | undefined =>
  isNcName(name) ? { opening: `<${name}`, closing: `</${name}>` } : undefined,
);

/** ` name="`; undefined for what is no name. */
const attributeOf = remembered((name: string): string | undefined =>
  isAttributeName(name) ? ` ${name}="` : undefined,
);

/** Text of `element` and all that is in it; the empty string when its own name is no name. */
export const serialize = (element: XmlElement): string => append('', element);

function append(before: string, { name, attrs, children }: XmlElement): string {
  const tag = tagOf(name);
  if (tag === undefined) return before;
  let text = before + tag.opening;
  for (const key in attrs) {
    const value = attrs[key];
    const attribute = attributeOf(key);
    if (value !== undefined && attribute !== undefined) text += `${attribute + escapeValue(value)}"`;
  }
  if (children.length === 0) return `${text}/>`;
  text += '>';
  for (const child of children) {
    text = typeof child === 'string' ? text + escapeText(child) : append(text, child);
  }
  return text + tag.closing;
}
