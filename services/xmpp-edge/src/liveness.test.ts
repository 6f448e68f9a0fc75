import { expect, test } from 'vitest';
import { Liveness } from './liveness.ts';

const setting = { silenceMs: 15_000, graceMs: 10_000, answerMs: 30_000 };

test('liveness - a ping is due after silence, and traffic puts it off', () => {
  const liveness = new Liveness(setting, 0);
  expect(liveness.check(14_999)).toBe('alive');
  liveness.heard(10_000);
  expect(liveness.check(24_999)).toBe('alive');
  expect(liveness.check(25_000)).toBe('ping-due');
});

test('liveness - an unanswered ping and no traffic: dead after the grace', () => {
  const liveness = new Liveness(setting, 0);
  liveness.asked(15_000);
  expect(liveness.check(24_999)).toBe('alive');
  expect(liveness.check(25_000)).toBe('dead');
});

test('liveness - other traffic keeps an unanswered ping waiting, but not for ever', () => {
  const liveness = new Liveness(setting, 0);
  liveness.asked(1000);
  for (let now = 5000; now < 31_000; now += 5000) {
    liveness.heard(now);
    expect(liveness.check(now)).toBe('alive');
  }
  expect(liveness.check(31_000)).toBe('dead');
});

test('liveness - an answer ends the wait, and a later ping begins a new one', () => {
  const liveness = new Liveness(setting, 0);
  liveness.asked(0);
  liveness.heard(9000);
  liveness.answered();
  expect(liveness.check(23_000)).toBe('alive');
  liveness.asked(24_000);
  liveness.asked(33_000);
  expect(liveness.check(33_999)).toBe('alive');
  expect(liveness.check(34_000)).toBe('dead');
});

test('liveness - silence while we did not listen is excused', () => {
  const liveness = new Liveness(setting, 0);
  liveness.asked(0);
  liveness.excuse(60_000);
  expect(liveness.check(69_999)).toBe('alive');
  expect(liveness.check(70_000)).toBe('dead');
});
