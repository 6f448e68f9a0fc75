import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeLocalpart, hasEdgeSpace, unescapeLocalpart } from './jid-escape.ts';

/** Any UTF-16, lone surrogates included, with ASCII as likely as the rest. */
const anyText = (maxLength: number) =>
  fc
    .array(fc.oneof(fc.integer({ max: 0x7f, min: 0 }), fc.integer({ max: 0xffff, min: 0 })), { maxLength })
    .map((units) => String.fromCharCode(...units));

describe('jid-escape', () => {
  // XEP-0106 §5, examples.
  it.each([
    ['space cadet', 'space\\20cadet'],
    ['call me "ishmael"', 'call\\20me\\20\\22ishmael\\22'],
    ['at&t guy', 'at\\26t\\20guy'],
    ["d'artagnan", 'd\\27artagnan'],
    ['/.fanboy', '\\2f.fanboy'],
    ['::foo::', '\\3a\\3afoo\\3a\\3a'],
    ['<foo>', '\\3cfoo\\3e'],
    ['user@host', 'user\\40host'],
    ['c:\\net', 'c\\3a\\net'],
    ['c:\\\\net', 'c\\3a\\\\net'],
    ['c:\\cool stuff', 'c\\3a\\cool\\20stuff'],
    ['c:\\5commas', 'c\\3a\\5c5commas'],
    ['\\2plus\\2is\\4', '\\2plus\\2is\\4'],
    ['foo\\bar', 'foo\\bar'],
    ['foo\\41r', 'foo\\41r'],
    ['foo\\40', 'foo\\5c40'],
  ])('jid-escape - %j is %j', (text, localpart) => {
    expect(escapeLocalpart(text)).toBe(localpart);
    expect(unescapeLocalpart(localpart)).toBe(text);
  });

  it('jid-escape - no localpart begins or ends with a space', () => {
    expect(escapeLocalpart(' a')).toBeUndefined();
    expect(escapeLocalpart('a ')).toBeUndefined();
    expect(hasEdgeSpace('\\20a')).toBe(true);
    expect(hasEdgeSpace('a\\20')).toBe(true);
    expect(hasEdgeSpace('a\\20a')).toBe(false);
  });

  it('jid-escape - accepts hex in upper case', () => {
    expect(unescapeLocalpart('a\\3Ab\\5C20')).toBe('a:b\\20');
  });

  it('jid-escape - unescape undoes escape for any text', () => {
    const nasty = fc.string({
      unit: fc.constantFrom('\\', '2', '0', '5', 'c', 'C', '4', ' ', '@', '/', 'a', 'ü'),
    });
    fc.assert(
      fc.property(fc.oneof(nasty, anyText(30)), (text) => {
        const localpart = escapeLocalpart(text);
        fc.pre(localpart !== undefined);
        expect(unescapeLocalpart(localpart)).toBe(text);
        expect(localpart).not.toMatch(/[ "&'/:<>@]/);
      }),
    );
  });
});
