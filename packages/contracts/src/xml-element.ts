import { z } from 'zod';

/**
 * An XML element as plain data. Prefixes are resolved: `name` is the local name and the namespace stands in
 * `attrs.xmlns` wherever it differs from the parent's. Stanzas carry no `xmlns` (the stream's is implied).
 */
export interface XmlElement {
  readonly name: string;
  readonly attrs: Readonly<Record<string, string>>;
  readonly children: readonly (XmlElement | string)[];
}

/** Deeper than any stanza that a stream lets in; what is deeper could exhaust the stack of whoever walks through it. */
const DEEPEST = 1000;

/** By hand: as objects, records and unions the schema took five times as long for a stanza of a call as to read its JSON. */
export const XmlElement = z.custom<XmlElement>((value) => isElement(value, DEEPEST));

function isElement(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null || levels === 0) return false;
  const { name, attrs, children } = value as Partial<XmlElement>;
  if (typeof name !== 'string' || !isText(attrs) || !Array.isArray(children)) return false;
  for (const child of children) {
    if (typeof child !== 'string' && !isElement(child, levels - 1)) return false;
  }
  return true;
}

function isText(attrs: unknown): boolean {
  if (typeof attrs !== 'object' || attrs === null || Array.isArray(attrs)) return false;
  for (const name in attrs) {
    if (typeof (attrs as Record<string, unknown>)[name] !== 'string') return false;
  }
  return true;
}
