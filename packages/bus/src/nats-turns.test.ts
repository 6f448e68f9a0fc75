import { brandKey } from '@stoxgate/contracts';
import { expect, test } from 'vitest';
import { envelope } from './contract-bench.ts';
import type { Item } from './nats-in-hand.ts';
import { type Turns, turnsOf } from './nats-turns.ts';

const item = (id: string, key = 'call:a'): Item => ({
  envelope: { ...envelope(id), key: brandKey(key) },
  of: {} as Item['of'],
  state: 'waiting',
  failures: 0,
  outages: 0,
  retry: undefined,
});

const idOf = (of: Item): string => of.envelope.id;

/** All whose turn it is now. */
function taken(turns: Turns): Item[] {
  const items: Item[] = [];
  for (let next = turns.next(); next !== undefined; next = turns.next()) items.push(next);
  return items;
}

test('NATS turns - with one message at a time, sessions side by side and each of them in order', () => {
  const turns = turnsOf(1);
  const items = [item('a0'), item('b0', 'call:b'), item('a1'), item('a2'), item('b1', 'call:b')];
  for (const each of items) turns.push(each);
  const [a0, b0, ...others] = taken(turns);
  expect([a0, b0].map((each) => each && idOf(each))).toEqual(['a0', 'b0']);
  expect(others).toEqual([]);
  if (a0 === undefined || b0 === undefined) return;
  turns.done(b0);
  expect(taken(turns).map(idOf)).toEqual(['b1']);
  turns.done(a0);
  expect(taken(turns).map(idOf)).toEqual(['a1']);
  expect(taken(turns)).toEqual([]);
});

test('NATS turns - a session that has had its turns begins anew', () => {
  const turns = turnsOf(1);
  for (const id of ['first', 'second']) {
    turns.push(item(id));
    const [only, ...others] = taken(turns);
    expect([only && idOf(only), others]).toEqual([id, []]);
    if (only !== undefined) turns.done(only);
  }
});

test('NATS turns - else as many as there are places, in the order in which they came, of one session too', () => {
  const turns = turnsOf(2);
  for (const id of ['m0', 'm1', 'm2']) turns.push(item(id));
  const items = taken(turns);
  expect(items.map(idOf)).toEqual(['m0', 'm1']);
  for (const each of items) turns.done(each);
  expect(taken(turns).map(idOf)).toEqual(['m2']);
});
