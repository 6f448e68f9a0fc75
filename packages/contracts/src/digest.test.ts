import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { deriveHex } from './digest.ts';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('derived names', () => {
  test('digest - is SHA-256 for texts of every length, around the ends of blocks too', () => {
    for (let length = 0; length < 700; length++) {
      const text = 'stoxgate '.repeat(80).slice(0, length);
      expect(deriveHex(text, 32)).toBe(sha256(text));
    }
  });

  test('digest - is of the UTF-8 of a text, lone surrogates included', () => {
    for (const text of ['ü', 'grüße\n😀', 'é'.repeat(300), 'a\ud800b', 'long '.repeat(2000)]) {
      expect(deriveHex(text, 32)).toBe(sha256(text));
    }
  });

  test('digest - a name has the first bytes, and a short text leaves nothing in the next', () => {
    deriveHex('x'.repeat(400), 4);
    for (const bytes of [0, 1, 4, 8, 10, 16, 24]) {
      expect(deriveHex('abc', bytes)).toBe(sha256('abc').slice(0, 2 * bytes));
    }
  });
});
