/**
 * Puts tags and text together to elements and resolves their namespaces. Namespaces in XML 1.0.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { NS } from './namespaces.ts';
import { badPrefix, isFault, notWellFormed, type XmlFault } from './xml-fault.ts';
import { resolveReferences, type XmlTag } from './xml-tag.ts';

interface GrowingElement extends XmlElement {
  readonly attrs: Record<string, string>;
  readonly children: (XmlElement | string)[];
}

type Prefixes = ReadonlyMap<string, string>;

interface Frame {
  readonly tagName: string;
  readonly element: GrowingElement;
  /** Namespace that children need not declare again. */
  readonly namespace: string;
  /** Namespace of children without a prefix. */
  readonly inherited: string;
  readonly prefixes: Prefixes;
}

interface Scope {
  inherited: string;
  prefixes: Prefixes;
}

const NO_PREFIXES: Prefixes = new Map([['xml', NS.XML]]);

/** The scope inside a tag, from its `xmlns` and `xmlns:*`. */
function declare(attributes: readonly string[], outer: Scope): Scope | XmlFault {
  let inherited: string | undefined;
  let declared: Map<string, string> | undefined;
  let own: Set<string> | undefined;
  for (let i = 0; i < attributes.length; i += 2) {
    const name = attributes[i] ?? '';
    if (!name.startsWith('xmlns')) continue;
    const value = attributes[i + 1] ?? '';
    if (name === 'xmlns') {
      if (inherited !== undefined) return notWellFormed('the same attribute twice');
      if (value === NS.XML || value === NS.XMLNS) return badPrefix('a reserved namespace as default');
      inherited = value;
    } else if (name.startsWith('xmlns:')) {
      const prefix = name.slice(6);
      if (own?.has(prefix)) return notWellFormed('the same attribute twice');
      const reserved = prefix === 'xmlns' || value === NS.XMLNS || (prefix === 'xml') !== (value === NS.XML);
      if (value === '' || reserved) return badPrefix('a prefix bound against the rules');
      own ??= new Set();
      own.add(prefix);
      declared ??= new Map(outer.prefixes);
      declared.set(prefix, value);
    }
  }
  if (inherited === undefined && declared === undefined) return outer;
  return { inherited: inherited ?? outer.inherited, prefixes: declared ?? outer.prefixes };
}

/**
 * Copies into `kept` the attributes without a prefix and `xml:*`. Others are foreign to every protocol spoken here and
 * could not be written without their prefix. A plain object cannot hold `__proto__`: dropped too.
 */
function keepAttributes(
  attributes: readonly string[],
  prefixes: Prefixes,
  kept: Record<string, string>,
): XmlFault | undefined {
  let foreign: Set<string> | undefined;
  for (let i = 0; i < attributes.length; i += 2) {
    const name = attributes[i] ?? '';
    const colon = name.indexOf(':');
    if (colon === -1 ? name === 'xmlns' : name.startsWith('xmlns:')) continue;
    if (colon === -1 || name.startsWith('xml:')) {
      if (Object.hasOwn(kept, name)) return notWellFormed('the same attribute twice');
      if (name !== '__proto__') kept[name] = attributes[i + 1] ?? '';
      continue;
    }
    const namespace = prefixes.get(name.slice(0, colon));
    if (namespace === undefined) return badPrefix('an attribute prefix that is not bound');
    const expanded = `${name.slice(colon + 1)} ${namespace}`;
    foreign ??= new Set();
    if (foreign.has(expanded)) return notWellFormed('the same attribute twice');
    foreign.add(expanded);
  }
  return undefined;
}

export interface BuilderOptions {
  /** Namespace in force around the outermost element. */
  readonly inherited: string;
  /** Whether two namespaces count as one, so that a child need not declare its own. */
  readonly isSame: (namespace: string, parent: string) => boolean;
  /** Whether the outermost element keeps its children; a stream does not. */
  readonly keepAll: boolean;
}

export class ElementBuilder {
  readonly #options: BuilderOptions;
  readonly #frames: Frame[] = [];
  #text = '';
  /** Character data whose references are not resolved yet: one may be cut in two by a chunk's end. */
  #raw = '';

  constructor(options: BuilderOptions) {
    this.#options = options;
  }

  get depth(): number {
    return this.#frames.length;
  }

  open(tag: XmlTag): XmlElement | XmlFault {
    const flushed = this.#flushText();
    if (flushed !== undefined) return flushed;
    const parent = this.#frames.at(-1);
    const outer: Scope = parent ?? { inherited: this.#options.inherited, prefixes: NO_PREFIXES };
    const scope = tag.attributes.length === 0 ? outer : declare(tag.attributes, outer);
    if (isFault(scope)) return scope;
    const colon = tag.name.indexOf(':');
    const namespace = colon === -1 ? scope.inherited : scope.prefixes.get(tag.name.slice(0, colon));
    if (namespace === undefined) return badPrefix('an element prefix that is not bound');
    const attrs: Record<string, string> = {};
    if (tag.attributes.length > 0) {
      const fault = keepAttributes(tag.attributes, scope.prefixes, attrs);
      if (fault !== undefined) return fault;
    }
    if (!this.#options.isSame(namespace, parent?.namespace ?? outer.inherited)) attrs.xmlns = namespace;
    const element: GrowingElement = { name: tag.name.slice(colon + 1), attrs, children: [] };
    if (this.#keepsChildren()) parent?.element.children.push(element);
    this.#frames.push({
      tagName: tag.name,
      element,
      // A stream's header is not in the namespace of its stanzas, which is the default one.
      namespace: this.#keepsChildren() ? namespace : scope.inherited,
      inherited: scope.inherited,
      prefixes: scope.prefixes,
    });
    return element;
  }

  /** The element that ends here. */
  close(name: string): XmlElement | XmlFault {
    const flushed = this.#flushText();
    if (flushed !== undefined) return flushed;
    const frame = this.#frames.at(-1);
    if (frame?.tagName !== name) return notWellFormed('a closing tag that closes nothing');
    this.#frames.pop();
    return frame.element;
  }

  /** Character data as written. */
  addText(raw: string): void {
    this.#raw += raw;
  }

  /** Character data that is not to be looked at. */
  addCdata(text: string): XmlFault | undefined {
    const fault = this.#resolveText();
    this.#text += text;
    return fault;
  }

  /** Forgets what is open inside the outermost element. */
  abandon(): void {
    this.#frames.length = Math.min(this.#frames.length, 1);
    this.#text = '';
    this.#raw = '';
  }

  #keepsChildren(): boolean {
    return this.#options.keepAll || this.#frames.length > 1;
  }

  #resolveText(): XmlFault | undefined {
    if (this.#raw === '') return undefined;
    if (this.#raw.includes(']]>')) return notWellFormed(']]> in text');
    const text = resolveReferences(this.#raw);
    if (text === undefined) return notWellFormed('a reference to no character');
    this.#text += text;
    this.#raw = '';
    return undefined;
  }

  #flushText(): XmlFault | undefined {
    if (this.#raw === '' && this.#text === '') return undefined;
    const fault = this.#resolveText();
    if (fault !== undefined) return fault;
    if (this.#keepsChildren()) this.#frames.at(-1)?.element.children.push(this.#text);
    this.#text = '';
    return undefined;
  }
}
