import { expect, test } from 'vitest';
import { bodyOf, MOST_ENVELOPES, type Pending, takeBatch } from './nats-batch.ts';

const MAX_PAYLOAD = 1024 * 1024;

const pending = (id: string, characters = 2): Pending => ({
  id,
  trace: undefined,
  body: '1'.repeat(characters),
  deadline: 0,
  resolve: () => {},
  reject: () => {},
});

const idsOf = (batch: readonly Pending[]): string[] => batch.map(({ id }) => id);

test('NATS batch - takes from the front, up to its number, and leaves the rest', () => {
  const waiting = Array.from({ length: MOST_ENVELOPES + 2 }, (_, index) => pending(`${index}`));
  expect(takeBatch(waiting, MOST_ENVELOPES, MAX_PAYLOAD)).toHaveLength(MOST_ENVELOPES);
  expect(idsOf(waiting)).toEqual([`${MOST_ENVELOPES}`, `${MOST_ENVELOPES + 1}`]);
  expect(idsOf(takeBatch(waiting, 1, MAX_PAYLOAD))).toEqual([`${MOST_ENVELOPES}`]);
});

test('NATS batch - ends before what would make it too large; what is too large goes alone', () => {
  const waiting = [pending('a', 30_000), pending('b', 30_000), pending('c', 30_000), pending('d', 200_000)];
  const batches = [1, 2, 3].map(() => idsOf(takeBatch(waiting, MOST_ENVELOPES, MAX_PAYLOAD)));
  expect(batches).toEqual([['a', 'b'], ['c'], ['d']]);
});

test('NATS batch - in bytes it stays below what a server takes that takes little', () => {
  const waiting = Array.from({ length: 10 }, (_, index) => pending(`${index}`, 400));
  expect(takeBatch(waiting, MOST_ENVELOPES, 4096)).toHaveLength(2);
});

test('NATS batch - one is itself, several are an array', () => {
  expect(bodyOf([pending('a')])).toBe('11');
  expect(bodyOf([pending('a'), pending('b', 1)])).toBe('[11,1]');
});
