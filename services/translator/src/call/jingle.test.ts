import { el } from '@stoxgate/wire-xmpp';
import { describe, expect, test } from 'vitest';
import { readIq, readJingle, reasonIn } from './jingle.ts';

const iq = (attrs: Record<string, string>, ...children: ReturnType<typeof el>[]) =>
  el('iq', attrs, ...children);
const HEAD = { type: 'set', id: '1', from: 'Juliet@Example.org/Balcony', to: 'romeo@example.net' };
const jingle = (attrs: Record<string, string>) => el('jingle', { xmlns: 'urn:xmpp:jingle:1', ...attrs });

describe('Jingle request', () => {
  test('Jingle request - addresses are prepared, the resource keeps its case', () => {
    expect(readIq('example.net', iq(HEAD))).toEqual({
      domain: 'example.net',
      type: 'set',
      id: '1',
      from: 'juliet@example.org/Balcony',
      to: 'romeo@example.net',
    });
  });

  test.each([
    ['a result', { ...HEAD, type: 'result' }],
    ['no sender', { type: 'set', id: '1', to: 'romeo@example.net' }],
    ['a sender that is no JID', { ...HEAD, from: '@' }],
    ['no id', { type: 'set', from: HEAD.from, to: HEAD.to }],
  ])('Jingle request - %s cannot be answered', (_, attrs) => {
    expect(readIq('example.net', iq(attrs))).toBeUndefined();
  });

  test.each([
    ['no action', [jingle({ sid: 's' })], 'malformed'],
    ['an empty sid', [jingle({ action: 'x', sid: '' })], 'malformed'],
    ['two payloads', [jingle({ action: 'x', sid: 's' }), el('y')], 'malformed'],
    ['another namespace', [el('jingle', { xmlns: 'urn:x', action: 'x', sid: 's' })], 'foreign'],
    ['no payload', [], 'foreign'],
  ] as const)('Jingle request - %s', (_, children, expected) => {
    const stanza = iq(HEAD, ...children);
    const read = readIq('example.net', stanza);
    expect(read && readJingle(read, stanza)).toBe(expected);
  });

  test('Jingle request - action and sid of either namespace version', () => {
    const stanza = iq(HEAD, el('jingle', { xmlns: 'urn:xmpp:jingle:0', action: 'session-info', sid: 's' }));
    const read = readIq('example.net', stanza);
    expect(read && readJingle(read, stanza)).toMatchObject({ action: 'session-info', sid: 's' });
  });
});

describe('Jingle reason', () => {
  const reason = (...children: ReturnType<typeof el>[]) => el('jingle', {}, el('reason', {}, ...children));

  test.each([
    ['none', el('jingle'), {}],
    ['a condition beside its text', reason(el('text', {}, 'bye'), el('busy')), { condition: 'busy' }],
    [
      'a SIP code in any namespace',
      reason(el('general-error'), el('sip-error', { xmlns: 'urn:x', code: '503' })),
      { condition: 'general-error', sipError: 503 },
    ],
    [
      'a code that is no failure',
      reason(el('general-error'), el('sip-error', { code: '200' })),
      { condition: 'general-error' },
    ],
    [
      'a code that is no code',
      reason(el('general-error'), el('sip-error', { code: '4e2' })),
      { condition: 'general-error' },
    ],
  ])('Jingle reason - %s', (_, element, expected) => {
    expect(reasonIn(element)).toEqual(expected);
  });
});
