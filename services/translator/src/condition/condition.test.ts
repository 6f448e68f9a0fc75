import { readStanzaError, STANZA_CONDITIONS, type StanzaCondition, stanzaError } from '@stoxgate/wire-xmpp';
import { describe, expect, it } from 'vitest';
import { type StatusContext, statusOfCondition } from './condition-to-status.ts';
import { oneLine, phraseOf } from './phrase.ts';
import { conditionOfFailure, conditionOfStatus } from './status-to-condition.ts';

const status = (condition: StanzaCondition, context: Partial<StatusContext> = {}, address?: string) =>
  statusOfCondition(
    { type: STANZA_CONDITIONS[condition], condition, address },
    { about: 'full', request: 'other', ...context },
  ).status;

describe('condition', () => {
  // RFC 7247 table 2: condition, full JID, bare JID.
  it.each<[StanzaCondition, number, number]>([
    ['bad-request', 400, 400],
    ['conflict', 400, 400],
    ['feature-not-implemented', 405, 501],
    ['forbidden', 403, 603],
    ['gone', 410, 410],
    ['internal-server-error', 500, 500],
    ['item-not-found', 404, 604],
    ['jid-malformed', 400, 400],
    ['not-acceptable', 406, 606],
    ['not-allowed', 403, 403],
    ['not-authorized', 403, 403],
    ['policy-violation', 403, 403],
    ['recipient-unavailable', 480, 600],
    ['redirect', 480, 480],
    ['registration-required', 403, 403],
    ['remote-server-not-found', 404, 404],
    ['remote-server-timeout', 504, 504],
    ['resource-constraint', 500, 500],
    ['service-unavailable', 405, 403],
    ['subscription-required', 400, 400],
    ['undefined-condition', 400, 400],
    ['unexpected-request', 400, 400],
  ])('condition - %s is %i about a full JID, %i about a bare one', (condition, full, bare) => {
    expect(status(condition, { use6xx: true })).toBe(full);
    expect(status(condition, { use6xx: true, about: 'bare' })).toBe(bare);
    expect(status(condition, { about: 'bare' })).toBe(bare >= 500 && full < 500 ? full : bare);
  });

  it('condition - every condition of RFC 6120 has a row', () => {
    expect(Object.keys(STANZA_CONDITIONS)).toHaveLength(22);
    for (const condition of Object.keys(STANZA_CONDITIONS) as StanzaCondition[]) {
      expect(status(condition)).toBeGreaterThanOrEqual(400);
    }
  });

  it.each<[StanzaCondition, Partial<StatusContext>, number]>([
    ['service-unavailable', { request: 'invite' }, 480],
    ['recipient-unavailable', { request: 'invite', about: 'bare', use6xx: true }, 480],
    ['not-acceptable', { request: 'invite' }, 488],
    ['remote-server-timeout', { request: 'invite' }, 408],
    ['unexpected-request', { inDialog: true }, 491],
    ['conflict', { jingle: 'tie-break' }, 491],
    ['item-not-found', { jingle: 'unknown-session' }, 481],
    ['unexpected-request', { jingle: 'out-of-order' }, 400],
  ])('condition - %s with %j is %i', (condition, context, expected) => {
    expect(status(condition, context)).toBe(expected);
  });

  it.each([
    ['auth', 403],
    ['cancel', 400],
    ['modify', 400],
    ['wait', 480],
  ] as const)('condition - an unknown condition of type %s is %i', (type, expected) => {
    const error = { type, condition: 'undefined-condition' as const };
    expect(statusOfCondition(error, { about: 'full', request: 'other' }).status).toBe(expected);
  });

  it('condition - gone and redirect take the new address along, where it has a SIP form', () => {
    const context = {
      about: 'full' as const,
      request: 'invite' as const,
      contactUriOf: (jid: string) => (jid === 'new@example.org' ? 'sip:new@example.org' : undefined),
    };
    const error = {
      type: 'cancel' as const,
      condition: 'gone' as const,
      address: 'xmpp:new@example.org?message',
    };
    expect(statusOfCondition(error, context)).toEqual({ status: 301, contactUri: 'sip:new@example.org' });
    expect(statusOfCondition({ ...error, condition: 'redirect' }, context).status).toBe(302);
    expect(statusOfCondition({ ...error, address: 'xmpp:elsewhere' }, context)).toEqual({ status: 410 });
    expect(statusOfCondition({ ...error, condition: 'redirect', address: '' }, context).status).toBe(480);
  });

  it('condition - text becomes the phrase, wait a Retry-After', () => {
    const error = {
      type: 'wait' as const,
      condition: 'resource-constraint' as const,
      text: 'Full\r\nInjected: x',
    };
    expect(statusOfCondition(error, { about: 'full', request: 'other' })).toEqual({
      status: 500,
      reason: 'Full Injected: x',
      retryAfterS: 60,
    });
    const forbidden = { type: 'wait' as const, condition: 'forbidden' as const };
    expect(statusOfCondition(forbidden, { about: 'full', request: 'other' })).toEqual({ status: 403 });
  });

  it('condition - any stanza error gives a status', () => {
    const stanza = { name: 'iq', attrs: { type: 'error' }, children: [] };
    expect(statusOfCondition(readStanzaError(stanza), { about: 'full', request: 'invite' }).status).toBe(400);
    const answered = stanzaError(stanza, { condition: 'service-unavailable' });
    expect(statusOfCondition(readStanzaError(answered), { about: 'full', request: 'invite' }).status).toBe(
      480,
    );
  });
});

