import { expect, test } from 'vitest';
import { CallQueues } from './call-queues.ts';

test('call queues - one call in order, another meanwhile; a failure holds up nothing', async () => {
  const queues = new CallQueues();
  const seen: string[] = [];
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const first = queues.run('a', async () => {
    await held;
    seen.push('a1');
    throw new Error('failed');
  });
  const second = queues.run('a', async () => void seen.push('a2'));
  await queues.run('b', async () => void seen.push('b1'));
  expect(seen).toEqual(['b1']);
  expect(queues.size).toBe(1);
  release();
  await expect(first).rejects.toThrow('failed');
  await second;
  expect(seen).toEqual(['b1', 'a1', 'a2']);
  expect(queues.size).toBe(0);
});
