import { describe, expect, it } from 'vitest';
import { percentDecode, percentEncode, utf8Length } from './percent.ts';

describe('percent', () => {
  it.each(['%', '%4', '%zz', '%FF', '%C0%AF', '%ED%A0%80', '%F4%90%80%80', 'a%C3', '\ud800'])(
    'percent - refuses %j',
    (coded) => {
      expect(percentDecode(coded)).toBeUndefined();
    },
  );

  it('percent - decodes UTF-8 in either case of hex', () => {
    expect(percentDecode('a%c3%BC%00%25')).toBe('aü\0%');
  });

  it('percent - encodes what it is told to, upper case', () => {
    expect(percentEncode("ü!'a\ud800😀", /[^a]/gu)).toBe('%C3%BC%21%27a%EF%BF%BD%F0%9F%98%80');
  });

  it.each(['', 'abc', 'ü', '漢', '😀', 'aü漢😀'])('percent - length of %j in bytes', (text) => {
    expect(utf8Length(text)).toBe(Buffer.byteLength(text));
  });
});
