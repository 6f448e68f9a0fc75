/** The store contract: what a commit changes, and when it does not. */
import { expect, test } from 'vitest';
import { type Bench, call, commitOf, commitOver, ODD_KEYS, pair, setTimers } from './contract-bench.ts';
import { RECENT_EVENTS } from './port.ts';

export function commitContract(bench: Bench): void {
  test('load - nothing is stored under an unknown key', async () => {
    const store = await bench.start();
    expect(await store.load(call('a'))).toEqual({
      revision: 0,
      record: undefined,
      recentEventIds: [],
      outbox: [],
    });
  });

  test('commit - a load gives back what was committed', async () => {
    const store = await bench.start();
    const record = { kind: 'call', text: 'ž"\\\n', list: [], empty: {}, nothing: null, half: 0.5, no: false };
    const outbox = [
      { subject: 'stox.cmd.sip.any', envelope: { v: 1, id: '1.call:a', list: [], big: 2 ** 52 } },
    ];
    expect(await store.commit(commitOf(call('a'), { record, outbox }))).toBe('committed');
    expect(await store.load(call('a'))).toEqual({
      revision: 1,
      record,
      recentEventIds: ['event-1'],
      outbox,
    });
    expect((await store.load(call('b'))).revision).toBe(0);
  });

  test('commit - the outbox is that of the newest event, the event ids are newest first', async () => {
    const store = await bench.start();
    await store.commit(commitOf(call('a'), { outbox: [{ subject: 's', envelope: { id: 'old' } }] }));
    const outbox = [{ subject: 's', envelope: { id: 'new' } }];
    await store.commit(commitOf(call('a'), { eventId: 'event "2"\n', expectedRevision: 1, outbox }));
    const loaded = await store.load(call('a'));
    expect(loaded.outbox).toEqual(outbox);
    expect(loaded.recentEventIds).toEqual(['event "2"\n', 'event-1']);
  });

  test('commit - event ids are bounded', async () => {
    const store = await bench.start();
    const ids = Array.from({ length: RECENT_EVENTS + 8 }, (_, index) => `event, ${index}`);
    for (const eventId of ids) await commitOver(store, call('a'), { eventId });
    expect((await store.load(call('a'))).recentEventIds).toEqual(ids.reverse().slice(0, RECENT_EVENTS));
  });

  test('load - what was loaded stays as it is when more is committed', async () => {
    const store = await bench.start();
    await store.commit(commitOf(call('a')));
    const loaded = await store.load(call('a'));
    await store.commit(commitOf(call('a'), { eventId: 'event-2', expectedRevision: 1 }));
    expect(loaded).toMatchObject({ revision: 1, recentEventIds: ['event-1'] });
  });

  test('conflict - another revision than the expected one changes nothing at all', async () => {
    const store = await bench.start();
    const outbox = [{ subject: 's', envelope: { id: 'kept' } }];
    await store.commit(commitOf(call('a'), { outbox, indexes: ['kept'], ...setTimers(['kept', 100]) }));
    const before = await store.load(call('a'));
    for (const expectedRevision of [0, 2, 7]) {
      const late = commitOf(call('a'), {
        eventId: 'late',
        expectedRevision,
        record: undefined,
        indexes: ['late'],
        ...setTimers(['late', 1]),
      });
      expect(await store.commit(late)).toBe('conflict');
    }
    expect(await store.load(call('a'))).toEqual(before);
    expect(await store.find('kept', 9)).toEqual([call('a')]);
    expect(await store.find('late', 9)).toEqual([]);
    expect(await store.takeDueTimers(1000, 9, 1)).toEqual([{ key: call('a'), name: 'kept', dueAt: 100 }]);
    expect(await store.count()).toEqual({ call: 1 });
  });

  test('conflict - of 500 commits on one revision exactly one wins', async () => {
    const store = await bench.start();
    const results = await Promise.all(
      Array.from({ length: 500 }, (_, index) => store.commit(commitOf(call('a'), { eventId: `e${index}` }))),
    );
    expect(results.filter((result) => result === 'committed')).toHaveLength(1);
    expect((await store.load(call('a'))).revision).toBe(1);
  });

  test('conflict - of 500 concurrent steps on one key none is lost', async () => {
    const store = await bench.start();
    const step = (record: unknown) => ({
      record: { sum: ((record as { sum: number }) ?? { sum: 0 }).sum + 1 },
    });
    const worker = async (): Promise<void> => {
      for (let turn = 0; turn < 25; turn++) await commitOver(store, call('a'), step);
    };
    await Promise.all(Array.from({ length: 20 }, worker));
    expect(await store.load(call('a'))).toMatchObject({ revision: 500, record: { sum: 500 } });
  });

  test('end - the record goes, event ids and outbox stay', async () => {
    const store = await bench.start();
    const outbox = [{ subject: 's', envelope: { id: 'bye' } }];
    await store.commit(commitOf(call('a'), { indexes: ['x'], ...setTimers(['ring', 1]) }));
    const end = commitOf(call('a'), {
      eventId: 'end',
      expectedRevision: 1,
      record: undefined,
      outbox,
      indexes: ['y'],
      ...setTimers(['never', 1]),
    });
    expect(await store.commit(end)).toBe('committed');
    expect(await store.load(call('a'))).toEqual({
      revision: 2,
      record: undefined,
      recentEventIds: ['end', 'event-1'],
      outbox,
    });
    expect(await store.find('x', 9)).toEqual([]);
    expect(await store.find('y', 9)).toEqual([]);
    expect(await store.takeDueTimers(1000, 9, 1)).toEqual([]);
    expect(await store.nextTimerAt()).toBeUndefined();
  });

  test('end - an event that needs no session leaves its id and its outbox', async () => {
    const store = await bench.start();
    const outbox = [{ subject: 's', envelope: { id: 'answer' } }];
    await store.commit(commitOf(call('a'), { record: undefined, outbox, indexes: ['x'] }));
    expect(await store.load(call('a'))).toEqual({
      revision: 1,
      record: undefined,
      recentEventIds: ['event-1'],
      outbox,
    });
    expect(await store.find('x', 9)).toEqual([]);
    expect((await store.count()).call ?? 0).toBe(0);
  });

  test('end - what is left is forgotten later', async () => {
    const store = await bench.start(100);
    const now = Date.now();
    await store.commit(commitOf(call('a'), { now, record: undefined }));
    await store.commit(commitOf(call('b'), { now }));
    await bench.elapse(150);
    await store.commit(commitOf(call('c'), { now: now + 150 }));
    expect((await store.load(call('a'))).revision).toBe(0);
    expect((await store.load(call('b'))).revision).toBe(1);
  });

  test('end - a session that begins anew goes on counting and is not forgotten', async () => {
    const store = await bench.start(2000);
    const now = Date.now();
    await store.commit(commitOf(call('a'), { now }));
    await store.commit(commitOf(call('a'), { now, eventId: 'end', expectedRevision: 1, record: undefined }));
    expect(await store.commit(commitOf(call('a'), { now }))).toBe('conflict');
    const anew = commitOf(call('a'), { now, eventId: 'anew', expectedRevision: 2, indexes: ['x'] });
    expect(await store.commit(anew)).toBe('committed');
    await bench.elapse(2100);
    await store.commit(commitOf(call('b'), { now: now + 2100 }));
    expect(await store.load(call('a'))).toMatchObject({
      revision: 3,
      record: { kind: 'call' },
      recentEventIds: ['anew', 'end', 'event-1'],
    });
    expect(await store.find('x', 9)).toEqual([call('a')]);
    expect(await store.count()).toEqual({ call: 2 });
  });

  test('count - live sessions by kind, exactly', async () => {
    const store = await bench.start();
    for (let index = 0; index < 40; index++) await store.commit(commitOf(call(`c${index}`)));
    for (let index = 0; index < 3; index++) await store.commit(commitOf(pair(`p${index}`)));
    await commitOver(store, call('c1'), {});
    for (let index = 0; index < 15; index++)
      await commitOver(store, call(`c${index}`), { record: undefined });
    await commitOver(store, call('c0'), { record: undefined });
    await store.commit(commitOf(call('stray'), { record: undefined }));
    expect(await store.count()).toEqual({ call: 25, pair: 3 });
    for (let index = 0; index < 3; index++) await commitOver(store, pair(`p${index}`), { record: undefined });
    expect(await store.count()).toEqual({ call: 25, pair: 0 });
  });

  test('keys - any text is a key of its own', async () => {
    const store = await bench.start();
    for (const [index, key] of ODD_KEYS.entries()) {
      const parts = { record: { index }, indexes: ['odd'], ...setTimers(['odd "timer"\n', 1]) };
      expect(await store.commit(commitOf(key, parts))).toBe('committed');
    }
    for (const [index, key] of ODD_KEYS.entries()) {
      expect(await store.load(key)).toMatchObject({ revision: 1, record: { index } });
    }
    expect((await store.find('odd', 99)).toSorted()).toEqual(ODD_KEYS.toSorted());
    const due = await store.takeDueTimers(10, 99, 1);
    expect(due.map(({ key }) => key).sort()).toEqual(ODD_KEYS.toSorted());
    expect(new Set(due.map(({ name }) => name))).toEqual(new Set(['odd "timer"\n']));
    for (const key of ODD_KEYS) await commitOver(store, key, { record: undefined });
    expect(await store.find('odd', 99)).toEqual([]);
    expect(await store.nextTimerAt()).toBeUndefined();
  });

  test('close - later calls are refused', async () => {
    const store = await bench.start();
    expect(store.fault()).toBeUndefined();
    await store.close();
    await store.close();
    expect(store.fault()).toBeDefined();
    await expect(store.load(call('a'))).rejects.toHaveProperty('code', 'STOX_STORE_UNAVAILABLE');
    await expect(store.commit(commitOf(call('a')))).rejects.toHaveProperty('code', 'STOX_STORE_UNAVAILABLE');
  });
}
