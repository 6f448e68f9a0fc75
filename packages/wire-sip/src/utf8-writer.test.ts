import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeUtf8, encodeUtf8 } from './utf8.ts';
import { Utf8Writer } from './utf8-writer.ts';

const piece = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({ unit: 'grapheme-ascii', maxLength: 400 }),
  fc.nat({ max: 9000 }).map((length) => 'ü'.repeat(length)),
);

test('utf8 writer - what is taken is the pieces encoded, and stays as it was', () => {
  void fc.assert(
    fc.property(fc.array(fc.array(piece, { maxLength: 5 }), { maxLength: 8 }), (messages) => {
      const out = new Utf8Writer();
      const taken = messages.map((pieces) => {
        for (const text of pieces) out.put(text);
        return out.take();
      });
      expect(taken.map((bytes) => decodeUtf8(bytes))).toEqual(
        messages.map((pieces) => pieces.map((text) => decodeUtf8(encodeUtf8(text))).join('')),
      );
    }),
  );
});

test('utf8 writer - bytes go between texts', () => {
  const out = new Utf8Writer();
  out.put('a');
  out.putBytes(Uint8Array.of(0xc3, 0xbc));
  out.put('b');
  expect(decodeUtf8(out.take())).toBe('aüb');
});

test('utf8 writer - what was not taken is not in the next', () => {
  const out = new Utf8Writer();
  out.put('first');
  out.take();
  out.put('lost');
  out.start();
  out.put('second');
  expect(decodeUtf8(out.take())).toBe('second');
});
