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

/**
 * Parameters that fill `text` from index `from` to its end. Undefined when anything else stands there or a name
 * repeats.
 */
export function parseParams(text: string, from: number): Readonly<Params> | undefined {
  let i = skipSpace(text, from);
  if (i === text.length) return NO_PARAMS;
  const params = emptyRecord<string>();
  while (i < text.length) {
    if (text.charCodeAt(i) !== 59) return undefined;
    const start = skipSpace(text, i + 1);
    i = start;
    while (isTokenCode(text.charCodeAt(i))) i++;
    if (i === start) return undefined;
    const name = text.slice(start, i).toLowerCase();
    i = skipSpace(text, i);
    let value = '';
    if (text.charCodeAt(i) === 61) {
      const valueStart = skipSpace(text, i + 1);
      i = text.charCodeAt(valueStart) === 34 ? endOfQuoted(text, valueStart) : endOfPlain(text, valueStart);
      if (i < 0) return undefined;
      value = text.slice(valueStart, i);
      i = skipSpace(text, i);
    }
    if (name in params) return undefined;
    // As a key it would set the prototype of whatever plain object the record is copied into.
    if (name !== '__proto__') params[name] = value;
  }
  return params;
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
