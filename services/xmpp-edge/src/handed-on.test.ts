import type { XmlElement } from '@stoxgate/contracts';
import { keyOfSid } from '@stoxgate/contracts';
import { el, elementsOf, NS, readStanzaError } from '@stoxgate/wire-xmpp';
import { describe, expect, test } from 'vitest';
import { inTheNameOf } from './handed-on.ts';
import { type RouteContext, routeOf } from './route.ts';
import { SELF } from './testing/self.ts';

const map = {
  ...SELF.map,
  xmppDomains: ['example.org', 'example.com'],
  intercepted: [{ domain: 'example.org', component: 'sip.example.org' }],
};
const context: RouteContext = {
  domain: 'sip.example.org',
  normalDomain: 'sip.example.org',
  self: { ...SELF, map },
  isServed: (domain) => map.xmppDomains.includes(domain),
  isDraining: false,
  callIdHost: '',
};
const ALICE = 'alice@example.org/phone';
const BOB = 'bob@example.org/desk';

const forwarded = (stanza: XmlElement): XmlElement =>
  el('forwarded', { xmlns: NS.FORWARD }, { ...stanza, attrs: { ...stanza.attrs, xmlns: NS.CLIENT } });
const handedOn = (stanza: XmlElement, attrs = {}): XmlElement =>
  el(
    'iq',
    { type: 'set', id: 'd1', from: 'example.org', to: 'sip.example.org', ...attrs },
    el('delegation', { xmlns: NS.DELEGATION }, forwarded(stanza)),
  );
const jingle = (attrs = {}): XmlElement =>
  el(
    'iq',
    { type: 'set', id: 'j1', from: ALICE, to: BOB, ...attrs },
    el('jingle', { xmlns: NS.JINGLE, action: 'session-initiate', sid: 's' }),
  );
const message = (attrs = {}): XmlElement =>
  el(
    'message',
    { type: 'chat', id: 'm1', from: ALICE, to: BOB, ...attrs },
    el('propose', { xmlns: NS.JINGLE_MESSAGE, id: 's' }),
  );
const answered = (inner: XmlElement, attrs = {}): XmlElement =>
  el(
    'iq',
    { type: 'result', id: '3.call:s', from: 'alice@example.org', to: 'sip.example.org', ...attrs },
    el('privilege', { xmlns: NS.PRIVILEGE }, forwarded(inner)),
  );

