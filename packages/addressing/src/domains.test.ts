import { domainToASCII } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalizeDomain, sipHostOf } from './domains.ts';
import { punycodeDecode, punycodeEncode } from './punycode.ts';

/** Any UTF-16, lone surrogates included, with ASCII as likely as the rest. */
const anyText = (maxLength: number) =>
  fc
    .array(fc.oneof(fc.integer({ max: 0x7f, min: 0 }), fc.integer({ max: 0xffff, min: 0 })), { maxLength })
    .map((units) => String.fromCharCode(...units));

describe('domains', () => {
  // RFC 3492 §7.1 (A, E, L) and RFC 5891 practice.
  it.each([
    ['ليهمابتكلموشعربي؟', 'egbpdaj6bu4bxfgehfvwxn'],
    ['למההםפשוטלאמדבריםעברית', '4dbcagdahymbxekheh6e0a7fei0b'],
    ['3年b組金八先生', '3b-ww4c5e180e575a65lsy2b'],
    ['bücher', 'bcher-kva'],
  ])('domains - punycode of %s', (label, coded) => {
    expect(punycodeEncode(label)).toBe(coded);
    expect(punycodeDecode(coded)).toBe(label);
  });

  it.each(['999999999', 'a-!', '\u00e9', 'ab-99999999999'])('domains - no punycode: %j', (coded) => {
    expect(punycodeDecode(coded)).toBeUndefined();
  });

  it('domains - U-labels on the XMPP side, A-labels on the SIP side', () => {
    expect(normalizeDomain('XN--BCHER-KVA.example.')).toBe('bücher.example');
    expect(sipHostOf('BÜCHER.example')).toBe('xn--bcher-kva.example');
    expect(sipHostOf('straße.example')).toBe('xn--strae-oqa.example');
    expect(sipHostOf('例子。example')).toBe('xn--fsqu00a.example');
  });

  it('domains - an A-label that does not decode exactly stays', () => {
    expect(normalizeDomain('xn--zzzzzzzzzzzzzzz.example')).toBe('xn--zzzzzzzzzzzzzzz.example');
    expect(normalizeDomain('xn--a-.example')).toBe('xn--a-.example');
    expect(sipHostOf('xn--a-.example')).toBe('xn--a-.example');
  });

  it('domains - addresses', () => {
    expect(normalizeDomain('[2001:DB8::1]')).toBe('[2001:db8::1]');
    expect(sipHostOf('[2001:DB8::1]')).toBe('[2001:db8::1]');
    expect(sipHostOf('192.0.2.1')).toBe('192.0.2.1');
  });

  it.each(['', '.', 'a..b', 'a b', 'a/b', 'a@b', '[x]', 'a%b', `${'a.'.repeat(127)}a`, 'ü'.repeat(70)])(
    'domains - refuses %j',
    (text) => {
      expect(normalizeDomain(text)).toBeUndefined();
      expect(sipHostOf(text)).toBeUndefined();
    },
  );

  it('domains - agrees with the platform on Latin, Greek, Cyrillic and Han labels', () => {
    const letter = fc.constantFrom(...'abcxyz0189äöüßéñøαβγωабвгж漢字例子'.split(''));
    fc.assert(
      fc.property(fc.string({ unit: letter, minLength: 1, maxLength: 12 }), (label) => {
        const domain = `a${label}.example`;
        expect(sipHostOf(domain)).toBe(domainToASCII(domain));
        expect(normalizeDomain(domainToASCII(domain))).toBe(domain);
      }),
    );
  });

  it('domains - normalising is stable and total', () => {
    fc.assert(
      fc.property(anyText(40), (text) => {
        const normal = normalizeDomain(text);
        if (normal !== undefined) expect(normalizeDomain(normal)).toBe(normal);
      }),
    );
  });
});
