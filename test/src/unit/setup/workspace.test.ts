import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isNewer, isNodeNewEnough } from '../../../../setup/workspace.mjs';

test.each([
  ['18.20.4', false],
  ['20.18.3', false],
  ['20.19.0', true],
  ['22.1.0', true],
])('setup - Node %s: %s', (version, expected) => {
  expect(isNodeNewEnough(version)).toBe(expected);
});

describe('files', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'stoxgate-test-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  test('setup - dependencies are out of date when the lock file is newer or nothing is installed', async () => {
    const [lock, installed] = [join(directory, 'lock'), join(directory, 'installed')];
    await writeFile(lock, '');
    expect(isNewer(lock, installed)).toBe(true);
    await writeFile(installed, '');
    await utimes(lock, 1000, 1000);
    await utimes(installed, 1001, 1001);
    expect(isNewer(lock, installed)).toBe(false);
    await utimes(lock, 1002, 1002);
    expect(isNewer(lock, installed)).toBe(true);
  });
});
