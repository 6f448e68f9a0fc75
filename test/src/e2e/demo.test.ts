/**
 * `npm run demo -- --once` as a user runs it: real Prosody, real phone, real browser, every step on both wires.
 */
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBinary, startChild } from '@stoxgate/testkit';
import { afterAll, describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** A machine without Chromium and rtpengine: all that the demo needs else is on this PATH. */
const bare = mkdtempSync(join(tmpdir(), 'stoxgate-bare-'));
afterAll(() => rmSync(bare, { recursive: true }));
for (const program of ['node', 'env', 'setpriv', 'prosody', 'lua5.4', 'baresip']) {
  const binary = findBinary(program);
  if (binary !== undefined) symlinkSync(binary, join(bare, program));
}

async function outputOfDemo(env: Readonly<Record<string, string>> = {}): Promise<string> {
  const args = ['setup/run.mjs', 'demo', '--once', '--no-install'];
  const demo = startChild({ command: 'node', args, cwd: ROOT, env });
  const status = await demo.exited(120_000);
  expect(status, demo.output()).toBe(0);
  return demo.output();
}

describe('demo', () => {
  test('demo - once: every scene is seen on both wires, sound is heard both ways, and nothing stays', async () => {
    const output = await outputOfDemo();
    expect(output.match(/^ {2}seen on both wires/gm)).toHaveLength(8);
    const sound =
      /^ {6}sound both ways through rtpengine: 8[78]\d Hz heard by the phone, 4[34]\d Hz heard by the browser$/gm;
    expect(output.match(sound)).toHaveLength(2);
    expect(output).not.toMatch(/FAILED|left out/);
  });

  test('demo - without a browser and a relay: the calls with sound are left out, and it says why', async () => {
    const output = await outputOfDemo({ PATH: bare });
    expect(output).toMatch(
      /^stoxgate: npm run demo leaves out what needs chromium, rtpengine: install them /m,
    );
    expect(output.match(/^ {2}seen on both wires/gm)).toHaveLength(6);
    expect(output.match(/^ {2}left out/gm)).toHaveLength(2);
    expect(output).toMatch(/^ {6}not installed: chromium, rtpengine$/m);
    expect(output).not.toContain('FAILED');
  });
});
