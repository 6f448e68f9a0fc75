import { expect, it } from 'vitest';
import { randomId } from './random-id.ts';

it('random id - 128 bits in letters that every header takes, never twice', () => {
  const ids = new Set(Array.from({ length: 2000 }, randomId));
  expect(ids.size).toBe(2000);
  for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{22}$/);
});
