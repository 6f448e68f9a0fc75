/**
 * Building and reading XML elements as plain data (`XmlElement` of the contracts): no parser, no namespaces by prefix.
 */
import type { XmlElement } from '@stoxgate/contracts';

type Attributes = Readonly<Record<string, string | number | undefined>>;

/** An element. Attributes that are undefined are left out; children that are undefined are left out. */
export function el(
  name: string,
  attrs: Attributes = {},
  ...children: readonly (XmlElement | string | undefined)[]
): XmlElement {
  const present: Record<string, string> = {};
  for (const key in attrs) {
    const value = attrs[key];
    if (value !== undefined) present[key] = typeof value === 'string' ? value : String(value);
  }
  return { name, attrs: present, children: areAll(children) ? children : children.filter(isGiven) };
}

type Child = XmlElement | string;

const isGiven = (child: Child | undefined): child is Child => child !== undefined;

const areAll = (children: readonly (Child | undefined)[]): children is Child[] => children.every(isGiven);

export const isElement = (node: XmlElement | string): node is XmlElement => typeof node !== 'string';

/** Child elements, in document order. */
export const elementsOf = ({ children }: XmlElement): readonly XmlElement[] =>
  children.every(isElement) ? children : children.filter(isElement);

/** Namespace of a child as declared on it, else its parent's. */
export const namespaceOf = (element: XmlElement, inherited: string): string =>
  element.attrs.xmlns ?? inherited;

/** First child element called `name` and, when given, declared in `xmlns`. */
export function childOf({ children }: XmlElement, name: string, xmlns?: string): XmlElement | undefined {
  for (const child of children) {
    if (!isElement(child) || child.name !== name) continue;
    if (xmlns === undefined || child.attrs.xmlns === xmlns) return child;
  }
  return undefined;
}

/** All child elements called `name`. */
export function childrenOf({ children }: XmlElement, name: string): readonly XmlElement[] {
  let found: XmlElement[] | undefined;
  for (const child of children) {
    if (!isElement(child) || child.name !== name) continue;
    if (found === undefined) found = [child];
    else found.push(child);
  }
  return found ?? NONE;
}

const NONE: readonly XmlElement[] = [];

/** Text directly inside the element. */
export function textOf({ children }: XmlElement): string {
  let text = '';
  for (const child of children) if (!isElement(child)) text += child;
  return text;
}