describe('status', () => {
  // RFC 7247 table 3.
  it.each([
    [300, 'redirect', 'modify'],
    [301, 'gone', 'cancel'],
    [302, 'redirect', 'modify'],
    [305, 'redirect', 'modify'],
    [380, 'not-acceptable', 'modify'],
    [399, 'redirect', 'modify'],
    [400, 'bad-request', 'modify'],
    [401, 'not-authorized', 'auth'],
    [402, 'bad-request', 'modify'],
    [403, 'forbidden', 'auth'],
    [404, 'item-not-found', 'cancel'],
    [405, 'feature-not-implemented', 'cancel'],
    [406, 'not-acceptable', 'modify'],
    [407, 'registration-required', 'auth'],
    [408, 'remote-server-timeout', 'wait'],
    [410, 'gone', 'cancel'],
    [412, 'bad-request', 'modify'],
    [413, 'policy-violation', 'modify'],
    [414, 'policy-violation', 'modify'],
    [415, 'not-acceptable', 'modify'],
    [416, 'not-acceptable', 'modify'],
    [420, 'feature-not-implemented', 'cancel'],
    [421, 'not-acceptable', 'modify'],
    [423, 'resource-constraint', 'wait'],
    [430, 'recipient-unavailable', 'wait'],
    [439, 'feature-not-implemented', 'cancel'],
    [440, 'policy-violation', 'modify'],
    [480, 'recipient-unavailable', 'wait'],
    [481, 'item-not-found', 'cancel'],
    [482, 'not-acceptable', 'modify'],
    [483, 'not-acceptable', 'modify'],
    [484, 'item-not-found', 'cancel'],
    [485, 'item-not-found', 'cancel'],
    [486, 'recipient-unavailable', 'wait'],
    [487, 'recipient-unavailable', 'wait'],
    [488, 'not-acceptable', 'modify'],
    [489, 'policy-violation', 'modify'],
    [491, 'unexpected-request', 'wait'],
    [493, 'bad-request', 'modify'],
    [494, 'bad-request', 'modify'],
    [500, 'internal-server-error', 'cancel'],
    [501, 'feature-not-implemented', 'cancel'],
    [502, 'remote-server-not-found', 'cancel'],
    [503, 'internal-server-error', 'wait'],
    [504, 'remote-server-timeout', 'wait'],
    [505, 'not-acceptable', 'modify'],
    [513, 'policy-violation', 'modify'],
    [580, 'internal-server-error', 'cancel'],
    [600, 'recipient-unavailable', 'wait'],
    [603, 'recipient-unavailable', 'wait'],
    [604, 'item-not-found', 'cancel'],
    [606, 'not-acceptable', 'modify'],
    [607, 'recipient-unavailable', 'wait'],
    [999, 'bad-request', 'modify'],
  ])('status - %i is %s of type %s', (code, condition, type) => {
    expect(conditionOfStatus(code)).toEqual({ condition, type });
  });

  it('status - a 500 that says when to try again is temporary', () => {
    expect(conditionOfStatus(500, true).type).toBe('wait');
  });

  it('status - no final response', () => {
    expect(conditionOfFailure('timeout').condition).toBe('remote-server-timeout');
    expect(conditionOfFailure('transport').condition).toBe('remote-server-not-found');
    expect(conditionOfFailure('unresolvable').condition).toBe('remote-server-not-found');
    expect(conditionOfFailure('no-credentials').condition).toBe('not-authorized');
  });
});

describe('phrase', () => {
  it.each([
    ['Busy Here', 'Busy Here'],
    ['  a\r\n\tb\0\u2028c  ', 'a b c'],
    ['x'.repeat(500), 'x'.repeat(128)],
    ['ü'.repeat(65), 'ü'.repeat(64)],
    ['😀'.repeat(33), '😀'.repeat(32)],
    ['\r\n', undefined],
    ['', undefined],
  ])('phrase - %j is %j', (text, phrase) => {
    expect(phraseOf(text)).toBe(phrase);
  });

  it('phrase - a header value has one line, however long', () => {
    expect(oneLine(`Hello\r\nVia: x\n${'y'.repeat(300)}`)).toBe(`Hello Via: x ${'y'.repeat(300)}`);
  });
});
