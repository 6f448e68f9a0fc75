import { expect, test } from 'vitest';
import {
  intervalHeaders,
  minSeIn,
  raisedInterval,
  sessionExpiresIn,
  supportsTimer,
} from './session-interval.ts';

test.each([
  ['1800', { intervalMs: 1_800_000 }],
  [' 90 ; refresher=UAS', { intervalMs: 90_000, refresher: 'uas' }],
  ['120;x=y;refresher = uac', { intervalMs: 120_000, refresher: 'uac' }],
  ['120;refresher=nobody', { intervalMs: 120_000 }],
  ['4294967295', { intervalMs: 86_400_000 }],
  ['99999999999', undefined],
  ['-1', undefined],
  ['soon', undefined],
  ['', undefined],
])('session interval - Session-Expires: %s', (text, expected) => {
  expect(sessionExpiresIn({ 'session-expires': [text] })).toEqual(expected);
});

test('session interval - Min-SE is at least 90 seconds', () => {
  expect(minSeIn({})).toBe(90_000);
  expect(minSeIn({ 'min-se': ['60'] })).toBe(90_000);
  expect(minSeIn({ 'min-se': ['300;lr'] })).toBe(300_000);
  expect(minSeIn({ 'min-se': ['x'] })).toBe(90_000);
});

test('session interval - Min-SE is written where it is more than the least', () => {
  expect(intervalHeaders(1_800_000)).toEqual({ 'session-expires': ['1800'] });
  expect(intervalHeaders(300_000, 'uas', 300_000)).toEqual({
    'session-expires': ['300;refresher=uas'],
    'min-se': ['300'],
  });
});

test('session interval - 422 raises the interval, never lowers it, and only for a request that asked', () => {
  const asked = { 'session-expires': ['1800;refresher=uac'], allow: ['INVITE'] };
  expect(raisedInterval(asked, { 'min-se': ['3600'] })).toEqual({
    'session-expires': ['3600;refresher=uac'],
    'min-se': ['3600'],
    allow: ['INVITE'],
  });
  expect(raisedInterval(asked, { 'min-se': ['1800'] })).toBeUndefined();
  expect(raisedInterval(asked, {})).toBeUndefined();
  expect(raisedInterval({}, { 'min-se': ['3600'] })).toBeUndefined();
});

test('session interval - `timer` in Supported or Require, among others', () => {
  expect(supportsTimer({ headers: { supported: ['100rel, Timer'] } })).toBe(true);
  expect(supportsTimer({ headers: { require: ['timer'] } })).toBe(true);
  expect(supportsTimer({ headers: { supported: ['timers', 'x-timer'] } })).toBe(false);
  expect(supportsTimer({ headers: {} })).toBe(false);
});
