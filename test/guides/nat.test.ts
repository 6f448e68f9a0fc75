/** docs/guides/nat.md, by another run of the tests in networks of its own: what is outside is there the process itself. */
import { fileURLToPath } from 'node:url';
import { startChild } from '@stoxgate/testkit';
import { expect, test } from 'vitest';

const TOP = fileURLToPath(new URL('../../', import.meta.url));
const VITEST = [
  'node_modules/vitest/vitest.mjs',
  'run',
  '--project',
  'guides',
  'test/guides/outside/nat.test.ts',
];

test('nat guide - in networks of its own, all of it passes', async () => {
  const child = startChild({
    command: 'unshare',
    args: ['-n', process.execPath, ...VITEST],
    cwd: TOP,
    env: { STOXGATE_TEST_NETWORK: 'outside' },
  });
  const code = await child.exited(150_000);
  expect(code, child.output()).toBe(0);
  expect(child.output()).toContain('2 passed');
});
