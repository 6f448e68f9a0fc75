/**
 * Reads one tag: its name, its attributes, whether it opens, closes or does both. XML 1.0 §3.1, §3.3.3, §4.1.
 */
import { isLegalCodePoint, isNcName } from './xml-characters.ts';
import { notWellFormed, overLimit, type XmlFault } from './xml-fault.ts';

export interface XmlTag {
  readonly kind: 'open' | 'empty' | 'close';
  /** As written, with its prefix. */
  readonly name: string;
  /** Names as written and their values, alternating. */
  readonly attributes: readonly string[];
}

const NO_ATTRIBUTES: readonly string[] = [];
const REFERENCE = /&(?:(amp|lt|gt|quot|apos)|#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6}));|&/g;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Replaces the references in `raw`; undefined when one is neither predefined nor a legal character. */
export function resolveReferences(raw: string): string | undefined {
  if (!raw.includes('&')) return raw;
  let legal = true;
  const text = raw.replace(REFERENCE, (_, entity?: string, decimal?: string, hex?: string) => {
    if (entity !== undefined) return ENTITIES[entity] ?? '';
    const code = decimal !== undefined ? Number.parseInt(decimal, 10) : Number.parseInt(hex ?? '', 16);
    if (isLegalCodePoint(code)) return String.fromCodePoint(code);
    legal = false;
    return '';
  });
  return legal ? text : undefined;
}

/** What an ASCII character may be in: 1 a name's start, 2 the rest of a name, 4 white space, 8 a value's trouble. */
const CLASSES = new Uint8Array(128);
const classify = (chars: string, bits: number): void => {
  for (const char of chars) CLASSES[char.charCodeAt(0)] = (CLASSES[char.charCodeAt(0)] ?? 0) | bits;
};
classify('ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz', 1 | 2);
classify('-.0123456789', 2);
classify(' \t\n', 4);
classify('<&\t\n', 8);
const classOf = (unit: number): number => (unit < 128 ? (CLASSES[unit] ?? 0) : 0);

const COLON = 0x3a;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const EQUALS = 0x3d;
const SLASH = 0x2f;

/** Whether `name` is a qualified name: one colon at most, a name on each side of it. */
export function isQualifiedName(name: string): boolean {
  const colon = name.indexOf(':');
  return colon === -1 ? isNcName(name) : isNcName(name.slice(0, colon)) && isNcName(name.slice(colon + 1));
}

/** Index after the qualified name that begins at `from`, or -1 when there is none. */
function endOfName(source: string, from: number, end: number): number {
  let i = from;
  let colons = 0;
  let atStart = true;
  for (; i < end; i++) {
    const unit = source.charCodeAt(i);
    if (unit > 127) return endOfRareName(source, from, end);
    if (unit === COLON) {
      if (atStart || colons++ > 0) return -1;
      atStart = true;
    } else if ((classOf(unit) & (atStart ? 1 : 2)) === 0) break;
    else atStart = false;
  }
  return atStart ? -1 : i;
}

function endOfRareName(source: string, from: number, end: number): number {
  let i = from;
  while (i < end && (classOf(source.charCodeAt(i)) & 4) === 0 && !'=/>'.includes(source.charAt(i))) i++;
  return isQualifiedName(source.slice(from, i)) ? i : -1;
}

function skipSpace(source: string, from: number): number {
  let i = from;
  while ((classOf(source.charCodeAt(i)) & 4) !== 0) i++;
  return i;
}

/** Reads the tag that `source` has from `start` (its `<`) to before `end` (after its `>`). */
export function parseTag(
  source: string,
  start: number,
  end: number,
  maxAttributes: number,
): XmlTag | XmlFault {
  const closing = source.charCodeAt(start + 1) === SLASH;
  const empty = !closing && source.charCodeAt(end - 2) === SLASH;
  const last = end - (empty ? 2 : 1);
  const nameStart = start + (closing ? 2 : 1);
  let i = endOfName(source, nameStart, last);
  if (i === -1) return notWellFormed('an element name that is no name');
  const name = source.slice(nameStart, i);
  const kind = closing ? 'close' : empty ? 'empty' : 'open';
  if (i === last) return { kind, name, attributes: NO_ATTRIBUTES };
  const attributes: string[] = [];
  for (;;) {
    const next = skipSpace(source, i);
    if (next >= last) return { kind, name, attributes };
    if (closing) return notWellFormed('a closing tag with more than a name');
    if (next === i) return notWellFormed('no space before an attribute');
    if (attributes.length === 2 * maxAttributes) return overLimit('too many attributes');
    const read = parseAttribute(source, next, last, attributes);
    if (typeof read !== 'number') return read;
    i = read;
  }
}

/** Appends one attribute to `into`; the index after it. */
function parseAttribute(source: string, from: number, last: number, into: string[]): number | XmlFault {
  const nameEnd = endOfName(source, from, last);
  if (nameEnd === -1) return notWellFormed('an attribute name that is no name');
  const equals = skipSpace(source, nameEnd);
  if (equals >= last || source.charCodeAt(equals) !== EQUALS) {
    return notWellFormed('an attribute without a value');
  }
  const open = skipSpace(source, equals + 1);
  const quote = source.charCodeAt(open);
  if (open >= last || (quote !== QUOTE && quote !== APOSTROPHE))
    return notWellFormed('a value without quotes');
  let trouble = 0;
  let close = open + 1;
  for (; close < last; close++) {
    const unit = source.charCodeAt(close);
    if (unit === quote) break;
    trouble |= classOf(unit);
  }
  if (close >= last) return notWellFormed('a value without its end');
  const raw = source.slice(open + 1, close);
  const value = (trouble & 8) === 0 ? raw : normalizeValue(raw);
  if (value === undefined) return notWellFormed('a value with a < or a reference to no character');
  into.push(source.slice(from, nameEnd), value);
  return close + 1;
}

const normalizeValue = (raw: string): string | undefined =>
  raw.includes('<') ? undefined : resolveReferences(raw.replace(/[\t\n]/g, ' '));
