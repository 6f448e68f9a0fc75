import { brandBareJid, contactsIndex, type Event, keyOfUser, type SessionKey } from '@stoxgate/contracts';
import type { Logger } from '@stoxgate/runtime';
import { createMemoryStore } from '@stoxgate/store';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Announcer } from './announcer.ts';

const DOMAIN = 'sip.example.org';
const log = { info: () => {}, warn: () => {}, error: () => {} } as unknown as Logger;

async function storeOf(users: number) {
  const store = createMemoryStore();
  for (let user = 0; user < users; user++) {
    await store.commit({
      key: keyOfUser(brandBareJid(`u${user}@example.org`)),
      eventId: `e${user}`,
      expectedRevision: 0,
      record: {},
      outbox: [],
      timers: { set: [], clear: [] },
      indexes: [contactsIndex(user === 0 ? 'other.example' : DOMAIN)],
      now: 0,
    });
  }
  return store;
}

function announcerOf(
  store: Pick<Awaited<ReturnType<typeof storeOf>>, 'find'>,
  publish: (key: SessionKey, event: Event) => Promise<boolean>,
): Announcer {
  return new Announcer({ domain: DOMAIN, normalDomain: DOMAIN, store, publish, log, pauseMs: 250 });
}

describe('announcer', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('announcer - every user who sees a contact there has one event, a page at a time', async () => {
    const told: SessionKey[] = [];
    const announcer = announcerOf(await storeOf(121), async (key, event) => {
      expect(event).toEqual({ type: 'xmpp.link.opened', domain: DOMAIN });
      told.push(key);
      return true;
    });
    announcer.online();
    await vi.advanceTimersByTimeAsync(0);
    expect(told).toHaveLength(50);
    await vi.advanceTimersByTimeAsync(250);
    expect(told).toHaveLength(100);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(told).toHaveLength(120);
    expect(new Set(told).size).toBe(120);
    expect(told).not.toContain('user:u0@example.org');
  });

  test('announcer - a link that closes ends the walk; the next begins anew', async () => {
    let told = 0;
    const announcer = announcerOf(await storeOf(121), async () => {
      told++;
      return true;
    });
    announcer.online();
    await vi.advanceTimersByTimeAsync(0);
    announcer.offline();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(told).toBe(50);
    announcer.online();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(told).toBe(170);
  });

  test('announcer - what store or bus do not take is tried again', async () => {
    const store = await storeOf(3);
    let failures = 2;
    const told: SessionKey[] = [];
    const find: typeof store.find = (...given) =>
      failures-- > 0 ? Promise.reject(new Error('away')) : store.find(...given);
    let refusals = 2;
    const announcer = announcerOf({ find }, async (key) => {
      if (refusals-- > 0) return false;
      told.push(key);
      return true;
    });
    announcer.online();
    await vi.advanceTimersByTimeAsync(900);
    expect(told).toEqual([]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(told).toEqual(['user:u1@example.org', 'user:u2@example.org']);
  });
});
