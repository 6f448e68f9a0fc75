import { describe, expect, it } from 'vitest';
import { remembered, rememberedFor } from './remembered.ts';

function counting(): {
  readonly asked: string[];
  readonly find: (text: string) => { text: string } | undefined;
} {
  const asked: string[] = [];
  return {
    asked,
    find: remembered((text) => {
      asked.push(text);
      return text === '' ? undefined : { text };
    }),
  };
}

describe('remembered', () => {
  it('remembered - a text is worked out once', () => {
    const { asked, find } = counting();
    expect(find('a')).toBe(find('a'));
    expect(find('b')).toEqual({ text: 'b' });
    expect(asked).toEqual(['a', 'b']);
  });

  it('remembered - what is undefined or long is worked out each time', () => {
    const { asked, find } = counting();
    const long = 'x'.repeat(257);
    for (const text of ['', '', long, long]) find(text);
    expect(asked).toHaveLength(4);
  });

  it('remembered - what was met lately stays, the rest is forgotten', () => {
    const { asked, find } = counting();
    find('kept');
    find('forgotten');
    for (let i = 0; i < 9000; i++) {
      find(`other ${i}`);
      find('kept');
    }
    asked.length = 0;
    find('kept');
    find('forgotten');
    expect(asked).toEqual(['forgotten']);
  });

  it('remembered - each owner has answers of its own', () => {
    const asked: string[] = [];
    const find = rememberedFor(({ name }: { name: string }, text: string) => {
      asked.push(`${name} ${text}`);
      return { found: `${name} ${text}` };
    });
    const [one, two] = [{ name: 'one' }, { name: 'two' }];
    expect(find(one, 'a')).toBe(find(one, 'a'));
    expect(find(two, 'a')).toEqual({ found: 'two a' });
    expect(asked).toEqual(['one a', 'two a']);
  });
});
