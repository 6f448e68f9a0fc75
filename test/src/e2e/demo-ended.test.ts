/**
 * The demo ended from outside, as a terminal or an impatient operator does: nothing that it started stays.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Child, startChild } from '@stoxgate/testkit';
import { afterEach, describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Processes that `pid` started, and those that these started. */
function descendantsOf(pid: number): number[] {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => parentOf(Number(name)) === pid)
    .map(Number);
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}

/** Parent of a process; undefined when it is gone or only waits to be reaped. */
function parentOf(pid: number): number | undefined {
  try {
    const [state, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return state === 'Z' ? undefined : Number(parent);
  } catch {
    return undefined;
  }
}

const living = (pids: readonly number[]): number[] => pids.filter((pid) => parentOf(pid) !== undefined);

describe('demo', () => {
  let demo: Child | undefined;
  afterEach(() => demo?.stop());

  async function startDemo(until: string): Promise<{ demo: Child; started: readonly number[] }> {
    const args = ['setup/run.mjs', 'demo', '--no-install'];
    demo = startChild({ command: 'node', args, cwd: ROOT });
    const { onOutput, exited, output, pid } = demo;
    const shown = new Promise<void>((resolve) => {
      onOutput(() => output().includes(until) && resolve());
    });
    await Promise.race([shown, exited(60_000)]);
    expect(output()).toContain(until);
    const started = descendantsOf(pid);
    expect(started.length).toBeGreaterThanOrEqual(2);
    return { demo, started };
  }

  test.each([
    ['of a call: Prosody and the phone end with it', 'An XMPP user calls a phone'],
    ['of a call with sound: so do the browser and the relay', 'A client with WebRTC calls the phone'],
  ])('demo - killed in the middle %s', async (_, until) => {
    const { demo, started } = await startDemo(until);
    demo.kill('SIGKILL');
    expect(await demo.exited(2000)).toBe(137);
    await expect.poll(() => living(started), { timeout: 2000 }).toEqual([]);
  });

  test('demo - interrupted in the middle: nothing stays, exit code 130', async () => {
    const { demo, started } = await startDemo('An XMPP user calls a phone');
    demo.kill('SIGINT');
    expect(await demo.exited(8000)).toBe(130);
    await expect.poll(() => living(started), { timeout: 2000 }).toEqual([]);
  });

  test('demo - shown, then Ctrl-C twice: a clean end, exit code 0', async () => {
    const { demo, started } = await startDemo('Ctrl-C ends it');
    demo.kill('SIGINT');
    demo.kill('SIGINT');
    expect(await demo.exited(8000), demo.output()).toBe(0);
    await expect.poll(() => living(started), { timeout: 2000 }).toEqual([]);
  });
});
