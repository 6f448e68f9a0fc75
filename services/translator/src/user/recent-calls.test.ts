import { brandKey, type EventOf, type XmlElement } from '@stoxgate/contracts';
import { el, NS } from '@stoxgate/wire-xmpp';
import { expect, test } from 'vitest';
import { seekPending, withCall } from './recent-calls.ts';
import type { UserSession } from './user-session.ts';

const NOBODY: UserSession = { kind: 'user', resources: [], seenAt: 0, waiting: [], settleAt: 0 };
const RING_MS = 1000;

const asking = (attrs: Record<string, string> = {}): XmlElement =>
  el(
    'iq',
    { type: 'get', id: 'q', from: 'juliet@example.org/desk', to: 'example.net', ...attrs },
    el('jingle', { xmlns: NS.JINGLE, action: 'existing-session-initiate' }),
  );

function seek(session: UserSession | undefined, now: number, stanza = asking()) {
  const event: EventOf<'xmpp.iq.received'> = { type: 'xmpp.iq.received', domain: 'example.net', stanza };
  const key = brandKey('user:juliet@example.org');
  return seekPending(session, { key, now, eventId: 'e', edge: 'x', event }, event).commands;
}

const calls = (count: number): UserSession =>
  Array.from({ length: count }, (_, at) => at).reduce(
    (session, at) => withCall(session, { key: `call:${at}` }, at, RING_MS),
    NOBODY,
  );

test('recent calls - the last eight that may still ring are asked, the oldest first', () => {
  expect(seek(calls(20), 20)).toMatchObject([
    { key: 'call:12', event: { others: [13, 14, 15, 16, 17, 18, 19].map((at) => `call:${at}`) } },
  ]);
  expect(seek(calls(20), 18 + RING_MS)).toMatchObject([{ key: 'call:19', event: { others: [] } }]);
  const again = withCall(calls(2), { key: 'call:0' }, 5, RING_MS);
  expect(seek(again, 5)).toMatchObject([{ key: 'call:1', event: { others: ['call:0'] } }]);
  for (const [session, now] of [
    [undefined, 0],
    [calls(3), 2 + RING_MS],
  ] as const) {
    expect(seek(session, now)).toMatchObject([{ stanza: { attrs: { type: 'error', id: 'q' } } }]);
  }
});

test('recent calls - an IQ of somebody else finds none', () => {
  for (const stanza of [asking({ from: 'kate@example.org/desk' }), asking({ type: 'set' })]) {
    expect(seek(calls(3), 3, stanza)).toMatchObject([
      { type: 'xmpp.stanza.send', stanza: { attrs: { type: 'error' } } },
    ]);
  }
  expect(seek(calls(3), 3, asking({ from: '@' }))).toEqual([]);
});