describe('handed on', () => {
  test('handed on - Jingle between users of an intercepted domain is an event of its call, wrapped as it came', () => {
    for (const to of [BOB, 'bob@example.org', 'alice@example.org', '+4930@example.org']) {
      const stanza = handedOn(jingle({ to }));
      expect(routeOf(stanza, context)).toEqual({
        kind: 'publish',
        key: keyOfSid('s'),
        event: { type: 'xmpp.iq.received', domain: 'sip.example.org', stanza },
      });
    }
  });

  test('handed on - a message of a call is an event as if it had come by itself, and its bearer is answered then', () => {
    expect(routeOf(handedOn(message()), context)).toEqual({
      kind: 'publish',
      key: keyOfSid('s'),
      event: { type: 'xmpp.message.received', domain: 'sip.example.org', stanza: message() },
      receipt: el('iq', { type: 'result', id: 'd1', from: 'sip.example.org', to: 'example.org' }),
    });
    const bounce = el('message', { type: 'error', id: '3.call:s', from: 'bob@example.org', to: ALICE });
    expect(routeOf(handedOn(bounce), context)).toMatchObject({ kind: 'publish', key: 'call:s' });
  });

  test.each([
    ['from a user of another domain', handedOn(jingle({ from: 'eve@example.com/x' }))],
    ['from a user without a resource', handedOn(jingle({ from: 'alice@example.org' }))],
    ['from nobody', handedOn(jingle({ from: undefined }))],
    ['to another domain', handedOn(jingle({ to: 'bob@example.com' }))],
    ['to the server', handedOn(jingle({ to: 'example.org' }))],
    [
      'of a domain that is not intercepted',
      handedOn(jingle({ from: 'a@example.com/x' }), { from: 'example.com' }),
    ],
    ['by a user', handedOn(jingle(), { from: ALICE })],
    ['by a user as its server', handedOn(jingle(), { from: 'example.org/x' })],
    ['that gets', handedOn(jingle({ type: 'get' }))],
    ['that is another message', handedOn(el('message', { from: ALICE, to: BOB, id: 'm' }, el('body')))],
    ['that is presence', handedOn(el('presence', { from: ALICE, to: BOB }))],
    ['that is two', handedOn(jingle(), {})],
  ])('handed on - what is handed on %s is refused', (what, stanza) => {
    const twice = what === 'that is two';
    const [delegation] = stanza.children as XmlElement[];
    const [one] = (delegation as XmlElement).children as XmlElement[];
    const doubled = { ...(one as XmlElement), children: [...(one as XmlElement).children, jingle()] };
    const given = twice
      ? { ...stanza, children: [{ ...(delegation as XmlElement), children: [doubled] }] }
      : stanza;
    const route = routeOf(given, context);
    if (route.kind !== 'answer') {
      const error = { condition: 'service-unavailable' };
      expect(route).toEqual({ kind: 'refuse', reason: 'bad-request', error });
      return;
    }
    // A server may leave its user without an answer to an error of its own.
    const [answer] = elementsOf(elementsOf(elementsOf(route.stanza)[0] ?? el(''))[0] ?? el(''));
    expect(route.stanza.attrs).toMatchObject({ type: 'result', id: 'd1', to: stanza.attrs.from });
    expect(answer?.attrs).toMatchObject({ type: 'error', id: 'j1', xmlns: NS.CLIENT });
    expect(readStanzaError(answer ?? el('')).condition).toBe('service-unavailable');
  });

  test('handed on - while draining a new call is refused', () => {
    const draining = { ...context, isDraining: true };
    for (const stanza of [handedOn(jingle()), handedOn(message())]) {
      expect(routeOf(stanza, draining)).toMatchObject({ kind: 'refuse', reason: 'draining' });
    }
  });

  test('handed on - the answer to an IQ in the name of a user is that of the one who answered', () => {
    const inner = el('iq', { type: 'error', id: '3.call:s', from: BOB, to: ALICE }, el('error'));
    expect(routeOf(answered(inner), context)).toEqual({
      kind: 'publish',
      key: 'call:s',
      event: { type: 'xmpp.iq.answered', domain: 'sip.example.org', stanza: inner },
    });
  });

  test.each([
    [
      'a device',
      answered(el('iq', { type: 'result', id: '3.call:s', from: BOB, to: ALICE }), { from: ALICE }),
    ],
    [
      'another user',
      answered(el('iq', { type: 'result', id: '3.call:s', from: BOB, to: 'kate@example.org/x' })),
    ],
    ['another IQ', answered(el('iq', { type: 'result', id: '4.call:t', from: BOB, to: ALICE }))],
    ['no answer', answered(el('iq', { type: 'set', id: '3.call:s', from: BOB, to: ALICE }))],
    [
      'a domain that is not intercepted',
      answered(el('iq', { type: 'result', id: '3.call:s', from: BOB, to: 'a@example.com/x' }), {
        from: 'a@example.com',
      }),
    ],
  ])('handed on - an answer of %s stands for nobody else', (_, stanza) => {
    expect(routeOf(stanza, context)).toMatchObject({ event: { stanza } });
  });
});

describe('in the name of', () => {
  test('in the name of - an IQ goes to the user that it is from, a message to its server', () => {
    expect(inTheNameOf(map, 'sip.example.org', jingle())).toEqual(
      el(
        'iq',
        { type: 'set', id: 'j1', from: 'sip.example.org', to: 'alice@example.org' },
        el(
          'privileged_iq',
          { xmlns: NS.PRIVILEGE },
          { ...jingle(), attrs: { xmlns: NS.CLIENT, ...jingle().attrs } },
        ),
      ),
    );
    expect(inTheNameOf(map, 'sip.example.org', message())).toEqual(
      el(
        'message',
        { id: 'm1', from: 'sip.example.org', to: 'example.org' },
        el('privilege', { xmlns: NS.PRIVILEGE }, forwarded(message())),
      ),
    );
  });

  test.each([
    ['a user of another domain', 'sip.example.org', jingle({ from: 'a@example.com/x' })],
    ['a contact of another component', 'sip.example.org', jingle({ from: 'romeo@sip.example.com' })],
    ['the server', 'sip.example.org', jingle({ from: 'example.org' })],
    ['nobody', 'sip.example.org', jingle({ from: undefined })],
    ['a user, by another component', 'sip.example.com', jingle()],
    ['a user, in presence', 'sip.example.org', el('presence', { from: ALICE, to: BOB })],
    ['a user, in an answer', 'sip.example.org', jingle({ type: 'result' })],
  ])('in the name of - nothing is sent for %s', (_, component, stanza) => {
    expect(inTheNameOf(map, component, stanza)).toBeUndefined();
  });
});
