import { expect, test } from 'vitest';
import { XmlElement } from './xml-element.ts';

const message = {
  name: 'message',
  attrs: { to: 'a@b' },
  children: ['text', { name: 'body', attrs: {}, children: ['hi'] }],
};

const nested = (depth: number): unknown => {
  let element: unknown = { name: 'a', attrs: {}, children: [] };
  for (let level = 1; level < depth; level++) element = { name: 'a', attrs: {}, children: [element] };
  return element;
};

test('XML element - names, attributes and children as they are', () => {
  expect(XmlElement.parse(message)).toEqual(message);
});

test.each([
  ['nothing', null],
  ['text', 'message'],
  ['a list', []],
  ['no name', { attrs: {}, children: [] }],
  ['a number for a name', { name: 1, attrs: {}, children: [] }],
  ['no attributes', { name: 'a', children: [] }],
  ['a list of attributes', { name: 'a', attrs: [], children: [] }],
  ['an attribute that is no text', { name: 'a', attrs: { b: 1 }, children: [] }],
  ['no children', { name: 'a', attrs: {} }],
  ['text for children', { name: 'a', attrs: {}, children: 'text' }],
  ['a child that is nothing', { name: 'a', attrs: {}, children: [null] }],
  ['a child that is none', { name: 'a', attrs: {}, children: [{ name: 'b', attrs: {}, children: [1] }] }],
])('XML element - not %s', (_, value) => {
  expect(XmlElement.safeParse(value).success).toBe(false);
});

test('XML element - a thousand levels and no more, however deep it is', () => {
  expect(XmlElement.safeParse(nested(1000)).success).toBe(true);
  expect(XmlElement.safeParse(nested(1001)).success).toBe(false);
  expect(XmlElement.safeParse(nested(200_000)).success).toBe(false);
});
