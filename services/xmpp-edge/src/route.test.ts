import type { XmlElement } from '@stoxgate/contracts';
import { keyOfSid } from '@stoxgate/contracts';
import { el, NS, readStanzaError } from '@stoxgate/wire-xmpp';
import { describe, expect, test } from 'vitest';
import { type RouteContext, routeOf, routeOfRefused } from './route.ts';
import { SELF } from './testing/self.ts';

const context: RouteContext = {
  domain: 'sip.example.org',
  normalDomain: 'sip.example.org',
  self: SELF,
  isServed: (domain) => domain === 'example.org',
  isDraining: false,
  callIdHost: '',
};
const FROM = 'alice@example.org/desk';
const TO = 'romeo@sip.example.org';

const iq = (attrs: Record<string, string | undefined>, ...children: XmlElement[]): XmlElement =>
  el('iq', { type: 'get', id: 'i1', from: FROM, to: TO, ...attrs }, ...children);
const answerTo = (stanza: XmlElement): XmlElement => {
  const route = routeOf(stanza, context);
  if (route.kind !== 'answer') throw new Error(`route is ${route.kind}`);
  return route.stanza;
};
const refusalOf = (stanza: XmlElement, given = context) => {
  const route = routeOf(stanza, given);
  return route.kind === 'refuse' ? [route.reason, route.error?.condition] : route.kind;
};

test('route - a number that the dial plan refuses is forbidden, and asked what it can do', () => {
  const map = {
    ...SELF.map,
    numbers: { dialplan: [{ match: '\\+1900', refuse: true }], phones: [], hosts: [] },
  };
  const given = { ...context, self: { ...SELF, map } };
  const to = '+1900555@sip.example.org';
  expect(refusalOf(el('message', { from: FROM, to }, el('body', {}, 'hi')), given)).toEqual([
    'no-contact',
    'forbidden',
  ]);
  const asked = routeOf(iq({ to }, el('query', { xmlns: NS.DISCO_INFO })), given);
  expect(asked).toMatchObject({ kind: 'answer', stanza: { attrs: { type: 'result' } } });
});

describe('route - guards', () => {
  const body = el('body', {}, 'hi');
  test.each([
    ['another kind of stanza', el('jingle', { from: FROM, to: TO }), ['unknown-kind', undefined]],
    ['no sender', el('message', { to: TO }, body), ['no-address', undefined]],
    ['no recipient', el('message', { from: FROM }, body), ['no-address', undefined]],
    ['a sender that is no JID', el('message', { from: '@', to: TO }, body), ['malformed-sender', undefined]],
    ['a stranger', el('message', { from: 'eve@evil.example', to: TO }, body), ['stranger', 'not-allowed']],
    [
      'a stranger below a served domain',
      el('presence', { from: 'x.example.org', to: TO }),
      ['stranger', 'not-allowed'],
    ],
    ['a recipient that is no JID', iq({ to: '@sip.example.org' }), ['malformed-recipient', 'jid-malformed']],
    ['another domain', iq({ to: 'romeo@example.com' }), ['foreign-recipient', 'item-not-found']],
  ])('route - %s is refused', (_, stanza, expected) => {
    expect(refusalOf(stanza)).toEqual(expected);
  });

  test('route - a stanza over a limit is refused by its head, a stranger first of all as a stranger', () => {
    const head = el('message', { from: FROM, to: TO, id: 'm' });
    expect(routeOfRefused(head, 'too-deep', context)).toEqual({
      kind: 'refuse',
      reason: 'too-deep',
      error: { condition: 'policy-violation', text: 'too-deep' },
    });
    expect(
      routeOfRefused(el('message', { from: 'eve@evil.example', to: TO }), 'too-deep', context),
    ).toMatchObject({
      reason: 'stranger',
    });
    expect(routeOfRefused(el(''), 'too-large', context)).toEqual({ kind: 'refuse', reason: 'unknown-kind' });
  });
});

describe('route - IQs that the edge answers', () => {
  const query = (xmlns: string, attrs = {}) => el('query', { xmlns, ...attrs });

  test.each([
    ['an unknown query', iq({}, query('urn:unknown')), 'service-unavailable'],
    ['a ping that sets', iq({ type: 'set' }, el('ping', { xmlns: NS.PING })), 'service-unavailable'],
    ['Jingle that gets', iq({}, el('jingle', { xmlns: NS.JINGLE, sid: 's' })), 'service-unavailable'],
    ['a contact that cannot be', iq({ to: '\\20x@sip.example.org' }, query(NS.VERSION)), 'jid-malformed'],
  ])('route - %s is answered with an error', (_, stanza, condition) => {
    const answer = answerTo(stanza);
    expect(answer.attrs).toMatchObject({ type: 'error', id: 'i1', to: FROM });
    expect(readStanzaError(answer).condition).toBe(condition);
  });

  test.each([
    ['no id', iq({ id: undefined }, query(NS.VERSION))],
    ['no type', iq({ type: undefined }, query(NS.VERSION))],
    ['an unknown type', iq({ type: 'put' }, query(NS.VERSION))],
    ['no child', iq({})],
    ['two children', iq({}, query(NS.VERSION), query(NS.VERSION))],
    ['Jingle without a sid', iq({ type: 'set' }, el('jingle', { xmlns: NS.JINGLE }))],
    ['Jingle with an empty sid', iq({ type: 'set' }, el('jingle', { xmlns: NS.JINGLE, sid: '' }))],
    [
      'Jingle with a sid of 256 bytes',
      iq({ type: 'set' }, el('jingle', { xmlns: NS.JINGLE, sid: 'ä'.repeat(128) })),
    ],
  ])('route - %s is a bad request', (_, stanza) => {
    expect(refusalOf(stanza)).toEqual(['bad-request', 'bad-request']);
  });
});

