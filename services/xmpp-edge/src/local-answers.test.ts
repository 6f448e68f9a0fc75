import { parseJid } from '@stoxgate/addressing';
import type { XmlElement } from '@stoxgate/contracts';
import {
  CAPS_NODE,
  capsVer,
  childOf,
  el,
  elementsOf,
  gatewayInfo,
  NS,
  phoneInfo,
  readDiscoInfo,
  readStanzaError,
} from '@stoxgate/wire-xmpp';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { answerLocally, type Self } from './local-answers.ts';
import { SELF } from './testing/self.ts';

const FROM = 'alice@example.org/desk';
const COMPONENT = 'sip.example.org';
const NUMBER = `+15551234@${COMPONENT}`;

function answer(to: string, payload: XmlElement, self: Self = SELF, type = 'get'): XmlElement {
  const jid = parseJid(to);
  if (jid === undefined) throw new Error(`no JID: ${to}`);
  const iq = el('iq', { type, id: 'i1', from: FROM, to }, payload);
  return answerLocally({ iq, payload, to: jid }, self);
}
const result = (to: string, payload: XmlElement, self: Self = SELF, type = 'get') => {
  const iq = answer(to, payload, self, type);
  expect(iq.attrs).toEqual({ type: 'result', id: 'i1', from: to, to: FROM });
  return elementsOf(iq)[0];
};
const conditionOf = (iq: XmlElement) => readStanzaError(iq).condition;
const query = (xmlns: string, attrs = {}) => el('query', { xmlns, ...attrs });
const infoOf = (to: string, self: Self = SELF) =>
  readDiscoInfo(result(to, query(NS.DISCO_INFO), self) ?? el('query'));
const abilities = (given: object) => ({
  isJmiSpoken: true,
  wantsAllCandidates: true,
  isRelayed: false,
  hasTransfers: true,
  hasDataChannels: false,
  hasReceipts: true,
  hasExternalServices: false,
  ...given,
});
const phone = (given: object): Self => ({ ...SELF, phone: phoneInfo(abilities(given)) });

