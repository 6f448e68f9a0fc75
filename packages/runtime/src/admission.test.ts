import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Admission, WAITING_EVENTS_MAX } from './admission.ts';

const LOOK_MS = 250;
let isCrowded = false;
let waiting = 0;
let admission: Admission;

beforeEach(() => {
  vi.useFakeTimers();
  [isCrowded, waiting] = [false, 0];
  admission = new Admission({ isCrowded: () => isCrowded, waitingEvents: () => waiting });
});
afterEach(() => {
  admission.stop();
  vi.useRealTimers();
});

const look = (times = 1): void => void vi.advanceTimersByTime(times * LOOK_MS);
const admitted = (of: number): number =>
  Array.from({ length: of }, () => admission.admits()).filter(Boolean).length;

test('admission - everything is let in until there is too much, and a rush is not too much', () => {
  expect(admitted(1000)).toBe(1000);
  isCrowded = true;
  look(3);
  expect(admitted(1000)).toBe(1000);
  isCrowded = false;
  look();
  isCrowded = true;
  look(3);
  expect(admission.share).toBe(1);
});

test.each(['crowded', 'behind'])(
  'admission - while there is too much (%s) the share falls, never to nothing',
  (cause) => {
    if (cause === 'crowded') isCrowded = true;
    else waiting = WAITING_EVENTS_MAX;
    look(4);
    expect(admission.share).toBe(0.75);
    expect(admitted(1000)).toBe(750);
    look(100);
    expect(admission.share).toBe(0.05);
    expect(admitted(1000)).toBe(50);
  },
);

test('admission - it recovers by itself, and then lets everything in', () => {
  isCrowded = true;
  look(100);
  isCrowded = false;
  look(10);
  expect(admission.share).toBeCloseTo(0.55);
  look(10);
  expect(admission.share).toBe(1);
  expect(admitted(1000)).toBe(1000);
});

test('admission - finds a capacity that is less than what is offered', () => {
  const shares: number[] = [];
  for (let round = 0; round < 400; round++) {
    // Of what is offered, a third can be done.
    isCrowded = admission.share > 1 / 3;
    look();
    if (round > 50) shares.push(admission.share);
  }
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  expect(mean).toBeGreaterThan(0.25);
  expect(mean).toBeLessThan(0.4);
});

test('admission - ends with its timer', () => {
  admission.stop();
  expect(vi.getTimerCount()).toBe(0);
});
