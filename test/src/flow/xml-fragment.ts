/**
 * XML in a flow: fragments to send, and fragments to be found in what the gateway sends.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { elementsOf, parseXml, textOf } from '@stoxgate/wire-xmpp';
import type { Bindings } from './bindings.ts';

export const isXmlLine = (line: string): boolean => line.trimStart().startsWith('<');

/** The elements in `lines`. Throws when they are not well-formed. */
export function fragmentOf(lines: readonly string[]): readonly XmlElement[] {
  if (lines.length === 0) return [];
  const parsed = parseXml(`<fragment>${lines.map((line) => line.trim()).join('')}</fragment>`);
  if (!parsed.ok) throw new Error(`not well-formed: ${lines.join('\n')}`);
  return elementsOf(parsed.element);
}

/** Whether `actual` has the name, the attributes, the text and, in order, the children of `expected`; more is fine. */
function resembles(bindings: Bindings, expected: XmlElement, actual: XmlElement): boolean {
  if (expected.name !== actual.name) return false;
  for (const [name, value] of Object.entries(expected.attrs)) {
    const found = actual.attrs[name];
    if (found === undefined || !bindings.matches(value, found)) return false;
  }
  const text = textOf(expected).trim();
  if (text !== '' && !bindings.matches(text, textOf(actual).trim())) return false;
  const children = [...elementsOf(actual)];
  return elementsOf(expected).every((child) => {
    const index = children.findIndex((candidate) => resembles(bindings, child, candidate));
    children.splice(0, index + 1);
    return index >= 0;
  });
}

/** Whether something like `expected` is in `tree`, at any depth. */
export const contains = (bindings: Bindings, tree: XmlElement, expected: XmlElement): boolean =>
  elementsOf(tree).some(
    (child) => resembles(bindings, expected, child) || contains(bindings, child, expected),
  );