describe('route - events', () => {
  const jingle = (action: string, sid = 's'): XmlElement =>
    iq({ type: 'set' }, el('jingle', { xmlns: NS.JINGLE, action, sid }));

  test('route - Jingle is an event of its call', () => {
    const sid = `${'ä'.repeat(127)}x`;
    const stanza = jingle('session-initiate', sid);
    expect(routeOf(stanza, context)).toEqual({
      kind: 'publish',
      key: keyOfSid(sid),
      event: { type: 'xmpp.iq.received', domain: 'sip.example.org', stanza },
    });
  });

  test('route - with a host behind the Call-IDs of ours, the call is found under it', () => {
    const hosted = { ...context, callIdHost: 'gw.example.org' };
    expect(routeOf(jingle('session-info'), hosted)).toMatchObject({ key: 'call:s@gw.example.org' });
  });

  test('route - a device that asks for the session it missed is an event of its call, by whatever way', () => {
    const asks = el('jingle', { xmlns: NS.JINGLE, action: 'existing-session-initiate', sid: 's' });
    const own = el(
      'iq',
      { type: 'get', id: 'q', from: FROM, to: 'alice@example.org', xmlns: NS.CLIENT },
      asks,
    );
    const delegated = iq(
      { type: 'set', from: 'example.org', to: 'sip.example.org' },
      el('delegation', { xmlns: NS.DELEGATION }, el('forwarded', { xmlns: NS.FORWARD }, own)),
    );
    for (const stanza of [iq({}, asks), iq({ to: 'sip.example.org' }, asks), delegated]) {
      expect(routeOf(stanza, context)).toEqual({
        kind: 'publish',
        key: keyOfSid('s'),
        event: { type: 'xmpp.iq.received', domain: 'sip.example.org', stanza },
      });
    }
    const sidless = iq({}, el('jingle', { xmlns: NS.JINGLE, action: 'existing-session-initiate' }));
    expect(routeOf(sidless, context)).toMatchObject({ kind: 'publish', key: 'user:alice@example.org' });
    const long = iq({}, el('jingle', { ...asks.attrs, sid: 'x'.repeat(256) }));
    expect(refusalOf(long)).toEqual(['bad-request', 'item-not-found']);
    const other = iq({ type: 'set', from: 'example.org' }, el('delegation', { xmlns: NS.DELEGATION }));
    expect(refusalOf(other)).toEqual(['bad-request', 'service-unavailable']);
  });

  test('route - while draining new calls are refused, calls under way are not', () => {
    const draining = { ...context, isDraining: true };
    expect(refusalOf(jingle('session-initiate'), draining)).toEqual(['draining', 'resource-constraint']);
    expect(refusalOf(jingle('session-terminate'), draining)).toBe('publish');
  });

  test.each(['result', 'error'])('route - an IQ %s is an event of the session that its id names', (type) => {
    const stanza = iq({ type, id: '3.call:abc@host' });
    expect(routeOf(stanza, context)).toEqual({
      kind: 'publish',
      key: 'call:abc@host',
      event: { type: 'xmpp.iq.answered', domain: 'sip.example.org', stanza },
    });
    expect(refusalOf(iq({ type, id: 'whatever' }))).toEqual(['unknown-answer', undefined]);
    expect(refusalOf(iq({ type, id: `3.call:${'x'.repeat(3000)}` }))).toEqual(['unknown-answer', undefined]);
  });

  test('route - a message is an event of the pair, whatever the resources', () => {
    const stanza = el('message', { from: 'Alice@Example.org/desk', to: `${TO}/x`, type: 'error' });
    expect(routeOf(stanza, context)).toEqual({
      kind: 'publish',
      key: 'pair:alice@example.org sip:romeo@example.net',
      event: { type: 'xmpp.message.received', domain: 'sip.example.org', stanza },
    });
  });

  test('route - a message to nobody and a carbon are refused', () => {
    expect(refusalOf(el('message', { from: FROM, to: 'sip.example.org' }))).toEqual([
      'no-contact',
      'jid-malformed',
    ]);
    const carbon = el('message', { from: FROM, to: TO }, el('sent', { xmlns: NS.CARBONS }));
    expect(refusalOf(carbon)).toEqual(['carbon', undefined]);
  });

  test.each(['invite', 'retract', 'accept', 'reject', 'left'])(
    'route - a call offered as a message goes no further, nor is it answered: %s (XEP-0482)',
    (name) => {
      const child = el(name, { xmlns: NS.CALL_INVITES, id: 'i' });
      const stanza = el('message', { from: FROM, to: TO }, el('body', {}, 'Join my call'), child);
      expect(refusalOf(stanza)).toEqual(['call-invite', undefined]);
    },
  );

  test('route - a presence is an event of its sender', () => {
    const stanza = el('presence', { from: FROM, to: TO });
    expect(routeOf(stanza, context)).toEqual({
      kind: 'publish',
      key: 'user:alice@example.org',
      event: { type: 'xmpp.presence.received', domain: 'sip.example.org', stanza },
    });
  });
});
