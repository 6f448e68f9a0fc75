import { expect, test } from 'vitest';
import { withoutReentry, withReentry } from './reentries.ts';
import type { UserSession } from './user-session.ts';

const nobody: UserSession = { kind: 'user', resources: [], seenAt: 0, waiting: [], settleAt: 0 };
const limits = { reentryLimit: 2, ringTimeoutMs: 100_000 };

test('reentries - so many at a time, and room again when one ends or is forgotten', () => {
  const one = withReentry(nobody, 'call:1', 0, limits) ?? nobody;
  const two = withReentry(one, 'call:2', 0, limits) ?? nobody;
  expect(withReentry(two, 'call:3', 0, limits)).toBeUndefined();
  expect(withReentry(two, 'call:2', 0, limits)?.reentries).toHaveLength(2);
  expect(withReentry(withoutReentry(two, 'call:1'), 'call:3', 0, limits)?.reentries).toHaveLength(2);
  expect(withReentry(two, 'call:3', 159_999, limits)).toBeUndefined();
  expect(withReentry(two, 'call:3', 160_000, limits)?.reentries).toHaveLength(1);
  expect(withoutReentry(one, 'call:1')).toEqual(nobody);
});
