import { utf8Length } from '@stoxgate/addressing';
import { decodeUtf8, encodeUtf8 } from '@stoxgate/wire-sip';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitText } from './split-text.ts';

describe('split text', () => {
  it('split text - any text comes together again, each piece within its bytes and of whole code points', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 200, size: 'max' }),
        fc.integer({ min: 4, max: 90 }),
        (text, max) => {
          const pieces = splitText(text, max);
          expect(pieces.join('')).toBe(text);
          for (const piece of pieces) {
            expect(utf8Length(piece)).toBeLessThanOrEqual(max);
            expect(decodeUtf8(encodeUtf8(piece))).toBe(piece);
          }
          if (utf8Length(text) <= max) expect(pieces).toHaveLength(1);
        },
      ),
    );
  });

  it.each([
    ['behind a space', 'one two three', 9, ['one two ', 'three']],
    [
      'anywhere when the space is too far back',
      `a ${'x'.repeat(100)}`,
      90,
      [`a ${'x'.repeat(88)}`, 'x'.repeat(12)],
    ],
    ['before a letter that its accent would leave', 'abcde\u0301f', 6, ['abcd', 'e\u0301f']],
    ['not inside a family', 'xxx\u{1f469}\u200d\u{1f467}y', 12, ['xxx', '\u{1f469}\u200d\u{1f467}y']],
    ['not inside a flag', 'x\u{1f1e9}\u{1f1ea}', 8, ['x', '\u{1f1e9}\u{1f1ea}']],
    ['not inside a line end', 'abc\r\nd', 4, ['abc', '\r\nd']],
    ['not inside a code point', '\u{1f600}\u{1f600}', 7, ['\u{1f600}', '\u{1f600}']],
  ])('split text - %s', (_, text, max, pieces) => {
    expect(splitText(text, max)).toEqual(pieces);
  });
});
