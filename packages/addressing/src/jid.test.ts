import { describe, expect, it } from 'vitest';
import { bareJidOf, formatJid, parseJid, prepareLocalpart, resourceOf } from './jid.ts';

describe('jid', () => {
  it('jid - splits resource at the first slash and domain at the first @ before it', () => {
    expect(parseJid('alice@example.org/a@b/c')).toEqual({
      local: 'alice',
      domain: 'example.org',
      resource: 'a@b/c',
    });
    expect(parseJid('example.org')).toEqual({ domain: 'example.org' });
    expect(parseJid('example.org/@x')).toEqual({ domain: 'example.org', resource: '@x' });
  });

  it('jid - maps case and width of localpart and domain, keeps the resource', () => {
    expect(parseJid('ＡLICE@Example.ORG./Desk ')).toEqual({
      local: 'alice',
      domain: 'example.org',
      resource: 'Desk ',
    });
    expect(prepareLocalpart('FU\u0308')).toBe('fü');
    expect(parseJid('a@xn--fsqu00a.example')?.domain).toBe('例子.example');
    expect(parseJid('a@b/x\u00a0y')?.resource).toBe('x y');
  });

  it.each([
    '',
    '@example.org',
    'alice@',
    'alice@example.org/',
    'al ice@example.org',
    'al"ice@example.org',
    "al'ice@example.org",
    'al&ice@example.org',
    'al:ice@example.org',
    'al<ice@example.org',
    'a@b@c',
    'al\u0000ice@example.org',
    'al\u00adice@example.org',
    'al\ud800ice@example.org',
    'alice@exa mple.org',
    'alice@exa<mple.org',
    'alice@example..org',
    'alice@.',
    'alice@example.org/\u0007',
    `${'a'.repeat(1024)}@example.org`,
    `${'é'.repeat(512)}@example.org`,
    `alice@${'a'.repeat(64)}.org`,
    `alice@example.org/${'r'.repeat(1024)}`,
  ])('jid - refuses %j', (text) => {
    expect(parseJid(text)).toBeUndefined();
  });

  it('jid - allows 1023 bytes in each part', () => {
    const text = `${'a'.repeat(1023)}@example.org/${'r'.repeat(1023)}`;
    const jid = parseJid(text);
    expect(jid && formatJid(jid)).toBe(text);
  });

  it('jid - bare and resource', () => {
    expect(bareJidOf('Alice@Example.org/Desk')).toBe('alice@example.org');
    expect(bareJidOf({ domain: 'example.org', resource: 'x' })).toBe('example.org');
    expect(bareJidOf('a b@c')).toBeUndefined();
    expect(resourceOf('alice@example.org/Desk')).toBe('Desk');
    expect(resourceOf('alice@example.org')).toBeUndefined();
  });
});
