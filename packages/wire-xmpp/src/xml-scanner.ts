/**
 * Cuts a stream of text into tags and character data, however it is chopped into chunks. Each character is looked
 * at a bounded number of times; of an unfinished tag the pieces are kept, of anything else nothing.
 */

import { indexOfIllegal, utf8Length } from './xml-characters.ts';
import { notWellFormed, restricted, type XmlFault } from './xml-fault.ts';

export interface ScanToken {
  readonly kind: 'text' | 'cdata' | 'tag';
  /** The token is `source` from `start` to before `end`; a tag with its angle brackets. Text may come in pieces. */
  readonly source: string;
  readonly start: number;
  readonly end: number;
  /** UTF-8 bytes, markup included. */
  readonly bytes: number;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

const GT = 0x3e;
const BANG = 0x21;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const CDATA_OPEN = '<![CDATA[';
const CDATA_CLOSE = ']]>';
const PLAIN_CHUNK = /^[\t\n\x20-\x7e]*$/;

export class XmlScanner {
  #chunk = '';
  #position = 0;
  #ascii = true;
  #afterReturn = false;
  /** What ends this chunk early: a forbidden character stands where it ends. */
  #pendingFault: XmlFault | undefined;
  #state: 'text' | 'tag' | 'cdata' = 'text';
  /** Quote character that an attribute value is inside of, or 0. */
  #quote = 0;
  /** Beginning of the unfinished token, from earlier chunks. */
  #held: string[] = [];
  #heldBytes = 0;
  #forgetting = false;
  readonly #token: Mutable<ScanToken> = { kind: 'text', source: '', start: 0, end: 0, bytes: 0 };

  /** Bytes of the tag that has begun and not ended. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** Keeps of the unfinished tag only what tells its kind, however long it grows. */
  forgetHeld(): void {
    if (this.#heldBytes < CDATA_OPEN.length || this.#forgetting) return;
    this.#forgetting = true;
    const held = this.#held.join('');
    this.#held = [held.slice(0, 2), held.slice(-1)];
  }

  /** Takes the next chunk; the one before must have been read to its end. Surrogate pairs must not be split. */
  feed(chunk: string): void {
    this.#ascii = PLAIN_CHUNK.test(chunk);
    this.#chunk = this.#ascii && !this.#afterReturn ? chunk : this.#clean(chunk);
    if (chunk !== '') this.#afterReturn = chunk.endsWith('\r');
    this.#position = 0;
  }

  /** Line ends become one LF (XML 1.0 §2.11); a forbidden character ends the chunk. */
  #clean(chunk: string): string {
    const illegal = indexOfIllegal(chunk);
    if (illegal !== -1) this.#pendingFault = notWellFormed('a character that XML forbids');
    const legal = illegal === -1 ? chunk : chunk.slice(0, illegal);
    if (this.#afterReturn && legal.startsWith('\n')) return legal.slice(1).replace(/\r\n?/g, '\n');
    return legal.includes('\r') ? legal.replace(/\r\n?/g, '\n') : legal;
  }

  /** The next token, good until the one after it; or a fault; or undefined: the chunk is used up. */
  next(): ScanToken | XmlFault | undefined {
    if (this.#position >= this.#chunk.length) return this.#pendingFault;
    switch (this.#state) {
      case 'text':
        return this.#nextText();
      case 'tag':
        return this.#nextTag();
      case 'cdata':
        return this.#nextCdata();
    }
  }

  /** There is one token for all: a stanza has a dozen, and none is kept. */
  #tell(kind: ScanToken['kind'], source: string, start: number, end: number, bytes: number): ScanToken {
    const token = this.#token;
    token.kind = kind;
    token.source = source;
    token.start = start;
    token.end = end;
    token.bytes = bytes;
    return token;
  }

  #size(source: string, start: number, end: number): number {
    return this.#ascii ? end - start : utf8Length(source, start, end);
  }

