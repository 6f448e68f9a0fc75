import type { Logger } from '@stoxgate/runtime';
import { expect, test } from 'vitest';
import { StrangerLog } from './stranger-log.ts';

test('stranger log - once a minute for each domain', () => {
  let now = 0;
  const lines: string[] = [];
  const warn = ({ domain }: { domain: string }) => lines.push(`${now / 1000} ${domain}`);
  const log = new StrangerLog({ warn } as unknown as Logger, () => now);
  for (now = 0; now <= 61_000; now += 1000) {
    log.note('eve@evil.example/x');
    if (now < 2000) log.note('other.example');
  }
  expect(lines).toEqual(['0 evil.example', '0 other.example', '60 evil.example']);
});