describe('local answers - who we are', () => {
  test.each([NUMBER, `${NUMBER}/sip`])(
    'local answers - %s is a phone, by its bare address too, with what clients look for to call it',
    (to) => {
      const { identities, features } = infoOf(to);
      expect(identities).toMatchObject([{ category: 'client', type: 'phone', name: 'Stoxgate' }]);
      expect(features).toEqual(
        expect.arrayContaining([
          'http://jabber.org/protocol/disco#info',
          'http://jabber.org/protocol/caps',
          'urn:xmpp:jingle:1',
          'urn:xmpp:jingle:apps:rtp:1',
          'urn:xmpp:jingle:apps:rtp:audio',
          'urn:xmpp:jingle:transports:ice-udp:1',
          'urn:xmpp:jingle:apps:dtls:0',
          'urn:xmpp:jingle-message:0',
          'urn:ietf:rfc:3264',
          'urn:xmpp:jingle:apps:rtp:rtcp-fb:0',
          'urn:xmpp:jingle:apps:rtp:rtp-hdrext:0',
          'urn:ietf:rfc:5888',
          'urn:ietf:rfc:5576',
          'urn:ietf:rfc:5761',
          'urn:xmpp:jingle:dtmf:0',
          'urn:xmpp:jingle:transfer:0',
          'http://jabber.org/protocol/chatstates',
          'urn:xmpp:receipts',
          'urn:xmpp:chat-markers:0',
        ]),
      );
      expect(new Set(features).size).toBe(features.length);
    },
  );

  test.each([
    ['isJmiSpoken', false, 'urn:xmpp:jingle-message:0'],
    ['hasTransfers', false, 'urn:xmpp:jingle:transfer:0'],
    ['wantsAllCandidates', false, 'urn:ietf:rfc:3264'],
    ['hasReceipts', false, 'urn:xmpp:receipts'],
    ['hasReceipts', false, 'urn:xmpp:chat-markers:0'],
    ['isRelayed', true, 'urn:xmpp:jingle:transports:raw-udp:1'],
    ['isRelayed', true, 'urn:xmpp:jingle:apps:rtp:zrtp:1'],
  ])('local answers - a contact with %s %s has no %s', (ability, value, feature) => {
    expect(infoOf(NUMBER).features).toContain(feature);
    expect(infoOf(NUMBER, phone({ [ability]: value })).features).not.toContain(feature);
  });

  test('local answers - a contact has data channels only where they pass', () => {
    const feature = 'urn:xmpp:jingle:transports:dtls-sctp:1';
    expect(infoOf(NUMBER).features).not.toContain(feature);
    expect(infoOf(NUMBER, phone({ hasDataChannels: true })).features).toContain(feature);
  });

  test('local answers - the component is a gateway to SIP, and to telephones unless told otherwise', () => {
    const { identities, features } = infoOf(COMPONENT);
    expect(identities.map(({ category, type }) => `${category}/${type}`)).toEqual([
      'gateway/sip',
      'gateway/pstn',
    ]);
    expect(features).toEqual(expect.arrayContaining([NS.GATEWAY, NS.PING]));
    expect(features).not.toContain(NS.JINGLE);
    const plain = infoOf(COMPONENT, { ...SELF, gateway: gatewayInfo(abilities({}), false) });
    expect(plain.identities.map(({ type }) => type)).toEqual(['sip']);
  });

  test.each([NUMBER, `${NUMBER}/sip`, COMPONENT, `${COMPONENT}/sip`])(
    'local answers - the node of its capabilities gives what they were computed from, another none: %s',
    (to) => {
      const plain = result(to, query(NS.DISCO_INFO)) ?? el('query');
      const node = `${CAPS_NODE}#${capsVer(readDiscoInfo(plain))}`;
      expect(result(to, query(NS.DISCO_INFO, { node }))).toEqual({
        ...plain,
        attrs: { ...plain.attrs, node },
      });
      expect(conditionOf(answer(to, query(NS.DISCO_INFO, { node: `${CAPS_NODE}#x` })))).toBe(
        'item-not-found',
      );
    },
  );

  test('local answers - a server that delegates Jingle may ask what it is to show, and shows nothing more', () => {
    for (const node of [
      'urn:xmpp:delegation:1:bare:urn:xmpp:jingle:1',
      'urn:xmpp:delegation:2::urn:xmpp:jingle:1',
    ]) {
      expect(result('sip.example.org', query(NS.DISCO_INFO, { node }))).toEqual(
        el('query', { xmlns: NS.DISCO_INFO, node }),
      );
    }
    const other = query(NS.DISCO_INFO, { node: 'urn:xmpp:delegation:2::urn:xmpp:mam:2' });
    expect(conditionOf(answer('sip.example.org', other))).toBe('item-not-found');
  });

  test('local answers - there are no items', () => {
    expect(result(NUMBER, query(NS.DISCO_ITEMS))).toEqual(query(NS.DISCO_ITEMS));
    expect(conditionOf(answer(NUMBER, query(NS.DISCO_ITEMS, { node: 'x' })))).toBe('item-not-found');
  });
});

