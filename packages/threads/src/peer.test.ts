import { MessageChannel } from 'node:worker_threads';
import { StoxgateError } from '@stoxgate/contracts';
import { afterEach, expect, test, vi } from 'vitest';
import { type Patience, Peer, type Procedures } from './peer.ts';

const PATIENCE: Patience = { timeoutMs: 5000, code: 'STOX_STORE_UNAVAILABLE' };

type Echo = { echo: (value: unknown) => Promise<unknown> };

const peers: Peer<Procedures>[] = [];
afterEach(() => {
  for (const peer of peers.splice(0)) peer.close();
  vi.useRealTimers();
});

function pair(own: Procedures): { caller: Peer<Echo>; served: Peer<Procedures> } {
  const { port1, port2 } = new MessageChannel();
  const caller = new Peer<Echo>(port1, {});
  const served = new Peer<Procedures>(port2, own);
  peers.push(caller, served);
  return { caller, served };
}

test('peer - what is called answers with its value, copied', async () => {
  const { caller } = pair({ echo: async (value: unknown) => value });
  const value = { text: 'ä', bytes: new Uint8Array([1, 2]), none: undefined };
  const answer = await caller.call('echo', [value], PATIENCE);
  expect(answer).toStrictEqual(value);
  expect(answer).not.toBe(value);
});

test('peer - an error of the catalogue comes back as what it was', async () => {
  const thrown = new StoxgateError('STOX_BUS_UNAVAILABLE', 'Full.');
  const { caller } = pair({ echo: () => Promise.reject(thrown) });
  const caught: unknown = await caller.call('echo', [1], PATIENCE).catch((cause: unknown) => cause);
  expect(caught).toBeInstanceOf(StoxgateError);
  expect(caught).toMatchObject({ code: thrown.code, detail: thrown.detail, message: thrown.message });
});

test('peer - a system error keeps its code and port, a range error its class', async () => {
  const taken = Object.assign(new Error('in use'), { code: 'EADDRINUSE', port: 5600 });
  const { caller } = pair({
    echo: (which: unknown) => Promise.reject(which === 1 ? taken : new RangeError('far')),
  });
  await expect(caller.call('echo', [1], PATIENCE)).rejects.toMatchObject({
    message: 'in use',
    code: 'EADDRINUSE',
    port: 5600,
  });
  await expect(caller.call('echo', [2], PATIENCE)).rejects.toThrow(RangeError);
});

test('peer - calls of one turn arrive in order, and a slow one holds no other up', async () => {
  const seen: unknown[] = [];
  const { caller } = pair({
    echo: async (value: unknown) => {
      seen.push(value);
      if (value === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      return value;
    },
  });
  const answered: unknown[] = [];
  await Promise.all(
    [0, 1, 2].map(async (value) => {
      answered.push(await caller.call('echo', [value], PATIENCE));
    }),
  );
  expect(seen).toEqual([0, 1, 2]);
  expect(answered).toEqual([1, 2, 0]);
});

test('peer - an answer that nobody hurries for crosses with what is said next, else a little later', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const { port1, port2 } = new MessageChannel();
  let crossed = 0;
  let asked = 0;
  port1.on('message', () => crossed++);
  const caller = new Peer<Echo>(port1, { echo: async () => undefined });
  const served = new Peer<Echo>(port2, { echo: async () => void asked++ });
  peers.push(caller, served);
  let answered = 0;
  const ask = async (): Promise<void> => {
    await caller.call('echo', [1], { ...PATIENCE, isUnhurried: true });
    answered++;
  };
  const first = ask();
  while (asked < 1) await turn();
  for (let turns = 0; turns < 5; turns++) await turn();
  expect([answered, crossed]).toEqual([0, 0]);
  await served.call('echo', [2], PATIENCE);
  await first;
  expect([answered, crossed]).toEqual([1, 1]);
  const second = ask();
  while (asked < 2) await turn();
  vi.advanceTimersByTime(4);
  await second;
  expect([answered, crossed]).toEqual([2, 2]);
});

test('peer - many answers are company for each other', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const { caller } = pair({ echo: async () => undefined });
  const calls = Array.from({ length: 64 }, () =>
    caller.call('echo', [1], { ...PATIENCE, isUnhurried: true }),
  );
  expect(await Promise.all(calls)).toHaveLength(64);
});

test('peer - a name that nobody serves is an error of the caller alone', async () => {
  const { caller } = pair({});
  await expect(caller.call('echo', [1], PATIENCE)).rejects.toThrow('No procedure echo.');
});

test('peer - an answer that does not come is given up at the deadline', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] });
  const { caller } = pair({ echo: () => new Promise(() => {}) });
  const answer = caller.call('echo', [1], PATIENCE).catch((cause: unknown) => cause);
  vi.advanceTimersByTime(5600);
  expect(await answer).toMatchObject({
    code: 'STOX_STORE_UNAVAILABLE',
    detail: 'Another thread of this process does not answer.',
  });
});

test('peer - when the other end goes, what waits for it fails, and what comes later at once', async () => {
  const { caller, served } = pair({ echo: () => new Promise(() => {}) });
  const waiting = caller.call('echo', [1], PATIENCE).catch((cause: unknown) => cause);
  await new Promise((resolve) => setImmediate(resolve));
  served.close();
  expect(await waiting).toMatchObject({ detail: 'Another thread of this process has ended.' });
  await expect(caller.call('echo', [2], PATIENCE)).rejects.toThrow('has ended');
});
