/**
 * `npm run demo -- --once` as a user runs it: real Prosody, real phone, every step on both wires.
 */
import { fileURLToPath } from 'node:url';
import { startChild } from '@stoxgate/testkit';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

describe('demo', () => {
  test('demo - once: every scene is seen on both wires and nothing stays', async () => {
    const demo = startChild({
      command: 'node',
      args: ['setup/run.mjs', 'demo', '--once', '--no-install'],
      cwd: ROOT,
    });
    const status = await demo.exited(120_000);
    const output = demo.output();
    expect(status, output).toBe(0);
    expect(output.match(/^ {2}seen on both wires/gm)).toHaveLength(6);
    expect(output).not.toContain('FAILED');
  });
});