describe('local answers - small queries', () => {
  test('local answers - ping, version, last activity, time', () => {
    expect(result(NUMBER, el('ping', { xmlns: NS.PING }))).toBeUndefined();
    expect(result(NUMBER, query(NS.VERSION))).toEqual(
      el('query', { xmlns: NS.VERSION }, el('name', {}, 'Stoxgate'), el('version', {}, '1.2.3')),
    );
    expect(result(COMPONENT, query(NS.LAST))).toEqual(query(NS.LAST, { seconds: '90' }));
    expect(result(NUMBER, query(NS.LAST))).toEqual(query(NS.LAST, { seconds: '0' }));
    expect(result(NUMBER, el('time', { xmlns: NS.TIME }))).toEqual(
      el('time', { xmlns: NS.TIME }, el('tzo', {}, '+00:00'), el('utc', {}, '2026-01-02T03:04:05.000Z')),
    );
  });

  test.each([
    ['+15551234', '+15551234', '+15551234'],
    ['100', '100', '100'],
    ['romeo', 'romeo', undefined],
    ['carol\\40other.net', 'carol@other.net', undefined],
  ])('local answers - the card of %s has a name, and its number if it is one', (local, name, number) => {
    const card = result(`${local}@${COMPONENT}`, el('vCard', { xmlns: NS.VCARD }));
    const tel =
      number === undefined ? [] : [el('TEL', {}, el('VOICE'), el('PREF'), el('NUMBER', {}, number))];
    expect(card).toEqual(el('vCard', { xmlns: NS.VCARD }, el('FN', {}, name), ...tel));
  });

  test('local answers - the newer card, asked for directly or at its node', () => {
    const card = el(
      'vcard',
      { xmlns: NS.VCARD4 },
      el('fn', {}, el('text', {}, '+15551234')),
      el('tel', {}, el('uri', {}, 'tel:+15551234')),
    );
    expect(result(NUMBER, el('vcard', { xmlns: NS.VCARD4 }))).toEqual(card);
    const items = (node: string) => el('pubsub', { xmlns: NS.PUBSUB }, el('items', { node }));
    const pubsub = result(NUMBER, items(NS.VCARD4_NODE)) ?? el('x');
    expect(pubsub).toEqual(
      el(
        'pubsub',
        { xmlns: NS.PUBSUB },
        el('items', { node: NS.VCARD4_NODE }, el('item', { id: 'current' }, card)),
      ),
    );
    expect(conditionOf(answer(NUMBER, items('urn:xmpp:avatar:metadata')))).toBe('item-not-found');
    const extension = result(`100@${COMPONENT}`, el('vcard', { xmlns: NS.VCARD4 })) ?? el('x');
    expect(childOf(extension, 'tel')).toEqual(el('tel', {}, el('text', {}, '100')));
  });

  test.each([
    ['an unknown query', query('urn:unknown'), 'get'],
    ['a subscription to a node', el('pubsub', { xmlns: NS.PUBSUB }, el('subscribe')), 'set'],
    ['a card to keep', el('vCard', { xmlns: NS.VCARD }), 'set'],
    ['a prompt for a contact', query(NS.GATEWAY), 'get'],
    ['services where there are none', el('services', { xmlns: NS.EXTERNAL_SERVICES }), 'get'],
  ])('local answers - %s is no service of ours', (_, payload, type) => {
    expect(conditionOf(answer(NUMBER, payload, SELF, type))).toBe('service-unavailable');
  });
});

describe('local answers - anything', () => {
  test('local answers - whatever is asked of whomever, there is one answer', () => {
    const names = fc.constantFrom(
      'query',
      'vCard',
      'vcard',
      'pubsub',
      'time',
      'services',
      'credentials',
      'ping',
    );
    const spaces = fc.constantFrom(...Object.values(NS));
    const attrs = fc.dictionary(fc.constantFrom('node', 'type', 'host'), fc.string({ unit: 'binary' }));
    const child = fc.tuple(
      fc.constantFrom('items', 'prompt', 'service'),
      attrs,
      fc.string({ unit: 'binary' }),
    );
    const targets = fc.constantFrom(NUMBER, `${NUMBER}/sip`, COMPONENT, `\\20x@${COMPONENT}`);
    fc.assert(
      fc.property(targets, names, spaces, attrs, child, fc.constantFrom('get', 'set'), (to, ...given) => {
        const [name, xmlns, more, [inner, innerAttrs, text], type] = given;
        const payload = el(name, { ...more, xmlns }, el(inner, innerAttrs, text));
        const self = {
          ...SELF,
          externalServices: [{ type: 'stun', host: 'h', transport: 'udp', ttl: 60 } as const],
        };
        const { attrs: answered } = answer(to, payload, self, type);
        expect(answered).toMatchObject({ id: 'i1', from: to, to: FROM });
        expect(['result', 'error']).toContain(answered.type);
      }),
      { numRuns: 500 },
    );
  });
});

