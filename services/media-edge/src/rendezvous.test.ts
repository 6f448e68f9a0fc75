import { expect, test } from 'vitest';
import { rendezvous } from './rendezvous.ts';

const relays = ['a', 'b', 'c'].map((name) => ({ name }));
const calls = Array.from({ length: 600 }, (_, at) => `call-${at}`);
const first = (call: string, among = relays) => rendezvous(call, among)[0]?.name;

test('rendezvous - calls are shared about evenly, in any order of the configuration', () => {
  const counts = new Map<string | undefined, number>();
  for (const call of calls) {
    const name = first(call);
    expect(first(call, relays.toReversed())).toBe(name);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  for (const { name } of relays) expect(counts.get(name)).toBeGreaterThan(140);
});

test('rendezvous - without a relay only its calls move', () => {
  const left = relays.filter(({ name }) => name !== 'b');
  const moved = calls.filter((call) => first(call) !== first(call, left));
  expect(moved).toEqual(calls.filter((call) => first(call) === 'b'));
});
