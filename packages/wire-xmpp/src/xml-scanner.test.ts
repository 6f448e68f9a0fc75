import { expect, test } from 'vitest';
import { isFault } from './xml-fault.ts';
import { XmlScanner } from './xml-scanner.ts';

test('xml scanner - of a tag to be forgotten only what tells its kind is kept', () => {
  const scanner = new XmlScanner();
  const piece = `${'x'.repeat(1000)}`;
  scanner.feed('<message a="');
  for (let i = 0; i < 100; i++) {
    expect(scanner.next()).toBeUndefined();
    scanner.forgetHeld();
    scanner.feed(piece);
  }
  expect(scanner.next()).toBeUndefined();
  expect(scanner.heldBytes).toBe(12 + 100 * piece.length);
  scanner.feed('"/');
  expect(scanner.next()).toBeUndefined();
  scanner.feed('>rest');
  const token = scanner.next();
  if (token === undefined || isFault(token)) throw new Error('no tag');
  expect(token.source.slice(token.start, token.end)).toBe('<m/>');
  expect(token.bytes).toBe(12 + 100 * piece.length + 3);
});

test('xml scanner - the beginning of a CDATA section is not forgotten', () => {
  const scanner = new XmlScanner();
  scanner.feed('<![CDA');
  expect(scanner.next()).toBeUndefined();
  scanner.forgetHeld();
  scanner.feed('TA[x]]>');
  const token = scanner.next();
  if (token === undefined || isFault(token)) throw new Error('no token');
  expect([token.kind, token.source.slice(token.start, token.end)]).toEqual(['cdata', 'x']);
});
