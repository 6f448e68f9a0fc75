import { createLog } from '@stoxgate/runtime';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { PhoneRow, PhoneTable } from './phone-table.ts';
import { TablePoller } from './table-poller.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const row = (id: number, uri: string, state: string): PhoneRow => ({ id: String(id), uri, state });

/** A table in memory whose connections can be cut. */
function world(rows: PhoneRow[]) {
  const told: string[] = [];
  const ids: string[] = [];
  const lines: string[] = [];
  const counts: string[] = [];
  const state = { isAway: false, isBusDown: false, isLockedByOther: false, opened: 0, closed: 0 };
  const check = (): void => {
    if (state.isAway) throw new Error('connection refused');
  };
  const open = async (): Promise<PhoneTable> => {
    check();
    state.opened++;
    return {
      lock: async () => !state.isLockedByOther,
      rows: async (limit) => {
        check();
        return rows.slice(0, limit);
      },
      delete: async (gone) => {
        check();
        rows.splice(0, rows.length, ...rows.filter(({ id }) => !gone.includes(id)));
      },
      close: async () => void state.closed++,
    };
  };
  const poller = new TablePoller({
    url: 'postgres://u:hidden@h/d',
    table: 'phone_state',
    everyMs: 1000,
    open,
    report: async (phone, report, id) => {
      if (state.isBusDown) throw new Error('bus is away');
      told.push(`${phone} ${report}`);
      ids.push(id);
    },
    counted: (result) => counts.push(result),
    log: createLog({
      level: 'info',
      role: 'x',
      edgeId: 'x',
      destination: { write: (line) => void lines.push(line) },
    }),
  });
  return { poller, rows, told, ids, lines, counts, state };
}

const look = async (): Promise<void> => void (await vi.advanceTimersByTimeAsync(1000));

test('phone table - rows are told each second, oldest first, and deleted', async () => {
  const { poller, rows, told, counts } = world([
    row(1, '1001@@sip.test', 'online'),
    row(2, '1002@sip.test', 'online'),
  ]);
  poller.start();
  await vi.advanceTimersByTimeAsync(0);
  expect(told).toEqual(['sip:1001@sip.test online', 'sip:1002@sip.test online']);
  expect(rows).toEqual([]);
  rows.push(row(3, '1001@sip.test', ' OnThePhone '), row(4, '1001@sip.test', 'offline'));
  await look();
  expect(told.slice(2)).toEqual(['sip:1001@sip.test onthephone', 'sip:1001@sip.test offline']);
  expect(counts).toEqual(['told', 'told', 'told', 'told']);
  await poller.stop();
  rows.push(row(5, '1001@sip.test', 'online'));
  await look();
  expect(rows).toHaveLength(1);
});

test('phone table - more rows than a look takes are taken in one go', async () => {
  const { poller, rows, told } = world(
    Array.from({ length: 450 }, (_, at) => row(at, '1001@sip.test', 'still-online')),
  );
  poller.start();
  await vi.advanceTimersByTimeAsync(0);
  expect([rows.length, told.length]).toEqual([0, 450]);
  await poller.stop();
});

test('phone table - a row that makes no sense is said, counted and left out, and holds up nothing', async () => {
  const { poller, rows, told, lines, counts } = world([
    row(1, 'nonsense', 'online'),
    row(2, '1001@sip.test', 'ringing'),
    row(3, '1001@sip.test', 'online'),
  ]);
  poller.start();
  await vi.advanceTimersByTimeAsync(0);
  expect(told).toEqual(['sip:1001@sip.test online']);
  expect(rows).toEqual([]);
  expect(counts).toEqual(['unreadable', 'unreadable', 'told']);
  expect(lines.map((line) => JSON.parse(line).id)).toEqual(['1', '2']);
  await poller.stop();
});

test('phone table - what the bus does not take stays, and is told again in its order, under the same id', async () => {
  const { poller, rows, told, ids, state } = world([row(1, '1001@sip.test', 'online')]);
  state.isBusDown = true;
  poller.start();
  await vi.advanceTimersByTimeAsync(0);
  expect(rows).toHaveLength(1);
  rows.push(row(2, '1001@sip.test', 'offline'));
  state.isBusDown = false;
  await look();
  expect(told).toEqual(['sip:1001@sip.test online', 'sip:1001@sip.test offline']);
  rows.push(row(1, '1001@sip.test', 'online'), row(1, '1001@sip.test', 'offline'));
  await look();
  expect(ids[2]).toBe(ids[0]);
  expect(new Set(ids).size).toBe(3);
  await poller.stop();
});

test('phone table - a database that is away is said once, and asked again each second', async () => {
  const { poller, rows, told, lines, state } = world([row(1, '1001@sip.test', 'online')]);
  state.isAway = true;
  poller.start();
  for (let at = 0; at < 3; at++) await look();
  expect(poller.fault).toBe('cannot be read');
  expect(lines).toHaveLength(1);
  state.isAway = false;
  await look();
  expect(told).toHaveLength(1);
  state.isAway = true;
  rows.push(row(2, '1001@sip.test', 'offline'));
  await look();
  state.isAway = false;
  await look();
  expect(told).toHaveLength(2);
  expect([state.opened, state.closed]).toEqual([2, 1]);
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual([
    'the table of phones cannot be read',
    'the table of phones is read again',
    'the table of phones cannot be read',
    'the table of phones is read again',
  ]);
  expect(lines.join('')).not.toContain('hidden');
  expect(poller.fault).toBeUndefined();
  await poller.stop();
});

test('phone table - while another process takes the rows, this one waits for its turn', async () => {
  const { poller, rows, told, state } = world([row(1, '1001@sip.test', 'online')]);
  state.isLockedByOther = true;
  poller.start();
  await look();
  expect([rows.length, told.length]).toEqual([1, 0]);
  state.isLockedByOther = false;
  await look();
  expect([rows.length, told.length]).toEqual([0, 1]);
  await poller.stop();
});
