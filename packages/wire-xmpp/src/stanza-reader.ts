/**
 * Reads the server's side of an XML stream chunk by chunk. RFC 6120 §4, §11.
 *
 * What a user can bring about (too large, too deep, too many attributes) costs that stanza only: it is skipped in
 * bounded memory and its head reported, so that it can be answered. What only a broken server can bring about ends
 * the stream.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { ElementBuilder } from './element-builder.ts';
import { NS } from './namespaces.ts';
import { isFault, notWellFormed, overLimit, restricted, type XmlFault } from './xml-fault.ts';
import type { XmlLimits } from './xml-limits.ts';
import { type ScanToken, XmlScanner } from './xml-scanner.ts';
import { parseTag, type XmlTag } from './xml-tag.ts';

export type RefusalCause = 'too-large' | 'too-deep' | 'too-many-attributes';

export type StreamEvent =
  | { readonly kind: 'stream-open'; readonly attrs: Readonly<Record<string, string>> }
  | { readonly kind: 'stanza'; readonly element: XmlElement }
  /** A stanza over a limit; `head` has its name, to, from, id and type, or an empty name when even they were too large. */
  | { readonly kind: 'refused'; readonly head: XmlElement; readonly cause: RefusalCause }
  | { readonly kind: 'stream-close' }
  /** The stream cannot be read on. Nothing comes after this. */
  | { readonly kind: 'fault'; readonly fault: XmlFault };

const CONTENT: ReadonlySet<string> = new Set([NS.CLIENT, NS.SERVER, NS.COMPONENT_ACCEPT]);

/** The content namespaces are one for us: a stanza is the same stanza on a client's, server's or component's stream. */
const isSame = (namespace: string, parent: string): boolean =>
  namespace === parent || (CONTENT.has(namespace) && CONTENT.has(parent));

/** What an answer needs of a stanza. */
function headOf({ name, attrs }: XmlElement): XmlElement {
  const head: Record<string, string> = {};
  for (const key of ['to', 'from', 'id', 'type']) {
    const value = attrs[key];
    if (value !== undefined) head[key] = value;
  }
  return { name, attrs: head, children: [] };
}

const UNKNOWN_HEAD: XmlElement = { name: '', attrs: {}, children: [] };

interface Skip {
  readonly head: XmlElement;
  readonly cause: RefusalCause;
  /** Elements still open, the stanza included. */
  depth: number;
}

export class StanzaReader {
  readonly #limits: XmlLimits;
  readonly #scanner = new XmlScanner();
  readonly #builder = new ElementBuilder({ inherited: '', isSame, keepAll: false });
  #over = false;
  #stanza: XmlElement | undefined;
  #stanzaBytes = 0;
  #skip: Skip | undefined;

  constructor(limits: XmlLimits) {
    this.#limits = limits;
  }

