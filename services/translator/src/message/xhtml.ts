/**
 * HTML of strangers as XHTML-IM and as plain text. XEP-0071 §7 (profile), §11 (what must not pass). What comes out is a tree
 * of its own that holds nothing but the elements, attributes and styles listed here.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { el, serialize, stripIllegal } from '@stoxgate/wire-xmpp';

export interface HtmlText {
  /** Children of the XHTML `<body/>`. */
  readonly children: readonly (XmlElement | string)[];
  readonly plain: string;
}

interface Growing extends XmlElement {
  readonly children: (XmlElement | string)[];
}

/** Element as sent → as XHTML-IM has it. Any other gives only its text. */
const ELEMENTS: Readonly<Record<string, string>> = {
  a: 'a',
  b: 'strong',
  blockquote: 'blockquote',
  br: 'br',
  cite: 'cite',
  code: 'span',
  div: 'p',
  em: 'em',
  i: 'em',
  li: 'li',
  ol: 'ol',
  p: 'p',
  span: 'span',
  strong: 'strong',
  ul: 'ul',
};
/** Their content is no text. */
const SILENT = new Set(['head', 'math', 'noscript', 'object', 'script', 'style', 'svg', 'template', 'title']);
const BLOCKS = new Set(['blockquote', 'li', 'ol', 'p', 'ul']);
const STYLES = new Set([
  'background-color',
  'color',
  'font-family',
  'font-size',
  'font-style',
  'font-weight',
  'margin-left',
  'margin-right',
  'text-align',
  'text-decoration',
]);
const LINK = /^(?:https?|mailto|xmpp|sip|tel):[^\s<>"']+$/i;
const STYLE_VALUE = /^[\w#%.,\s-]{1,100}$/;
const MAX_DEPTH = 20;
const MAX_ELEMENTS = 2000;

/** None of them looks twice at the same text for long: the input may be hostile. */
const TOKEN =
  /<!--[\s\S]*?(?:-->|$)|<(\/?)([A-Za-z][\w:-]{0,30})((?:"[^"]*"|'[^']*'|[^'"<>])*)>|<[!?][^<>]*>|[^<]+|</g;
const ATTRIBUTE = /(?<![\w:-])([A-Za-z][\w:-]*)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/g;
const MAX_ATTRIBUTES_LENGTH = 2048;
const ENTITY = /&(?:#([0-9]{1,7})|#[xX]([0-9A-Fa-f]{1,6})|([A-Za-z]{2,8}));/g;
const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  apos: "'",
  copy: '©',
  euro: '€',
  gt: '>',
  hellip: '…',
  lt: '<',
  mdash: '—',
  nbsp: '\u00a0',
  ndash: '–',
  quot: '"',
};

const characterOf = (code: number): string =>
  code > 0 && code <= 0x10ffff ? stripIllegal(String.fromCodePoint(code)) : '';

const unescapeHtml = (text: string): string =>
  text.replace(ENTITY, (whole, decimal?: string, hex?: string, name?: string) => {
    if (decimal !== undefined) return characterOf(Number.parseInt(decimal, 10));
    if (hex !== undefined) return characterOf(Number.parseInt(hex, 16));
    return ENTITIES[name ?? ''] ?? whole;
  });

/** The declarations of a style attribute that may pass, written anew. */
function styleOf(value: string): string | undefined {
  const kept = value.split(';').flatMap((declaration) => {
    const [property = '', setting = ''] = declaration.split(':').map((part) => part.trim());
    const name = property.toLowerCase();
    return STYLES.has(name) && STYLE_VALUE.test(setting) ? [`${name}:${setting}`] : [];
  });
  return kept.length === 0 ? undefined : kept.join(';');
}

