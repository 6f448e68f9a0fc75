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
  for (const key of Object.keys(attrs)) {
    const value = attrs[key];
    if (value !== undefined) present[key] = String(value);
  }
  return { name, attrs: present, children: children.filter((child) => child !== undefined) };
}

export const isElement = (node: XmlElement | string): node is XmlElement => typeof node !== 'string';

/** Child elements, in document order. */
export const elementsOf = (parent: XmlElement): readonly XmlElement[] => parent.children.filter(isElement);

/** Namespace of a child as declared on it, else its parent's. */
export const namespaceOf = (element: XmlElement, inherited: string): string =>
  element.attrs.xmlns ?? inherited;

/** First child element called `name` and, when given, declared in `xmlns`. */
export const childOf = (parent: XmlElement, name: string, xmlns?: string): XmlElement | undefined =>
  elementsOf(parent).find(
    (child) => child.name === name && (xmlns === undefined || child.attrs.xmlns === xmlns),
  );

/** All child elements called `name`. */
export const childrenOf = (parent: XmlElement, name: string): readonly XmlElement[] =>
  elementsOf(parent).filter((child) => child.name === name);

/** Text directly inside the element. */
export const textOf = (element: XmlElement): string =>
  element.children.filter((child) => typeof child === 'string').join('');
