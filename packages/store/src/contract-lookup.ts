/** The store contract: timers and indexes. */
import type { SessionKey } from '@stoxgate/contracts';
import { expect, test } from 'vitest';
import { type Bench, call, clearTimers, commitOf, commitOver, pair, setTimers } from './contract-bench.ts';
import type { DueTimer, SessionStore } from './port.ts';

const T0 = 1_700_000_000_000;
const LEASE_MS = 1000;

const take = async (store: SessionStore, now: number, limit = 99): Promise<string[]> =>
  (await store.takeDueTimers(now, limit, LEASE_MS)).map(short);

const short = ({ key, name, dueAt }: DueTimer): string => `${key} ${name} +${dueAt - T0}`;

export function lookupContract(bench: Bench): void {
  test('timers - handed out when due, oldest first, no more than asked for', async () => {
    const store = await bench.start();
    await store.commit(commitOf(call('a'), setTimers(['ring', T0 + 30], ['idle', T0 + 500])));
    await store.commit(commitOf(call('b'), setTimers(['ring', T0 + 10], ['slow', T0 + 20])));
    await store.commit(commitOf(pair('c'), setTimers(['idle', T0 + 40])));
    expect(await take(store, T0 + 9)).toEqual([]);
    expect(await take(store, T0 + 40, 3)).toEqual(['call:b ring +10', 'call:b slow +20', 'call:a ring +30']);
    expect(await take(store, T0 + 40, 3)).toEqual(['pair:c idle +40']);
    expect(await take(store, T0 + 499)).toEqual([]);
    expect(await take(store, T0 + 500)).toEqual(['call:a idle +500']);
  });

  test('timers - setting a name again moves it, earlier or later', async () => {
    const store = await bench.start();
    await commitOver(store, call('a'), setTimers(['x', T0 + 10], ['y', T0 + 90]));
    await commitOver(store, call('a'), setTimers(['x', T0 + 80], ['y', T0 + 20]));
    expect(await take(store, T0 + 50)).toEqual(['call:a y +20']);
    expect(await take(store, T0 + 80)).toEqual(['call:a x +80']);
  });

  test('timers - a cleared one does not come, an unnamed one stays', async () => {
    const store = await bench.start();
    await commitOver(store, call('a'), setTimers(['x', T0 + 10], ['y', T0 + 20]));
    await commitOver(store, call('b'), setTimers(['x', T0 + 15]));
    await commitOver(store, call('a'), {});
    await commitOver(store, call('a'), clearTimers('x', 'unknown'));
    expect(await take(store, T0 + 50)).toEqual(['call:b x +15', 'call:a y +20']);
  });

  test('timers - cleared and set in one commit is set', async () => {
    const store = await bench.start();
    await commitOver(store, call('a'), setTimers(['x', T0 + 10]));
    await commitOver(store, call('a'), {
      timers: { set: [{ name: 'x', dueAt: T0 + 30 }], clear: ['x'] },
    });
    expect(await take(store, T0 + 20)).toEqual([]);
    expect(await take(store, T0 + 30)).toEqual(['call:a x +30']);
  });

  test('timers - the end of the session is the end of its timers', async () => {
    const store = await bench.start();
    await commitOver(store, call('a'), setTimers(['x', T0 + 10], ['y', T0 + 20]));
    await commitOver(store, call('b'), setTimers(['x', T0 + 30]));
    expect(await take(store, T0 + 10)).toEqual(['call:a x +10']);
    await commitOver(store, call('a'), { record: undefined });
    expect(await take(store, T0 + 9999)).toEqual(['call:b x +30']);
  });

  test('lease - one that nobody cleared comes again after it, with its first due time', async () => {
    const store = await bench.start();
    await commitOver(store, call('a'), setTimers(['x', T0 + 10]));
    expect(await take(store, T0 + 100)).toEqual(['call:a x +10']);
    expect(await store.nextTimerAt()).toBe(T0 + 100 + LEASE_MS);
    expect(await take(store, T0 + 99 + LEASE_MS)).toEqual([]);
    expect(await take(store, T0 + 100 + LEASE_MS)).toEqual(['call:a x +10']);
    await commitOver(store, call('b'), setTimers(['x', T0 + 1500]));
    expect(await take(store, T0 + 9999)).toEqual(['call:a x +10', 'call:b x +1500']);
  });

  test('lease - one cleared meanwhile does not come again, one moved comes at its new time', async () => {
    const store = await bench.start();
    await commitOver(store, call('a'), setTimers(['x', T0 + 10], ['y', T0 + 20]));
    expect(await take(store, T0 + 20)).toEqual(['call:a x +10', 'call:a y +20']);
    await commitOver(store, call('a'), { timers: { clear: ['x'], set: [{ name: 'y', dueAt: T0 + 50 }] } });
    expect(await take(store, T0 + 60)).toEqual(['call:a y +50']);
    await commitOver(store, call('a'), clearTimers('y'));
    expect(await take(store, T0 + 99_999)).toEqual([]);
    expect(await store.nextTimerAt()).toBeUndefined();
  });

  test('lease - two takers never get the same timer', async () => {
    const store = await bench.start();
    const keys = Array.from({ length: 100 }, (_, index) => call(`c${index}`));
    await Promise.all(keys.map((key, index) => store.commit(commitOf(key, setTimers(['x', T0 + index])))));
    const rounds = await Promise.all(Array.from({ length: 20 }, () => take(store, T0 + 1000, 10)));
    const rest: string[][] = [];
    for (let more = await take(store, T0 + 1000, 10); more.length > 0; ) {
      rest.push(more);
      more = await take(store, T0 + 1000, 10);
    }
    const taken = [...rounds, ...rest].flat();
    expect(taken).toHaveLength(100);
    expect(new Set(taken).size).toBe(100);
  });

  test('timers - the next one is known', async () => {
    const store = await bench.start();
    expect(await store.nextTimerAt()).toBeUndefined();
    await commitOver(store, call('a'), setTimers(['x', T0 + 70]));
    await commitOver(store, call('b'), setTimers(['x', T0 + 50]));
    expect(await store.nextTimerAt()).toBe(T0 + 50);
    await commitOver(store, call('b'), clearTimers('x'));
    expect(await store.nextTimerAt()).toBe(T0 + 70);
  });

  test('carries - says of one session whether it has an index, until it ends', async () => {
    const store = await bench.start();
    await store.commit(commitOf(call('a'), { indexes: ['of-x', 'of-y'] }));
    await store.commit(commitOf(call('b'), { indexes: ['of-y'] }));
    const carried = () =>
      Promise.all([call('a'), call('b'), call('c')].map((key) => store.carries(key, 'of-x')));
    expect(await carried()).toEqual([true, false, false]);
    await commitOver(store, call('a'), { indexes: ['of-y'] });
    expect(await carried()).toEqual([false, false, false]);
    await commitOver(store, call('a'), { indexes: ['of-x'] });
    await commitOver(store, call('a'), { record: undefined });
    expect(await carried()).toEqual([false, false, false]);
  });

  test('indexes - a commit replaces those of the last one', async () => {
    const store = await bench.start();
    await commitOver(store, call('a'), { indexes: ['tag:1', 'user:ž'] });
    await commitOver(store, call('b'), { indexes: ['user:ž', 'user:ž'] });
    expect((await store.find('user:ž', 9)).toSorted()).toEqual([call('a'), call('b')]);
    await commitOver(store, call('a'), { indexes: ['tag:2', 'tag:1'] });
    expect(await store.find('user:ž', 9)).toEqual([call('b')]);
    expect(await store.find('tag:1', 9)).toEqual([call('a')]);
    expect(await store.find('tag:2', 9)).toEqual([call('a')]);
    await commitOver(store, call('a'), { indexes: [] });
    expect(await store.find('tag:1', 9)).toEqual([]);
  });

  test('indexes - no more keys than asked for', async () => {
    const store = await bench.start();
    for (let index = 0; index < 50; index++) await commitOver(store, call(`c${index}`), { indexes: ['all'] });
    expect(await store.find('all', 7)).toHaveLength(7);
    expect(await store.find('all', 99)).toHaveLength(50);
  });

  test('indexes - read in pages, each key once, though some leave meanwhile', async () => {
    const store = await bench.start();
    const keys = Array.from({ length: 60 }, (_, index) => call(`c${index}`));
    for (const key of keys) await commitOver(store, key, { indexes: ['all', 'allx'] });
    const found: SessionKey[] = [];
    for (
      let page = await store.find('all', 7);
      page.length > 0;
      page = await store.find('all', 7, found.at(-1))
    ) {
      found.push(...page);
      if (found.length % 2 === 0) await commitOver(store, page.at(-1) ?? call('x'), { indexes: [] });
    }
    expect(found).toHaveLength(60);
    expect(new Set(found)).toEqual(new Set(keys));
    expect(await store.find('none', 7, keys[0])).toEqual([]);
  });

  test('indexes - one name is not found under another', async () => {
    const store = await bench.start();
    const names = ['a', 'ab', '', '"', 'a"', 'a",', 'a\u0000', '\\', 'a\n', '[', 'á', '*'];
    for (const [index, name] of names.entries())
      await commitOver(store, call(`c${index}`), { indexes: [name] });
    for (const [index, name] of names.entries())
      expect(await store.find(name, 99)).toEqual([call(`c${index}`)]);
  });
}