function attributesOf(name: string, text: string): Record<string, string> {
  const attrs: Record<string, string> = {};
  for (const [, key = '', double, single, bare] of text.matchAll(ATTRIBUTE)) {
    const value = unescapeHtml(double ?? single ?? bare ?? '').trim();
    if (name === 'a' && key.toLowerCase() === 'href' && LINK.test(value)) attrs.href = value;
    if (key.toLowerCase() !== 'style') continue;
    const style = styleOf(value);
    if (style !== undefined) attrs.style = style;
  }
  return attrs;
}

class Builder {
  readonly root: Growing = { name: 'body', attrs: {}, children: [] };
  readonly #open: Growing[] = [this.root];
  #silent: string | undefined;
  #count = 0;
  readonly #lines: string[] = [];
  /** Whether the plain text is at the start of a line. */
  #isFresh = true;

  get plain(): string {
    return this.#lines.join('').replace(/ \n/g, '\n').trim();
  }

  get #top(): Growing {
    return this.#open.at(-1) ?? this.root;
  }

  text(raw: string): void {
    if (this.#silent !== undefined) return;
    const text = unescapeHtml(raw).replace(/[\t\n\f\r ]+/g, ' ');
    if (text === '' || (text === ' ' && this.#isFresh)) return;
    this.#top.children.push(text);
    this.#lines.push(this.#isFresh ? text.replace(/^ /, '') : text);
    this.#isFresh = false;
  }

  #breakLine(): void {
    if (!this.#isFresh) this.#lines.push('\n');
    this.#isFresh = true;
  }

  open(tag: string, attributes: string): void {
    if (this.#silent !== undefined) return;
    const isEmpty = attributes.endsWith('/');
    if (SILENT.has(tag)) {
      if (!isEmpty) this.#silent = tag;
      return;
    }
    if (tag === 'img') this.#image(attributes);
    const name = ELEMENTS[tag];
    if (name === undefined || ++this.#count > MAX_ELEMENTS) return;
    const element: Growing = { name, attrs: attributesOf(name, attributes), children: [] };
    if (name === 'br') {
      this.#top.children.push(element);
      this.#lines.push('\n');
      this.#isFresh = true;
      return;
    }
    if (BLOCKS.has(name)) this.#breakLine();
    if ((name === 'p' || name === 'li') && this.#top.name === name) this.#open.pop();
    this.#top.children.push(element);
    if (!isEmpty && this.#open.length < MAX_DEPTH) this.#open.push(element);
  }

  /** A picture is fetched from where its sender likes: only what it says of itself passes. */
  #image(attributes: string): void {
    for (const [, key = '', double, single, bare] of attributes.matchAll(ATTRIBUTE)) {
      if (key.toLowerCase() === 'alt') this.text(double ?? single ?? bare ?? '');
    }
  }

  close(tag: string): void {
    if (this.#silent !== undefined) {
      if (this.#silent === tag) this.#silent = undefined;
      return;
    }
    const name = ELEMENTS[tag];
    if (name === undefined || name === 'br') return;
    const at = this.#open.findLastIndex((element, index) => index > 0 && element.name === name);
    if (at > 0) this.#open.splice(at);
    if (BLOCKS.has(name)) this.#breakLine();
  }
}

/** Reads HTML, well-formed or not. Total, and linear in the input. */
export function readHtml(html: string): HtmlText {
  const builder = new Builder();
  for (const [whole, slash, name, attributes = ''] of html.matchAll(TOKEN)) {
    if (name !== undefined) {
      if (slash === '/') builder.close(name.toLowerCase());
      else builder.open(name.toLowerCase(), attributes.trim().slice(0, MAX_ATTRIBUTES_LENGTH));
    } else if (!/^<[!?]/.test(whole)) builder.text(whole);
  }
  return { children: builder.root.children, plain: builder.plain };
}

/** The body of an XHTML-IM stanza as a document for SIP, of the same listed elements; undefined when nothing is left. */
export function htmlOf(body: XmlElement): string | undefined {
  const { children } = readHtml(serialize(body));
  if (children.length === 0) return undefined;
  return serialize(el('html', {}, el('body', {}, ...children)));
}
