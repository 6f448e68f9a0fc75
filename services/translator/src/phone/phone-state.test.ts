import type { PhoneReport, PhoneState } from '@stoxgate/contracts';
import { PHONE_CHANGES, PHONE_STATES } from '@stoxgate/contracts';
import { expect, test } from 'vitest';
import { stateAfter } from './phone-state.ts';

const callsOf = (state: PhoneState): number => (state.includes('onthephone') ? 1 : 0);
const next = (from: PhoneState, report: PhoneReport) => stateAfter(from, callsOf(from), report);

test.each<[PhoneState, PhoneReport, PhoneState]>([
  ['offline', 'sign-on', 'online'],
  ['offline', 'refresh', 'online'],
  ['offline', 'call-start', 'onthephone'],
  ['offline', 'keep-alive', 'onthephone'],
  ['offline', 'call-end', 'offline'],
  ['offline', 'sign-off', 'offline'],
  ['online', 'sign-on', 'online'],
  ['online', 'refresh', 'still-online'],
  ['online', 'call-start', 'onthephone'],
  ['online', 'keep-alive', 'online'],
  ['online', 'call-end', 'still-online'],
  ['online', 'sign-off', 'offline'],
  ['still-online', 'sign-on', 'online'],
  ['still-online', 'refresh', 'still-online'],
  ['still-online', 'call-start', 'onthephone'],
  ['still-online', 'keep-alive', 'still-online'],
  ['still-online', 'call-end', 'still-online'],
  ['still-online', 'sign-off', 'offline'],
  ['onthephone', 'sign-on', 'online'],
  ['onthephone', 'refresh', 'still-onthephone'],
  ['onthephone', 'call-start', 'onthephone'],
  ['onthephone', 'keep-alive', 'still-onthephone'],
  ['onthephone', 'call-end', 'still-online'],
  ['onthephone', 'sign-off', 'offline'],
  ['still-onthephone', 'sign-on', 'online'],
  ['still-onthephone', 'refresh', 'still-onthephone'],
  ['still-onthephone', 'call-start', 'still-onthephone'],
  ['still-onthephone', 'keep-alive', 'still-onthephone'],
  ['still-onthephone', 'call-end', 'still-online'],
  ['still-onthephone', 'sign-off', 'offline'],
])('phone state - %s, %s: %s', (from, change, to) => {
  expect(next(from, change)).toMatchObject({ state: to, isBent: false, isNew: change === 'sign-on' });
});

test.each<[PhoneState, PhoneState]>([
  ['offline', 'offline'],
  ['online', 'still-online'],
  ['online', 'onthephone'],
  ['online', 'offline'],
  ['still-online', 'still-online'],
  ['still-online', 'onthephone'],
  ['still-online', 'offline'],
  ['onthephone', 'onthephone'],
  ['onthephone', 'still-onthephone'],
  ['onthephone', 'still-online'],
  ['onthephone', 'offline'],
  ['still-onthephone', 'still-onthephone'],
  ['still-onthephone', 'still-online'],
  ['still-onthephone', 'offline'],
])('phone state - %s can be told to be %s', (from, to) => {
  expect(next(from, to)).toMatchObject({ state: to, isBent: false, isNew: false });
});

test.each(PHONE_STATES)('phone state - %s can be told to be online, as one that signs on anew', (from) => {
  expect(next(from, 'online')).toEqual({ state: 'online', calls: 0, isNew: true, isBent: false });
});

test.each<[PhoneState, PhoneState, PhoneState]>([
  ['offline', 'still-online', 'online'],
  ['offline', 'onthephone', 'onthephone'],
  ['offline', 'still-onthephone', 'still-onthephone'],
  ['online', 'still-onthephone', 'still-onthephone'],
  ['still-online', 'still-onthephone', 'still-onthephone'],
])('phone state - %s cannot be told to be %s: by the nearest way %s, and counted', (from, told, to) => {
  expect(next(from, told)).toMatchObject({ state: to, isBent: true, isNew: false });
});

test('phone state - in a second call it is named as before', () => {
  expect(next('still-onthephone', 'onthephone')).toMatchObject({
    state: 'still-onthephone',
    isBent: false,
  });
});

test('phone state - on the phone while there is a call, however many there are', () => {
  expect(stateAfter('onthephone', 1, 'call-start')).toMatchObject({ state: 'onthephone', calls: 2 });
  expect(stateAfter('onthephone', 2, 'call-end')).toMatchObject({ state: 'onthephone', calls: 1 });
  expect(stateAfter('onthephone', 1, 'call-end')).toMatchObject({ state: 'still-online', calls: 0 });
  expect(stateAfter('still-online', 0, 'call-start', 3)).toMatchObject({ state: 'onthephone', calls: 3 });
  expect(stateAfter('onthephone', 3, 'call-end', 0)).toMatchObject({ state: 'still-online', calls: 0 });
  expect(stateAfter('onthephone', 3, 'still-online')).toMatchObject({ state: 'still-online', calls: 0 });
});

test.each([Number.NaN, -3, 1e9, 1.5, Number.POSITIVE_INFINITY])(
  'phone state - a number of calls of %d is taken within bounds',
  (told) => {
    for (const from of PHONE_STATES) {
      for (const report of [...PHONE_STATES, ...PHONE_CHANGES]) {
        const { state, calls } = stateAfter(from, callsOf(from), report, told);
        expect(calls).toBeGreaterThanOrEqual(0);
        expect(calls).toBeLessThanOrEqual(1000);
        expect(Number.isInteger(calls)).toBe(true);
        expect(calls > 0).toBe(state.includes('onthephone'));
      }
    }
  },
);
