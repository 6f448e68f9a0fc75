import { expect, test } from 'vitest';
import { NatsWrites } from './nats-writes.ts';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('NATS writes - all of one turn of the event loop go together, in order', async () => {
  const writes = new NatsWrites();
  const written: string[] = [];
  const add = (name: string): void => writes.add(() => written.push(name));
  add('one');
  await Promise.resolve();
  add('two');
  expect(written).toEqual([]);
  await turn();
  expect(written).toEqual(['one', 'two']);
  add('three');
  await turn();
  expect(written).toEqual(['one', 'two', 'three']);
});

test('NATS writes - a flush writes at once, and each once', async () => {
  const writes = new NatsWrites();
  const written: string[] = [];
  writes.add(() => written.push('one'));
  writes.flush();
  expect(written).toEqual(['one']);
  writes.add(() => written.push('two'));
  await turn();
  expect(written).toEqual(['one', 'two']);
});
