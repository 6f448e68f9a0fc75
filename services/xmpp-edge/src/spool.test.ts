import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Spool } from './spool.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A link that records, and confirms only when told. */
class FakeLink {
  canWrite = true;
  readonly written: string[] = [];
  pings = 0;
  #flushes: (() => void)[] = [];

  write(text: string, flushed: () => void): void {
    this.written.push(text);
    this.#flushes.push(flushed);
  }
  ping(): number {
    return ++this.pings;
  }
  /** The kernel takes what was written. */
  flush(): void {
    for (const flushed of this.#flushes.splice(0)) flushed();
  }
}

function world(maxStanzas = 1000) {
  const link = new FakeLink();
  const poison: string[] = [];
  const settled: string[] = [];
  const spool = new Spool({
    link,
    maxStanzas,
    confirmDelayMs: 100,
    onPoison: (id) => poison.push(id),
    onWritten: () => {},
  });
  const add = (...ids: string[]) => {
    for (const id of ids) spool.add(id, `<${id}/>`, 'message', () => settled.push(id));
  };
  const turn = (ms = 0) => vi.advanceTimersByTimeAsync(ms);
  return { link, spool, poison, settled, add, turn };
}

describe('spool', () => {
  test('spool - what is added together is written together and settled when the server has processed it', async () => {
    const { link, spool, settled, add, turn } = world();
    spool.online();
    add('a', 'b');
    await turn();
    expect(link.written).toEqual(['<a/><b/>']);
    link.flush();
    await turn(100);
    expect(settled).toEqual([]);
    spool.pong(1);
    expect(settled).toEqual(['a', 'b']);
    expect(spool.size).toBe(0);
  });

  test('spool - one ping per batch confirms what was written before it, no more', async () => {
    const { link, spool, add, turn } = world();
    spool.online();
    add('a', 'b');
    await turn(99);
    expect(link.pings).toBe(0);
    await turn(1);
    expect(link.pings).toBe(1);
    add('c');
    await turn(200);
    expect(link.pings).toBe(1);
    spool.pong(1);
    expect(spool.size).toBe(1);
    await turn(100);
    expect(link.pings).toBe(2);
    spool.pong(1);
    expect(spool.size).toBe(1);
    spool.pong(2);
    expect(spool.size).toBe(0);
  });

  test('spool - many unconfirmed stanzas are asked for at once', async () => {
    const { link, spool, add, turn } = world();
    spool.online();
    add(...Array.from({ length: 128 }, (_, i) => `s${i}`));
    await turn();
    expect(link.pings).toBe(1);
  });

  test('spool - while away it keeps, and once back it writes in order', async () => {
    const { link, spool, add, turn } = world();
    add('a', 'b');
    await turn(1000);
    expect(link.written).toEqual([]);
    spool.online();
    await turn();
    expect(link.written).toEqual(['<a/><b/>']);
  });

  test('spool - after a cut the unconfirmed go again before the rest, the confirmed do not', async () => {
    const { link, spool, settled, add, turn } = world();
    spool.online();
    add('a');
    await turn(100);
    spool.pong(1);
    add('b', 'c');
    await turn();
    link.flush();
    spool.offline(false);
    add('d');
    spool.online();
    await turn();
    link.flush();
    expect(link.written).toEqual(['<a/>', '<b/><c/>', '<b/><c/><d/>']);
    spool.pong(2);
    await turn(100);
    expect(settled).toEqual(['a']);
    spool.pong(link.pings);
    expect(settled).toEqual(['a', 'b', 'c', 'd']);
    expect(spool.size).toBe(0);
  });

  test('spool - a command delivered twice is sent once, whatever became of the first', async () => {
    const { link, spool, settled, add, turn } = world();
    add('a', 'a');
    spool.online();
    await turn();
    add('a');
    expect(settled).toEqual([]);
    await turn(100);
    spool.pong(1);
    expect(settled).toEqual(['a']);
    add('a');
    expect(settled).toEqual(['a', 'a']);
    await turn(100);
    expect(link.written).toEqual(['<a/>']);
  });

  test('spool - what the bus still has can be withdrawn, the rest stays', async () => {
    const { link, spool, add, turn } = world();
    spool.online();
    add('a');
    await turn();
    link.flush();
    spool.offline(false);
    add('b');
    spool.add('answer', '<answer/>', 'iq');
    spool.withdraw();
    expect(spool.size).toBe(1);
    add('b', 'a');
    spool.online();
    await turn();
    expect(link.written).toEqual(['<a/>', '<answer/><b/><a/>']);
  });

  test('spool - writing pauses at the limit of unconfirmed stanzas and at a full socket', async () => {
    const { link, spool, add, turn } = world(2);
    spool.online();
    add('a', 'b', 'c');
    expect(spool.hasRoom).toBe(false);
    await turn(100);
    expect(link.written).toEqual(['<a/><b/>']);
    link.canWrite = false;
    spool.pong(1);
    await turn();
    expect(link.written).toHaveLength(1);
    expect(spool.hasRoom).toBe(true);
    link.canWrite = true;
    spool.writable();
    await turn();
    expect(link.written).toEqual(['<a/><b/>', '<c/>']);
  });

  test('spool - a stanza over which the server ends the stream is found out and given up, no other', async () => {
    const { link, spool, poison, settled, add, turn } = world();
    spool.online();
    add('a', 'bad', 'c');
    await turn();
    spool.offline(true);
    spool.online();
    await turn();
    expect(link.written.at(-1)).toBe('<a/>');
    spool.pong(link.pings);
    await turn();
    expect(link.written.at(-1)).toBe('<bad/>');
    spool.offline(true);
    expect(poison).toEqual(['bad']);
    expect(settled).toEqual(['a', 'bad']);
    spool.online();
    await turn();
    spool.pong(link.pings);
    expect(link.written.at(-1)).toBe('<c/>');
    expect(spool.size).toBe(0);
    add('d', 'e');
    await turn();
    expect(link.written.at(-1)).toBe('<d/><e/>');
  });

  test('spool - waiting for it to be empty ends when it is, or in time', async () => {
    const { link, spool, add, turn } = world();
    const ends: string[] = [];
    spool.whenEmpty(1000).then(
      () => ends.push('was empty'),
      () => {},
    );
    add('a');
    spool.whenEmpty(300).then(
      () => ends.push('gave up'),
      () => {},
    );
    spool.whenEmpty(1000).then(
      () => ends.push('confirmed'),
      () => {},
    );
    await turn(400);
    expect(ends).toEqual(['was empty', 'gave up']);
    spool.online();
    await turn(100);
    link.flush();
    spool.pong(1);
    await turn();
    expect(ends).toEqual(['was empty', 'gave up', 'confirmed']);
  });
});
