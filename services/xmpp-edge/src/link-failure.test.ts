import { el, NS } from '@stoxgate/wire-xmpp';
import { expect, test } from 'vitest';
import { failureOf } from './link-failure.ts';

const streamError = (condition: string, text?: string) =>
  el(
    'error',
    { xmlns: NS.STREAM },
    el(condition, { xmlns: NS.STREAM_ERROR }),
    text === undefined ? undefined : el('text', { xmlns: NS.STREAM_ERROR }, text),
  );

test('link failure - what an operator must mend says how', () => {
  expect(failureOf(streamError('not-authorized'))).toMatchObject({
    reason: expect.stringMatching(/compare xmpp\.components\[\]\.secret/),
    needsOperator: true,
    isLasting: true,
  });
  expect(failureOf(streamError('host-unknown'))).toMatchObject({ needsOperator: true, isLasting: true });
});

test('link failure - a conflict makes a standby', () => {
  expect(failureOf(streamError('conflict'))).toMatchObject({
    reason: expect.stringMatching(/stands by/),
    needsOperator: false,
    isLasting: false,
    isStandby: true,
  });
});

test('link failure - others are named with what the server says', () => {
  expect(failureOf(streamError('system-shutdown', 'bye'))).toEqual({
    reason: 'the server ended the stream (system-shutdown: bye)',
    needsOperator: false,
    isLasting: false,
    isStandby: false,
    blamesStanza: false,
  });
  expect(failureOf(streamError('invalid-from')).blamesStanza).toBe(true);
  expect(failureOf(el('error', { xmlns: NS.STREAM })).reason).toMatch(/undefined-condition/);
  expect(failureOf(streamError('toString')).reason).toMatch(/toString/);
});
