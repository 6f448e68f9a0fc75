import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AcceptedResponses, acceptedKey } from './accepted-responses.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const key = acceptedKey('call', 'tag', 1);

/** Moments, in ms after the start, at which a fake `send` was called. */
function recorder() {
  const start = Date.now();
  const at: number[] = [];
  return { at, send: () => void at.push(Date.now() - start) };
}

test('2xx - repeated at T1 doubling to T2 until 64*T1, then reported once (RFC 3261 §13.3.1.4)', () => {
  const accepted = new AcceptedResponses();
  const { at, send } = recorder();
  const timedOut = vi.fn();
  accepted.repeat(key, send, timedOut);
  vi.advanceTimersByTime(31_999);
  expect(at).toEqual([500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
  expect(timedOut).not.toHaveBeenCalled();
  vi.advanceTimersByTime(60_000);
  expect(at).toHaveLength(10);
  expect(timedOut).toHaveBeenCalledTimes(1);
  expect(accepted.size).toBe(0);
});

test('2xx - the ACK ends the repetition; its repetitions mean nothing', () => {
  const accepted = new AcceptedResponses();
  const { at, send } = recorder();
  const timedOut = vi.fn();
  accepted.repeat(key, send, timedOut);
  vi.advanceTimersByTime(600);
  expect(accepted.acknowledge(key)).toBe(true);
  expect(accepted.acknowledge(key)).toBe(false);
  vi.advanceTimersByTime(60_000);
  expect(at).toEqual([500]);
  expect(timedOut).not.toHaveBeenCalled();
});

test('2xx - the same command twice makes one repetition, and none after the ACK', () => {
  const accepted = new AcceptedResponses();
  const { at, send } = recorder();
  accepted.repeat(key, send, vi.fn());
  accepted.repeat(key, send, vi.fn());
  vi.advanceTimersByTime(500);
  expect(at).toEqual([500]);
  accepted.acknowledge(key);
  accepted.repeat(key, send, vi.fn());
  expect(accepted.size).toBe(0);
});

test('2xx - an ACK to a 2xx that another process sent is new once', () => {
  const accepted = new AcceptedResponses();
  expect(accepted.acknowledge(key)).toBe(true);
  expect(accepted.acknowledge(key)).toBe(false);
});

test('2xx - a BYE in the dialog ends the repetition without a report', () => {
  const accepted = new AcceptedResponses();
  const { at, send } = recorder();
  const timedOut = vi.fn();
  accepted.repeat(key, send, timedOut);
  accepted.dialogEnded('call', 'other');
  vi.advanceTimersByTime(500);
  accepted.dialogEnded('call', 'tag');
  vi.advanceTimersByTime(60_000);
  expect(at).toEqual([500]);
  expect(timedOut).not.toHaveBeenCalled();
});
