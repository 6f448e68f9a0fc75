import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { policyWhile } from '../../../../setup/debian.mjs';

const statusOf = (script: string): number | null => spawnSync('sh', ['-c', script, 'policy-rc.d']).status;

test('setup - no package starts its service while the installing process lives', () => {
  expect(statusOf(policyWhile(process.pid))).toBe(101);
});

test('setup - a policy left by a killed installation forbids nothing', () => {
  const gone = spawnSync('true').pid;
  expect(statusOf(policyWhile(gone))).toBe(0);
});
