import { expect, test } from 'vitest';
import { call, commitOf } from './contract-bench.ts';
import { RECENT_EVENTS, type StoredSession } from './port.ts';
import { RecentSessions } from './recent-sessions.ts';

const A = call('a');
const stored = (revision: number): StoredSession => ({
  revision,
  record: { revision },
  recentEventIds: Array.from({ length: RECENT_EVENTS }, (_, index) => `event-${revision - index}`),
  outbox: [],
});

test('recent sessions - what is recalled is what a load would give after the commit', () => {
  const recent = new RecentSessions();
  expect(recent.recall(A)).toBeUndefined();
  recent.loaded(A, stored(40));
  expect(recent.recall(A)).toEqual(stored(40));
  expect(recent.newestEventAt(A, 40)).toBe('event-40');
  recent.committed(commitOf(A, { expectedRevision: 40, eventId: 'event-41', record: { revision: 41 } }));
  expect(recent.recall(A)).toEqual(stored(41));
  expect(recent.newestEventAt(A, 40)).toBeUndefined();
});

test('recent sessions - a commit over what was never seen leaves nothing to recall', () => {
  const recent = new RecentSessions();
  recent.committed(commitOf(A));
  expect(recent.recall(A)).toBeUndefined();
  recent.loaded(A, stored(1));
  recent.committed(commitOf(A, { expectedRevision: 7 }));
  expect(recent.recall(A)).toBeUndefined();
});

test('recent sessions - after a conflict nothing is recalled until eight loads in a row have shown nothing new', () => {
  const recent = new RecentSessions();
  const other = call('other');
  recent.loaded(A, stored(1));
  recent.loaded(other, stored(1));
  recent.conflicted(A);
  for (let load = 0; load < 7; load++) recent.loaded(other, stored(1));
  expect(recent.recall(other)).toBeUndefined();
  recent.loaded(other, stored(2));
  for (let load = 0; load < 7; load++) recent.loaded(other, stored(2));
  expect(recent.recall(other)).toBeUndefined();
  recent.loaded(other, stored(2));
  expect(recent.recall(other)).toEqual(stored(2));
  expect(recent.recall(A)).toBeUndefined();
});

test('recent sessions - their number is bounded, the last ones stay', () => {
  const recent = new RecentSessions();
  for (let index = 0; index < 10_000; index++) recent.loaded(call(`${index}`), stored(1));
  const kept = Array.from({ length: 10_000 }, (_, index) => index).filter(
    (index) => recent.recall(call(`${index}`)) !== undefined,
  );
  expect(kept.length).toBeLessThanOrEqual(4000);
  expect(kept.slice(-2000)[0]).toBe(8000);
});
