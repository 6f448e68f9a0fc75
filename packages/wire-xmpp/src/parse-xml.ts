/**
 * One-shot reading of a whole document: message bodies, tests. Total: bad input gives a fault, never a throw.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { ElementBuilder } from './element-builder.ts';
import { isFault, notWellFormed, overLimit, restricted, type XmlFault } from './xml-fault.ts';
import { DEFAULT_XML_LIMITS, type XmlLimits } from './xml-limits.ts';
import { type ScanToken, XmlScanner } from './xml-scanner.ts';
import { parseTag } from './xml-tag.ts';

export type ParsedXml =
  | { readonly ok: true; readonly element: XmlElement }
  | { readonly ok: false; readonly fault: XmlFault };

const PROLOGUE = /^\uFEFF?(?:<\?xml[\t\n\r ][^<>?]*\?>)?/;

class Document {
  readonly #limits: XmlLimits;
  readonly #builder = new ElementBuilder({ inherited: '', isSame: Object.is, keepAll: true });
  root: XmlElement | undefined;

  constructor(limits: XmlLimits) {
    this.#limits = limits;
  }

  take(token: ScanToken): XmlFault | undefined {
    if (token.kind === 'tag') return this.#takeTag(token);
    const text = token.source.slice(token.start, token.end);
    if (this.#builder.depth > 0) {
      if (token.kind === 'cdata') return this.#builder.addCdata(text);
      this.#builder.addText(text);
      return undefined;
    }
    const blank = token.kind === 'text' && /^[\t\n ]*$/.test(text);
    return blank ? undefined : notWellFormed('text outside the root element');
  }

  #takeTag({ source, start, end }: ScanToken): XmlFault | undefined {
    if (source.charAt(start + 1) === '?') return restricted('a processing instruction');
    const tag = parseTag(source, start, end, this.#limits.maxAttributes);
    if (isFault(tag)) return tag;
    if (tag.kind !== 'close') {
      if (this.root !== undefined) return notWellFormed('a second root element');
      if (this.#builder.depth >= this.#limits.maxDepth) return overLimit('too deep');
      const opened = this.#builder.open(tag);
      if (isFault(opened)) return opened;
      if (tag.kind === 'open') return undefined;
    }
    const closed = this.#builder.close(tag.name);
    if (isFault(closed)) return closed;
    if (this.#builder.depth === 0) this.root = closed;
    return undefined;
  }
}

/**
 * Reads one XML document. Namespaces are resolved as `XmlElement` says; attributes with a prefix other than `xml:` are
 * left out. Refused: document types, comments, processing instructions but the declaration (RFC 6120 §11.1).
 */
export function parseXml(text: string, limits: XmlLimits = DEFAULT_XML_LIMITS): ParsedXml {
  const failed = (fault: XmlFault): ParsedXml => ({ ok: false, fault });
  if (text.length > limits.maxBytes) return failed(overLimit('too large'));
  const scanner = new XmlScanner();
  const document = new Document(limits);
  let bytes = 0;
  scanner.feed(text.replace(PROLOGUE, ''));
  for (let token = scanner.next(); token !== undefined; token = scanner.next()) {
    if (isFault(token)) return failed(token);
    bytes += token.bytes;
    if (bytes > limits.maxBytes) return failed(overLimit('too large'));
    const fault = document.take(token);
    if (fault !== undefined) return failed(fault);
  }
  return document.root === undefined
    ? failed(notWellFormed('no complete element'))
    : { ok: true, element: document.root };
}
