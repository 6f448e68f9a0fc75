import { createRequire } from 'node:module';
import { brandKey } from '@stoxgate/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ODD_KEYS } from './contract-bench.ts';
import { memberOf, memberRange, parseMember, StoreKeys } from './keys.ts';

const slotOf = createRequire(createRequire(import.meta.url).resolve('ioredis'))('cluster-key-slot') as (
  key: string,
) => number;

test('redis keys - all keys of a commit are in one slot of a cluster', () => {
  const keys = new StoreKeys('stox');
  const ofCommit = (key: string) => keys.ofCommit(brandKey(key));
  for (const key of ODD_KEYS) expect(new Set(ofCommit(key).map(slotOf)).size).toBe(1);
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(new Set(ofCommit(`call:${text}`).map(slotOf)).size).toBe(1);
    }),
  );
});

test('redis keys - the partitions are spread over the slots', () => {
  const slots = new StoreKeys('stox').partitions.map(({ timers }) => slotOf(timers));
  expect(new Set(slots).size).toBe(32);
});

test('redis keys - a member gives back its name and its key', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (name, text) => {
      const key = brandKey(`call:${text}`);
      expect(parseMember(memberOf(name, key))).toEqual({ name, key });
      expect(memberOf(name, key)).not.toContain('\n');
    }),
  );
});

test('redis keys - the range of a name holds its members and no other', () => {
  const within = (member: string, { from, to }: { from: string; to: string }) =>
    Buffer.compare(Buffer.from(member), Buffer.from(from.slice(1))) >= 0 &&
    Buffer.compare(Buffer.from(member), Buffer.from(to.slice(1))) < 0;
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (name, other, text) => {
      const key = brandKey(`call:${text}`);
      expect(within(memberOf(name, key), memberRange(name))).toBe(true);
      expect(within(memberOf(other, key), memberRange(name))).toBe(other === name);
    }),
  );
});
