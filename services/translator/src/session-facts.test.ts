import { expect, test } from 'vitest';
import type { CallSession } from './session.ts';
import { endsIn, indexesOf, isOver } from './session-facts.ts';

/** Only what the facts look at. */
const leg = (user: string, label?: string) => ({
  user,
  ...(label === undefined ? {} : { end: { label } }),
});
const call = (legs: { out?: object; in?: object }): CallSession => ({ kind: 'call', ...legs }) as CallSession;

test('session facts - a live call is found as such and by each of its users', () => {
  const hairpin = call({ out: leg('Juliet@example.org/balcony'), in: leg('romeo@example.org') });
  expect(indexesOf(hairpin)).toEqual(['live', 'user:juliet@example.org', 'user:romeo@example.org']);
  expect(isOver(hairpin)).toBe(false);
});

test('session facts - a leg that has ended is found no more', () => {
  const half = call({ out: leg('juliet@example.org', 'success'), in: leg('romeo@example.org') });
  expect(indexesOf(half)).toEqual(['live', 'user:romeo@example.org']);
  const over = call({ out: leg('juliet@example.org', 'success') });
  expect(indexesOf(over)).toEqual([]);
  expect(isOver(over)).toBe(true);
});

test('session facts - an end is told once, in the step that brought it', () => {
  const live = call({ out: leg('juliet@example.org') });
  const over = call({ out: leg('juliet@example.org', 'busy') });
  expect(endsIn(live, over)).toEqual(['busy']);
  expect(endsIn(over, over)).toEqual([]);
  expect(endsIn(undefined, live)).toEqual([]);
});
