/**
 * Comma-separated header lists and `;name=value` parameters. RFC 3261 §7.3.1, §25.1.
 */
import { cleanValue, endOfQuoted, isToken, isTokenCode, quote, skipSpace } from './grammar.ts';

/** Parameters by lower-case name. A parameter without a value holds ''; a quoted value keeps its quotes. */
export type Params = Record<string, string>;

const PLAIN_VALUE = /^[^\0-\x20\x7f;,"<>]+$/;

/** A record that no name from the wire can turn into something else: it has no prototype. */
export const emptyRecord = <Value>(): Record<string, Value> =>
  // Not `Object.create(null)`: that is a hash table from the start, three times as large and slower to fill.
  Object.setPrototypeOf({}, null) as Record<string, Value>;

/** What most addresses have of parameters; one for all, so it cannot be written to. */
export const NO_PARAMS: Readonly<Params> = Object.freeze(emptyRecord<string>());

/**
 * Elements of a header list, trimmed. Commas inside quotes or angle brackets do not separate. Empty elements are
 * kept as ''. Undefined when a quote or a bracket never closes.
 */
export function splitList(value: string): string[] | undefined {
  if (!value.includes(',')) return [value];
  const elements: string[] = [];
  let start = 0;
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code === 44) {
      elements.push(value.slice(start, i).trim());
      start = i + 1;
    } else if (code === 34) {
      i = endOfQuoted(value, i) - 1;
      if (i < 0) return undefined;
    } else if (code === 60) {
      i = value.indexOf('>', i);
      if (i < 0) return undefined;
    }
  }
  elements.push(value.slice(start).trim());
  return elements;
}

const ENDS_PLAIN_VALUE = new Uint8Array(128);
for (let code = 0; code < 128; code++) {
  ENDS_PLAIN_VALUE[code] = PLAIN_VALUE.test(String.fromCharCode(code)) ? 0 : 1;
}

function endOfPlain(text: string, from: number): number {
  let i = from;
  while (i < text.length && ENDS_PLAIN_VALUE[text.charCodeAt(i)] !== 1) i++;
  return i;
}

/** By length: those that nearly all messages have. */
const FREQUENT_NAMES: readonly (string | undefined)[] = [
  ...[undefined, undefined, 'lr', 'tag', undefined, 'rport', 'branch', undefined, 'received'],
];

/** In lower case, and not cut out when it is a frequent one. */
function paramName(text: string, from: number, to: number): string {
  const frequent = FREQUENT_NAMES[to - from];
  return frequent !== undefined && text.startsWith(frequent, from)
    ? frequent
    : text.slice(from, to).toLowerCase();
}

/** Reads the parameters that fill `text` from index `from` to its end, one after the other. */
export class ParamReader {
  /** Lower case. */
  name = '';
  /** '' when there is none; with its quotes when quoted. */
  value = '';
  /** Something else stands there. */
  isMalformed = false;
  readonly #text: string;
  #at: number;

  constructor(text: string, from: number) {
    this.#text = text;
    this.#at = skipSpace(text, from);
  }

  /** Goes to the next one. False: none is left, or the rest is malformed. */
  next(): boolean {
    const text = this.#text;
    if (this.#at >= text.length) return false;
    const start = skipSpace(text, this.#at + 1);
    let i = start;
    while (isTokenCode(text.charCodeAt(i))) i++;
    if (text.charCodeAt(this.#at) !== 59 || i === start) return this.#fail();
    this.name = paramName(text, start, i);
    this.value = '';
    i = skipSpace(text, i);
    if (text.charCodeAt(i) === 61) {
      const valueStart = skipSpace(text, i + 1);
      i = text.charCodeAt(valueStart) === 34 ? endOfQuoted(text, valueStart) : endOfPlain(text, valueStart);
      if (i < 0) return this.#fail();
      this.value = text.slice(valueStart, i);
      i = skipSpace(text, i);
    }
    this.#at = i;
    return true;
  }

  #fail(): false {
    this.isMalformed = true;
    return false;
  }
}

/** Adds a parameter; false when there is one of that name. */
export function addParam(params: Params, name: string, value: string): boolean {
  if (name in params) return false;
  // As a key it would set the prototype of whatever plain object the record is copied into.
  if (name !== '__proto__') params[name] = value;
  return true;
}

/**
 * Parameters that fill `text` from index `from` to its end. Undefined when anything else stands there or a name
 * repeats.
 */
export function parseParams(text: string, from: number): Readonly<Params> | undefined {
  if (skipSpace(text, from) === text.length) return NO_PARAMS;
  const params = emptyRecord<string>();
  const reader = new ParamReader(text, from);
  while (reader.next()) {
    if (!addParam(params, reader.name, reader.value)) return undefined;
  }
  return reader.isMalformed ? undefined : params;
}

const isQuoted = (value: string): boolean => value.startsWith('"') && endOfQuoted(value, 0) === value.length;

function formatParamValue(value: string): string {
  if (value === '') return '';
  if (PLAIN_VALUE.test(value)) return `=${value}`;
  return isQuoted(value) ? `=${cleanValue(value)}` : `=${quote(value)}`;
}

/** Parameters as text, each with its `;`. Values that need quotes get them; a name that is no token is left out. */
export function formatParams(params: Readonly<Params>): string {
  let text = '';
  if (params === NO_PARAMS) return text;
  for (const name in params) text += formatParam(name, params[name] ?? '');
  return text;
}

/** One of them. */
export const formatParam = (name: string, value: string): string =>
  isToken(name) ? `;${name}${formatParamValue(value)}` : '';
