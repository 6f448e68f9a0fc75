import { expect, test } from 'vitest';
import { remembered } from './remembered-names.ts';

/** How often `name` was asked for. */
function world() {
  const asked: string[] = [];
  const of = remembered((name) => {
    asked.push(name);
    return `<${name}>`;
  });
  return { of, times: (name: string) => asked.filter((each) => each === name).length };
}

test('remembered names - each is asked for once, and told as it was', () => {
  const { of, times } = world();
  expect([of('iq'), of('message'), of('iq')]).toEqual(['<iq>', '<message>', '<iq>']);
  expect(times('iq')).toBe(1);
});

test('remembered names - those that others make up are kept in bounds', () => {
  const { of, times } = world();
  const long = 'x'.repeat(65);
  of(long);
  expect(of(long)).toBe(`<${long}>`);
  expect(times(long)).toBe(2);
  of('iq');
  for (let i = 0; i < 512; i++) of(`made-up-${i}`);
  expect(of('iq')).toBe('<iq>');
  expect(times('iq')).toBe(2);
});