describe('local answers - what a gateway is asked', () => {
  const typed = (text: string) => el('query', { xmlns: NS.GATEWAY }, el('prompt', {}, text));

  test.each([
    ['+1 (555) 123-4', `+15551234@${COMPONENT}`],
    ['tel:+1-555-1234', `+15551234@${COMPONENT}`],
    ['100', `100@${COMPONENT}`],
    [' romeo ', `romeo@${COMPONENT}`],
    ['romeo@example.net', `romeo@${COMPONENT}`],
    ['sip:carol@other.net', `carol\\40other.net@${COMPONENT}`],
    ['o m', `o\\20m@${COMPONENT}`],
  ])('local answers - typed %s is the contact %s (XEP-0100)', (text, jid) => {
    const query = result(COMPONENT, typed(text), SELF, 'set') ?? el('x');
    expect(childOf(query, 'jid')).toEqual(el('jid', {}, jid));
  });

  test.each(['', '   ', 'a@b c', 'sips:a@b', '\ud800', 'a@'])(
    'local answers - typed %j can be nobody',
    (text) => {
      expect(conditionOf(answer(COMPONENT, typed(text), SELF, 'set'))).toBe('not-acceptable');
    },
  );

  test('local answers - a gateway says what is to be typed', () => {
    const prompt = result(COMPONENT, query(NS.GATEWAY)) ?? el('x');
    expect(elementsOf(prompt).map(({ name }) => name)).toEqual(['desc', 'prompt']);
  });
});

describe('local answers - STUN and TURN', () => {
  const TURN = { type: 'turn', host: 'turn.example.org', transport: 'udp', ttl: 3600 } as const;
  const self: Self = {
    ...SELF,
    externalServices: [
      { type: 'stun', host: 'stun.example.org', port: 3478, transport: 'udp', ttl: 3600 },
      { ...TURN, port: 3478, username: 'u', password: 'p' },
      { ...TURN, host: 'rest.example.org', transport: 'tcp', secret: 'north' },
    ],
  };
  const ask = (name: string, attrs = {}, ...children: XmlElement[]) =>
    el(name, { xmlns: NS.EXTERNAL_SERVICES, ...attrs }, ...children);

  test('local answers - services with their credentials, those of a secret until they expire (XEP-0215)', () => {
    const services = elementsOf(result(COMPONENT, ask('services'), self) ?? el('x'));
    expect(services.map(({ attrs }) => attrs)).toEqual([
      { type: 'stun', host: 'stun.example.org', port: '3478', transport: 'udp' },
      {
        type: 'turn',
        host: 'turn.example.org',
        port: '3478',
        transport: 'udp',
        username: 'u',
        password: 'p',
      },
      {
        type: 'turn',
        host: 'rest.example.org',
        transport: 'tcp',
        username: '1767326645',
        password: 'KLsXF+Jhxj1ct2wI+AY8EEbGm3U=',
        expires: '2026-01-02T04:04:05.000Z',
      },
    ]);
  });

  test('local answers - services of one type', () => {
    const services = result(COMPONENT, ask('services', { type: 'stun' }), self) ?? el('x');
    expect(services.attrs.type).toBe('stun');
    expect(elementsOf(services)).toHaveLength(1);
  });

  test('local answers - credentials of the service that is named, and of no other', () => {
    const named = (host: string) => ask('credentials', {}, el('service', { type: 'turn', host }));
    const credentials = elementsOf(result(COMPONENT, named('turn.example.org'), self) ?? el('x'));
    expect(credentials.map(({ attrs }) => attrs.password)).toEqual(['p']);
    expect(conditionOf(answer(COMPONENT, named('other.example'), self))).toBe('item-not-found');
    expect(conditionOf(answer(COMPONENT, ask('credentials'), self))).toBe('item-not-found');
  });
});
