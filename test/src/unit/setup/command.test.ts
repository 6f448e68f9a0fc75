import { expect, test } from 'vitest';
import { isInstalled, runForeground, runQuietly } from '../../../../setup/command.mjs';

test('setup - a command gives its status and all that it printed', () => {
  const script = "console.log('out'); console.error('err'); process.exit(3)";
  const { status, output } = runQuietly(process.execPath, ['-e', script]);
  expect(status).toBe(3);
  expect(output).toBe('out\nerr\n');
});

test('setup - a command that is not there or hangs fails', () => {
  expect(runQuietly('stoxgate-no-such-program', []).status).not.toBe(0);
  expect(runQuietly('sleep', ['10'], { timeoutMs: 50 }).status).not.toBe(0);
  expect(isInstalled('stoxgate-no-such-program')).toBe(false);
});

test('setup - a foreground command gives its exit code, or 128 and the signal that ended it', async () => {
  expect(await runForeground(process.execPath, ['-e', 'process.exit(4)'])).toBe(4);
  expect(await runForeground(process.execPath, ['-e', "process.kill(process.pid, 'SIGTERM')"])).toBe(143);
  expect(await runForeground(process.execPath, ['-e', "process.kill(process.pid, 'SIGKILL')"])).toBe(137);
});