  #nextText(): ScanToken | XmlFault | undefined {
    const start = this.#position;
    const tagAt = this.#chunk.indexOf('<', start);
    if (tagAt !== start) {
      this.#position = tagAt === -1 ? this.#chunk.length : tagAt;
      return this.#tell(
        'text',
        this.#chunk,
        start,
        this.#position,
        this.#size(this.#chunk, start, this.#position),
      );
    }
    this.#state = 'tag';
    return this.#nextTag();
  }

  #nextTag(): ScanToken | XmlFault | undefined {
    const start = this.#position;
    const chunk = this.#chunk;
    const fresh = this.#held.length === 0;
    if (fresh ? chunk.charCodeAt(start + 1) === BANG : this.#heldBytes < CDATA_OPEN.length) {
      const special = this.#openSpecial(start);
      if (special === 'cdata') return this.next();
      if (special !== undefined) return special;
    }
    const end = this.#endOfTag(fresh ? start + 1 : start);
    if (end === -1) {
      this.#hold(chunk.slice(start));
      return this.next();
    }
    this.#position = end;
    this.#state = 'text';
    return fresh
      ? this.#tell('tag', chunk, start, end, this.#size(chunk, start, end))
      : this.#finishHeld(chunk.slice(start, end));
  }

  /**
   * `<!` may only begin a CDATA section: comments and document types are refused (RFC 6120 §11.1).
   * Undefined: this is an ordinary tag, or it cannot be told yet and the next chunk will tell.
   */
  #openSpecial(start: number): 'cdata' | XmlFault | undefined {
    const held = this.#held.join('');
    const opening = held + this.#chunk.slice(start, start + CDATA_OPEN.length - held.length);
    if (opening.charCodeAt(1) !== BANG) return undefined;
    if (!CDATA_OPEN.startsWith(opening)) return restricted('a comment or a document type');
    if (opening.length < CDATA_OPEN.length) return undefined;
    this.#position = start + CDATA_OPEN.length - held.length;
    this.#held = [];
    this.#heldBytes = 0;
    this.#state = 'cdata';
    return 'cdata';
  }

  /** Index after the `>` that ends the tag, or -1 when the chunk has none. */
  #endOfTag(from: number): number {
    const chunk = this.#chunk;
    let quote = this.#quote;
    for (let i = from; i < chunk.length; i++) {
      const unit = chunk.charCodeAt(i);
      if (quote !== 0) {
        if (unit === quote) quote = 0;
      } else if (unit === GT) {
        this.#quote = 0;
        return i + 1;
      } else if (unit === QUOTE || unit === APOSTROPHE) quote = unit;
    }
    this.#quote = quote;
    return -1;
  }

  #hold(piece: string): void {
    this.#heldBytes += this.#size(piece, 0, piece.length);
    this.#position = this.#chunk.length;
    if (!this.#forgetting) this.#held.push(piece);
    else this.#held = [(this.#held.join('') + piece).slice(0, 2), piece.slice(-1)];
  }

  #finishHeld(last: string): ScanToken {
    const source = this.#held.join('') + last;
    const bytes = this.#heldBytes + this.#size(last, 0, last.length);
    this.#held = [];
    this.#heldBytes = 0;
    this.#forgetting = false;
    return this.#tell('tag', source, 0, source.length, bytes);
  }

  /** Text of a CDATA section in pieces; a `]` or two at the end of a chunk wait for what follows. */
  #nextCdata(): ScanToken | XmlFault | undefined {
    const source = this.#held.join('') + this.#chunk.slice(this.#position);
    this.#position = this.#chunk.length;
    this.#held = [];
    const close = source.indexOf(CDATA_CLOSE);
    if (close !== -1) {
      this.#chunk = source;
      this.#position = close + CDATA_CLOSE.length;
      this.#state = 'text';
      const markup = CDATA_OPEN.length + CDATA_CLOSE.length;
      return this.#tell('cdata', source, 0, close, this.#size(source, 0, close) + markup);
    }
    const kept = source.endsWith(']]') ? 2 : source.endsWith(']') ? 1 : 0;
    if (kept > 0) this.#held = [source.slice(-kept)];
    if (source.length === kept) return this.next();
    const end = source.length - kept;
    return this.#tell('cdata', source, 0, end, this.#size(source, 0, end));
  }
}
