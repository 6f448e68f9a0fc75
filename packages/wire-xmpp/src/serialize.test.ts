import { expect, test } from 'vitest';
import { el } from './element.ts';
import { serialize } from './serialize.ts';

test('serialize - elements, attributes and text', () => {
  expect(serialize(el('a', { b: '1', 'xml:lang': 'de' }, 'x', el('c'), 'y'))).toBe(
    '<a b="1" xml:lang="de">x<c/>y</a>',
  );
});

test('serialize - what has a meaning in XML is escaped', () => {
  expect(serialize(el('a', { b: '<&>"\'\t\n\r' }, '<&>"\'\t\n\r]]>'))).toBe(
    '<a b="&lt;&amp;&gt;&quot;\'&#9;&#10;&#13;">&lt;&amp;&gt;"\'\t\n&#13;]]&gt;</a>',
  );
});

test('serialize - characters that XML forbids are dropped, others beyond ASCII stay', () => {
  expect(serialize(el('a', { b: 'x\u0000\uFFFFy' }, 'ü😀\u0007\uD800\uFFFE.'))).toBe('<a b="xy">ü😀.</a>');
});

test('serialize - names that are no names never come out', () => {
  const bad = ['', '1', 'a b', 'a>', 'a:b', 'xmlns:p', 'a"', 'é"'];
  for (const name of bad) {
    expect(serialize(el('a', { [name]: 'x' }, el(name, {}, 'y')))).toBe('<a></a>');
    expect(serialize(el(name))).toBe('');
  }
});
