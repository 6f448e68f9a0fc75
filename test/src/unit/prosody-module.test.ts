/**
 * The module for Prosody compiles, where there is a compiler for its language; end to end it is in intercept.test.ts.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const MODULE = fileURLToPath(new URL('../../../deploy/prosody/mod_stoxgate.lua', import.meta.url));
const COMPILERS = ['luac5.4', 'luac'] as const;
const compiler = COMPILERS.find((name) => spawnSync(name, ['-v']).error === undefined);

test.skipIf(compiler === undefined)('Prosody module - it compiles', () => {
  const { status, stderr } = spawnSync(compiler ?? '', ['-p', MODULE], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
