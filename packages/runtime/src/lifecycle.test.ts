import { EventEmitter } from 'node:events';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { endOnBugs, endOnSignal, type Life, runUntilSignal } from './lifecycle.ts';
import type { RunningService } from './service.ts';
import { type Stage, startGroup } from './service-group.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const silent = pino({ level: 'silent' });
class FakeProcess extends EventEmitter {
  ppid = 100;
  readonly exit = vi.fn();
}
const options = (port: FakeProcess, isNpmChild = false) => ({
  drainTimeoutMs: 30_000,
  log: silent,
  port,
  isNpmChild,
});

function fakeService(
  name: RunningService['name'],
  done: string[],
  drainMs = 0,
): () => Promise<RunningService> {
  return async () => {
    done.push(`start ${name}`);
    return {
      name,
      readiness: () => ({ [name]: undefined }),
      drain: async (timeoutMs) => {
        done.push(`drain ${name} ${timeoutMs}`);
        await new Promise((resolve) => setTimeout(resolve, drainMs));
        done.push(`drained ${name}`);
      },
      stop: async () => void done.push(`stop ${name}`),
    };
  };
}

const stages = (done: string[]): Stage[] => [
  [fakeService('session-store', done), fakeService('translator', done, 100)],
  [fakeService('sip-edge', done, 400), fakeService('xmpp-edge', done, 300)],
];

test('service group - starts in order, drains and stops in reverse, edges together', async () => {
  const done: string[] = [];
  const group = await startGroup(stages(done), silent);
  expect(group.readiness()).toEqual({
    'session-store': undefined,
    translator: undefined,
    'sip-edge': undefined,
    'xmpp-edge': undefined,
  });
  const drained = group.drain(1_000);
  await vi.advanceTimersByTimeAsync(1_000);
  await drained;
  await group.stop();
  expect(done).toEqual([
    'start session-store',
    'start translator',
    'start sip-edge',
    'start xmpp-edge',
    'drain sip-edge 1000',
    'drain xmpp-edge 1000',
    'drained xmpp-edge',
    'drained sip-edge',
    'drain session-store 600',
    'drain translator 600',
    'drained session-store',
    'drained translator',
    'stop xmpp-edge',
    'stop sip-edge',
    'stop translator',
    'stop session-store',
  ]);
});

test('service group - a drain that takes too long is left behind', async () => {
  const done: string[] = [];
  const group = await startGroup([[fakeService('sip-edge', done, 60_000)]], silent);
  const drained = group.drain(1_000);
  await vi.advanceTimersByTimeAsync(1_000);
  await drained;
  expect(done).toEqual(['start sip-edge', 'drain sip-edge 1000']);
});

test('service group - when one start fails, what runs is stopped and the error told', async () => {
  const done: string[] = [];
  const failing: Stage = [() => Promise.reject(new Error('port in use'))];
  await expect(startGroup([...stages(done), failing], silent)).rejects.toThrow('port in use');
  expect(done.slice(4)).toEqual(['stop xmpp-edge', 'stop sip-edge', 'stop translator', 'stop session-store']);
});

function life(drainMs: number): Life & { readonly done: string[] } {
  const done: string[] = [];
  return {
    done,
    drain: async (timeoutMs) => {
      done.push(`drain ${timeoutMs}`);
      await new Promise((resolve) => setTimeout(resolve, drainMs));
    },
    stop: async () => void done.push('stop'),
  };
}

test('lifecycle - while it starts a signal ends the process at once, later it does not', () => {
  const port = new FakeProcess();
  const undo = endOnSignal(port);
  port.emit('SIGTERM', 'SIGTERM');
  expect(port.exit.mock.calls).toEqual([[0]]);
  undo();
  port.emit('SIGINT', 'SIGINT');
  expect(port.exit).toHaveBeenCalledTimes(1);
});

test('lifecycle - SIGTERM drains, stops and ends with 0', async () => {
  const port = new FakeProcess();
  const running = life(500);
  const code = runUntilSignal(running, options(port));
  port.emit('SIGTERM', 'SIGTERM');
  await vi.advanceTimersByTimeAsync(500);
  expect(await code).toBe(0);
  expect(running.done).toEqual(['drain 30000', 'stop']);
  expect(port.listenerCount('SIGTERM')).toBe(0);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(port.exit).not.toHaveBeenCalled();
});

test.each([
  ['SIGTERM', 'SIGTERM'],
  ['SIGINT', 'SIGINT'],
  ['SIGTERM', 'SIGINT'],
])('lifecycle - %s and then %s ends at once', (first, second) => {
  const port = new FakeProcess();
  void runUntilSignal(life(60_000), options(port));
  port.emit(first, first);
  expect(port.exit).not.toHaveBeenCalled();
  port.emit(second, second);
  expect(port.exit).toHaveBeenCalledWith(1);
});

test('lifecycle - what hangs beyond the deadline is ended', async () => {
  const port = new FakeProcess();
  void runUntilSignal(life(1_000_000_000), options(port));
  port.emit('SIGTERM', 'SIGTERM');
  await vi.advanceTimersByTimeAsync(44_999);
  expect(port.exit).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(port.exit).toHaveBeenCalledWith(1);
});

test('lifecycle - under npm, a signal that comes twice at once is one', async () => {
  const port = new FakeProcess();
  void runUntilSignal(life(60_000), options(port, true));
  port.emit('SIGINT', 'SIGINT');
  await vi.advanceTimersByTimeAsync(200);
  port.emit('SIGINT', 'SIGINT');
  expect(port.exit).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(100);
  port.emit('SIGINT', 'SIGINT');
  expect(port.exit).toHaveBeenCalledWith(1);
});

test('lifecycle - under npm, the end of npm is a signal, but never a second one', async () => {
  const port = new FakeProcess();
  const running = life(500);
  const code = runUntilSignal(running, options(port, true));
  await vi.advanceTimersByTimeAsync(5_000);
  expect(running.done).toEqual([]);
  port.ppid = 1;
  await vi.advanceTimersByTimeAsync(2_000);
  expect(await code).toBe(0);
  port.ppid = 2;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(running.done).toEqual(['drain 30000', 'stop']);
  expect(port.exit).not.toHaveBeenCalled();
});

test('lifecycle - without npm, nobody minds the parent', async () => {
  const port = new FakeProcess();
  const running = life(0);
  void runUntilSignal(running, options(port));
  port.ppid = 1;
  await vi.advanceTimersByTimeAsync(5_000);
  expect(running.done).toEqual([]);
});

test('lifecycle - an error that nobody caught is logged as a bug and ends with 1', () => {
  const port = new FakeProcess();
  const lines: string[] = [];
  const undo = endOnBugs(pino({}, { write: (line: string) => void lines.push(line) }), port);
  port.emit('unhandledRejection', new TypeError('x is undefined'));
  expect(port.exit).toHaveBeenCalledWith(1);
  expect(lines[0]).toContain('Nobody caught TypeError: x is undefined. This is a bug');
  expect(lines[0]).toContain('[STOX_INTERNAL]');
  undo();
  expect(port.listenerCount('uncaughtException') + port.listenerCount('unhandledRejection')).toBe(0);
});