  /** Takes the next piece of text (surrogate pairs whole) and returns what became complete, in order. */
  push(chunk: string): readonly StreamEvent[] {
    const events: StreamEvent[] = [];
    if (this.#over) return events;
    this.#scanner.feed(chunk);
    for (let token = this.#scanner.next(); token !== undefined; token = this.#scanner.next()) {
      const fault = isFault(token) ? token : this.#take(token, events);
      if (fault !== undefined) {
        events.push({ kind: 'fault', fault });
        this.#over = true;
      }
      if (this.#over) return events;
    }
    const fault = this.#boundHeld();
    if (fault !== undefined) {
      events.push({ kind: 'fault', fault });
      this.#over = true;
    }
    return events;
  }

  #take(token: ScanToken, events: StreamEvent[]): XmlFault | undefined {
    if (this.#skip !== undefined) {
      if (token.kind === 'tag') this.#skipTag(this.#skip, token, events);
      return undefined;
    }
    if (token.kind === 'tag') return this.#takeTag(token, events);
    const text = token.source.slice(token.start, token.end);
    if (this.#stanza === undefined) {
      const blank = token.kind === 'text' && /^[\t\n ]*$/.test(text);
      return blank ? undefined : notWellFormed('text between stanzas');
    }
    this.#stanzaBytes += token.bytes;
    if (this.#stanzaBytes > this.#limits.maxBytes) this.#beginSkip(this.#stanza, 'too-large');
    else if (token.kind === 'cdata') return this.#builder.addCdata(text);
    else this.#builder.addText(text);
    return undefined;
  }

  #takeTag(token: ScanToken, events: StreamEvent[]): XmlFault | undefined {
    const { source, start, end } = token;
    if (source.charAt(start + 1) === '?') return this.#takeDeclaration(source.slice(start, end));
    this.#stanzaBytes = (this.#stanza === undefined ? 0 : this.#stanzaBytes) + token.bytes;
    const tag = parseTag(source, start, end, this.#limits.maxAttributes);
    const cause = this.#refusalCause(tag, source.charAt(start + 1) === '/');
    if (cause !== undefined) return this.#refuse(cause, token, events);
    if (isFault(tag)) return tag;
    return tag.kind === 'close' ? this.#close(tag.name, events) : this.#open(tag, events);
  }

  #refusalCause(tag: XmlTag | XmlFault, closes: boolean): RefusalCause | undefined {
    if (this.#builder.depth === 0) return undefined;
    if (this.#stanzaBytes > this.#limits.maxBytes) return 'too-large';
    if (isFault(tag)) return tag.condition === 'policy-violation' ? 'too-many-attributes' : undefined;
    // The stream header is the builder's first level.
    return !closes && this.#builder.depth > this.#limits.maxDepth ? 'too-deep' : undefined;
  }

  /** Begins to skip the stanza that is open, or that `token` opens, and skips `token`. */
  #refuse(cause: RefusalCause, token: ScanToken, events: StreamEvent[]): XmlFault | undefined {
    let head = this.#stanza;
    if (head === undefined) {
      const tag = parseTag(token.source, token.start, token.end, Number.POSITIVE_INFINITY);
      if (isFault(tag)) return tag;
      const root = this.#builder.open(tag);
      if (isFault(root)) return root;
      this.#builder.abandon();
      head = root;
    }
    this.#skipTag(this.#beginSkip(head, cause), token, events);
    return undefined;
  }

  #takeDeclaration(text: string): XmlFault | undefined {
    const first = this.#builder.depth === 0 && /^<\?xml[\t\n ][^<>?]*\?>$/.test(text);
    return first ? undefined : restricted('a processing instruction');
  }

  #open(tag: XmlTag, events: StreamEvent[]): XmlFault | undefined {
    const element = this.#builder.open(tag);
    if (isFault(element)) return element;
    if (this.#builder.depth === 1) {
      if (element.name !== 'stream' || element.attrs.xmlns !== NS.STREAM || tag.kind === 'empty') {
        return restricted('something other than a stream header');
      }
      events.push({ kind: 'stream-open', attrs: element.attrs });
      return undefined;
    }
    this.#stanza ??= element;
    return tag.kind === 'empty' ? this.#close(tag.name, events) : undefined;
  }

  #close(name: string, events: StreamEvent[]): XmlFault | undefined {
    const element = this.#builder.close(name);
    if (isFault(element)) return element;
    if (this.#builder.depth === 0) {
      events.push({ kind: 'stream-close' });
      this.#over = true;
    } else if (this.#builder.depth === 1) {
      this.#stanza = undefined;
      events.push({ kind: 'stanza', element });
    }
    return undefined;
  }

  #beginSkip(stanza: XmlElement, cause: RefusalCause): Skip {
    this.#skip = { head: headOf(stanza), cause, depth: this.#builder.depth - 1 };
    return this.#skip;
  }

  #skipTag(skip: Skip, { source, start, end }: ScanToken, events: StreamEvent[]): void {
    if (source.charAt(start + 1) === '/') skip.depth--;
    else if (source.charAt(end - 2) !== '/') skip.depth++;
    if (skip.depth <= 0) this.#endSkip(skip, events);
  }

  #endSkip(skip: Skip, events: StreamEvent[]): void {
    this.#skip = undefined;
    this.#stanza = undefined;
    this.#builder.abandon();
    events.push({ kind: 'refused', head: skip.head, cause: skip.cause });
  }

  /** Keeps an unfinished tag within the limit too. */
  #boundHeld(): XmlFault | undefined {
    const held = this.#scanner.heldBytes + (this.#stanza === undefined ? 0 : this.#stanzaBytes);
    if (this.#skip === undefined && held > this.#limits.maxBytes) {
      if (this.#builder.depth === 0) return overLimit('a stream header too large');
      this.#beginSkip(this.#stanza ?? UNKNOWN_HEAD, 'too-large');
    }
    if (this.#skip !== undefined) this.#scanner.forgetHeld();
    return undefined;
  }
}
