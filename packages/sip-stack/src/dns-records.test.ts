import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DnsRecords } from './dns-records.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const asking = (answer: (name: string) => Promise<readonly string[]>) => {
  const addresses = vi.fn(answer);
  return { addresses, records: new DnsRecords({ addresses }) };
};

test('dns - a name is asked for once a while, whatever its case', async () => {
  const { addresses, records } = asking(() => Promise.resolve(['::ffff:192.0.2.1', '2001:db8::1']));
  const both = await Promise.all([records.addresses('Host.test'), records.addresses('host.TEST.')]);
  expect(both).toEqual([
    ['192.0.2.1', '2001:db8::1'],
    ['192.0.2.1', '2001:db8::1'],
  ]);
  await vi.advanceTimersByTimeAsync(29_000);
  await records.addresses('host.test');
  expect(addresses).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(60_000);
  await records.addresses('host.test');
  expect(addresses).toHaveBeenCalledTimes(2);
});

test('dns - a name that is not there is soon asked for again, but not at once', async () => {
  const { addresses, records } = asking(() => Promise.reject(new Error('ENOTFOUND')));
  expect(await records.addresses('gone.test')).toEqual([]);
  expect(await records.addresses('gone.test')).toEqual([]);
  expect(addresses).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(10_001);
  await records.addresses('gone.test');
  expect(addresses).toHaveBeenCalledTimes(2);
});

test('dns - a silent resolver counts as none after 5 s', async () => {
  const { records } = asking(() => new Promise(() => undefined));
  const found = records.addresses('slow.test');
  await vi.advanceTimersByTimeAsync(5000);
  expect(await found).toEqual([]);
});

test('dns - names kept are bounded', async () => {
  const { addresses, records } = asking((name) => Promise.resolve([name]));
  for (let i = 0; i < 2500; i++) await records.addresses(`h${i}.test`);
  await records.addresses('h2499.test');
  expect(addresses).toHaveBeenCalledTimes(2500);
  await records.addresses('h0.test');
  expect(addresses).toHaveBeenCalledTimes(2501);
});
