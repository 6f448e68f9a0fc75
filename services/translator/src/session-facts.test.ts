import type { EventOf } from '@stoxgate/contracts';
import { expect, test } from 'vitest';
import type { CallSession } from './session.ts';
import { endsIn, failuresIn, indexesOf, isOtherAnswer, isOver } from './session-facts.ts';

/** Only what the facts look at. */
const leg = (user: string, label?: string) => ({
  user,
  state: 'active',
  ...(label === undefined ? {} : { end: { label } }),
});
const call = (legs: { out?: object; in?: object }): CallSession => ({ kind: 'call', ...legs }) as CallSession;

test('session facts - a live call is found as such and by each of its users', () => {
  const hairpin = call({ out: leg('Juliet@example.org/balcony'), in: leg('romeo@example.org') });
  expect(indexesOf(hairpin)).toEqual(['live', 'user:juliet@example.org', 'user:romeo@example.org']);
  expect(isOver(hairpin)).toBe(false);
});

test('session facts - a call whose INVITE has no answer yet is found by the edge that waits for it', () => {
  const waiting = (state: string, invite: object) =>
    indexesOf(call({ out: { ...leg('juliet@example.org'), state, invite } }));
  expect(waiting('proceeding', { edge: 'e1' })).toContain('edge:e1');
  expect(waiting('calling', { branch: 'b1' })).toContain('inviting:b1');
  expect(waiting('proceeding', { edge: 'e1', branch: 'b1' })).not.toContain('inviting:b1');
  expect(waiting('gathering', { branch: '' })).toEqual(['live', 'user:juliet@example.org']);
  expect(waiting('active', { edge: 'e1' })).toEqual(['live', 'user:juliet@example.org']);
});

test('session facts - a leg that has ended is found no more', () => {
  const half = call({ out: leg('juliet@example.org', 'success'), in: leg('romeo@example.org') });
  expect(indexesOf(half)).toEqual(['live', 'user:romeo@example.org']);
  const over = call({ out: leg('juliet@example.org', 'success') });
  expect(indexesOf(over)).toEqual([]);
  expect(isOver(over)).toBe(true);
});

test('session facts - an end is told once, in the step that brought it', () => {
  const live = call({ out: leg('juliet@example.org') });
  const over = call({ out: leg('juliet@example.org', 'busy') });
  expect(endsIn(live, over)).toEqual(['busy']);
  expect(endsIn(over, over)).toEqual([]);
  expect(endsIn(undefined, live)).toEqual([]);
});

test('session facts - a change that SIP refused is told once, by its kind', () => {
  const before = call({ out: { user: 'juliet@example.org', changesFailed: { hold: 1 } } });
  const again = call({
    out: { user: 'juliet@example.org', changesFailed: { hold: 2, 'content-modify': 1 } },
  });
  expect(failuresIn(undefined, before)).toEqual(['hold']);
  expect(failuresIn(before, again)).toEqual(['hold', 'content-modify']);
  expect(failuresIn(again, again)).toEqual([]);
  expect(failuresIn(again, undefined)).toEqual([]);
});

test('session facts - an answer that differs from the reliable one before it is told', () => {
  const before = call({
    out: { early: [{ dialog: { remoteTag: 'r' }, sdp: 'first', isAnswer: true }] },
    in: leg('romeo@example.org'),
  });
  const response = (content: string, { status = 200, method = 'INVITE', tag = 'r' } = {}) =>
    ({
      type: 'sip.response.received',
      response: {
        status,
        cseq: { number: 1, method },
        to: { uri: 'sip:romeo@example.net', params: { tag } },
        body: { contentType: 'application/sdp', content, encoding: 'utf8' },
      },
    }) as unknown as EventOf<'sip.response.received'>;
  expect(isOtherAnswer(before, response('second'))).toBe(true);
  expect(isOtherAnswer(before, response('first'))).toBe(false);
  expect(isOtherAnswer(before, response('second', { status: 183 }))).toBe(false);
  expect(isOtherAnswer(before, response('second', { method: 'UPDATE' }))).toBe(false);
  expect(isOtherAnswer(before, response('second', { tag: 'another' }))).toBe(false);
  expect(isOtherAnswer(undefined, response('second'))).toBe(false);
});
