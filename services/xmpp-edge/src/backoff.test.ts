import { expect, test } from 'vitest';
import { backoffMs } from './backoff.ts';

const setting = { baseMs: 250, capMs: 30_000 };

test('backoff - a random part of 250 ms doubled per failure, up to 30 s', () => {
  const upper = [0, 1, 2, 6, 7, 50, 5000].map((failures) => backoffMs(failures, setting, 1));
  expect(upper).toEqual([250, 500, 1000, 16_000, 30_000, 30_000, 30_000]);
  expect(backoffMs(3, setting, 0.5)).toBe(1000);
  expect(backoffMs(3, setting, 0)).toBe(0);
});
