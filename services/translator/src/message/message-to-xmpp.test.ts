import type { SipRequest } from '@stoxgate/contracts';
import { el, NS } from '@stoxgate/wire-xmpp';
import { describe, expect, it } from 'vitest';
import {
  body,
  message,
  NOW,
  of,
  Pair,
  sentIn,
  stanzaIn,
  statusIn,
  withBody,
  withHeaders,
} from '../testing/pair-world.ts';
import { MESSAGE_ACCEPT } from './sip-content.ts';

describe('message to XMPP', () => {
  it('message to XMPP - accepts at once, then delivers (RFC 7572 table 2)', () => {
    const pair = new Pair();
    const commands = pair.hear(
      message({ headers: { subject: ['Hello'], 'content-language': ['de, en'] }, callId: 'two%20words' }),
    );
    expect(commands.map(({ type }) => type)).toEqual(['sip.response.send', 'xmpp.stanza.send']);
    const [answer] = of(commands, 'sip.response.send');
    expect(answer).toMatchObject({ edge: 'edge-1', response: { status: 202, vias: message().vias } });
    expect(answer?.response.to.params.tag).toMatch(/^[0-9a-f]{16}$/);
    expect(answer?.response.contact).toBeUndefined();
    expect(of(commands, 'xmpp.stanza.send')[0]?.domain).toBe('sip.example.org');
    const stanza = stanzaIn(commands);
    expect(stanza?.attrs.id).toMatch(/^m[0-9a-f]{20}$/);
    expect(stanza).toEqual(
      el(
        'message',
        {
          id: stanza?.attrs.id,
          from: 'romeo@sip.example.org',
          to: 'alice@example.org',
          'xml:lang': 'de',
        },
        el('subject', {}, 'Hello'),
        el('body', {}, 'Hi'),
        el('thread', {}, 'two%20words'),
      ),
    );
    expect(pair.session).toBeUndefined();
  });

  it('message to XMPP - the answer may be 200', () => {
    expect(statusIn(new Pair({ messageAcceptStatus: 200 }).hear(message()))).toBe(200);
  });

  it('message to XMPP - an answer to a thread of ours finds that thread again', () => {
    const pair = new Pair();
    const sent = sentIn(pair.say([body('x'), el('thread', {}, 'two words')]));
    const stanza = stanzaIn(pair.hear(message({ callId: sent.request.callId })));
    expect(stanza?.children).toContainEqual(el('thread', {}, 'two words'));
  });

  it('message to XMPP - full JIDs by gr, of the URI or beside it', () => {
    const stanza = stanzaIn(
      new Pair().hear(
        message({
          requestUri: 'sip:alice@example.org;gr=desk',
          from: { uri: 'sip:romeo@example.net;gr=orchard', params: { tag: 'r' } },
        }),
      ),
    );
    expect(stanza?.attrs).toMatchObject({
      from: 'romeo@sip.example.org/orchard',
      to: 'alice@example.org/desk',
    });
    const beside = message({ from: { uri: 'sip:romeo@example.net', params: { tag: 'r', gr: 'x' } } });
    expect(stanzaIn(new Pair().hear(beside))?.attrs.from).toBe('romeo@sip.example.org/x');
  });

  it('message to XMPP - the Request-URI says to whom; To where that names only us', () => {
    const to = (requestUri: string, uri: string) =>
      stanzaIn(new Pair().hear(message({ requestUri, to: { uri, params: {} } })))?.attrs.to;
    expect(to('sip:alice@example.org', 'sip:list@example.net')).toBe('alice@example.org');
    expect(to('sip:alice@example.org', 'sip:bob@example.org;gr=desk')).toBe('alice@example.org');
    expect(to('sip:alice@192.0.2.1:5600', 'sip:alice@example.org')).toBe('alice@example.org');
  });

  it('message to XMPP - one id for all copies, another for each request', () => {
    const id = (changes: Partial<SipRequest>) => stanzaIn(new Pair().hear(message(changes)))?.attrs.id;
    const ids = [
      id({}),
      id({ cseq: { number: 2, method: 'MESSAGE' } }),
      id({ callId: 'other' }),
      id({ from: { uri: 'sip:romeo@example.net', params: { tag: 'other' } } }),
      id({ vias: ['SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKother'] }),
    ];
    expect(new Set(ids).size).toBe(ids.length);
    expect(id({})).toBe(ids[0]);
  });

  it('message to XMPP - normal, unless the user is chatting', () => {
    const pair = new Pair();
    expect(stanzaIn(pair.hear(message()))?.attrs.type).toBeUndefined();
    pair.answer(sentIn(pair.say([body('x')], { type: 'chat' })), 200);
    pair.now += 599_000;
    expect(stanzaIn(pair.hear(message()))?.attrs.type).toBe('chat');
    pair.now += 1_000;
    expect(stanzaIn(pair.hear(message()))?.attrs.type).toBeUndefined();
    expect(pair.session).toBeUndefined();
  });

  it.each([
    ['normal', undefined],
    ['chat', 'chat'],
  ] as const)('message to XMPP - always %s, by configuration', (messageType, type) => {
    const pair = new Pair({ messageType });
    pair.answer(sentIn(pair.say([body('x')], { type: 'chat' })), 200);
    expect(stanzaIn(pair.hear(message()))?.attrs.type).toBe(type);
    expect(stanzaIn(new Pair({ messageType }).hear(message()))?.attrs.type).toBe(type);
  });

  it('message to XMPP - HTML is XHTML-IM beside its text (XEP-0071)', () => {
    const stanza = stanzaIn(new Pair().hear(withBody('<p onclick="x()">Hi <b>you</b></p>', 'text/html')));
    expect(stanza?.children).toContainEqual(body('Hi you'));
    const html = el('p', {}, 'Hi ', el('strong', {}, 'you'));
    expect(stanza?.children).toContainEqual(
      el('html', { xmlns: NS.XHTML_IM }, el('body', { xmlns: NS.XHTML }, html)),
    );
  });

  it('message to XMPP - a display name is the nickname (XEP-0172)', () => {
    const from = { displayName: 'Romeo\0 M.', uri: 'sip:romeo@example.net', params: { tag: 'r' } };
    expect(stanzaIn(new Pair().hear(message({ from })))?.children).toContainEqual(
      el('nick', { xmlns: NS.NICK }, 'Romeo M.'),
    );
  });

  it('message to XMPP - the name in a wrapper counts only under the address of the request', () => {
    const wrapped = (from: string) => withBody(`From: ${from}\r\n\r\n\r\nHi`, 'message/cpim');
    const nickIn = (request: SipRequest) =>
      stanzaIn(new Pair().hear(request))?.children.find(
        (child) => typeof child === 'object' && child.name === 'nick',
      );
    const romeo = el('nick', { xmlns: NS.NICK }, 'Romeo');
    expect(nickIn(wrapped('Romeo <sip:romeo@EXAMPLE.net;gr=x>'))).toEqual(romeo);
    expect(nickIn(wrapped('Romeo <sip:tybalt@example.net>'))).toBeUndefined();
    const named = { displayName: 'R', uri: 'sip:romeo@example.net', params: { tag: 'r' } };
    expect(nickIn({ ...wrapped('Romeo <sip:romeo@example.net>'), from: named })).toEqual(
      el('nick', { xmlns: NS.NICK }, 'R'),
    );
  });

  it('message to XMPP - for now or never: no archive keeps it (XEP-0334)', () => {
    const stanza = stanzaIn(new Pair().hear(withHeaders({ expires: ['0'] })));
    expect(stanza?.children).toContainEqual(el('no-store', { xmlns: NS.HINTS }));
  });

  it('message to XMPP - the timer forgets a chat that is over, not one that goes on', () => {
    const pair = new Pair();
    const commands = pair.say([body('x')], { type: 'chat' });
    const [pendingTimer] = of(commands, 'timer.set');
    pair.answer(sentIn(commands), 200);
    pair.now = pendingTimer!.dueAt;
    const [chatTimer] = of(pair.handle({ ...pendingTimer!, type: 'timer.fired' }), 'timer.set');
    expect(chatTimer?.dueAt).toBe(NOW + 600_000);
    pair.now = chatTimer!.dueAt;
    expect(pair.handle({ ...chatTimer!, type: 'timer.fired' })).toEqual([]);
    expect(pair.session).toBeUndefined();
  });

  it.each([
    ['utf-8 by name', withBody('ü', 'text/plain; charset="UTF-8"'), 'ü'],
    ['us-ascii', withBody('abc', 'TEXT/PLAIN;charset=us-ascii'), 'abc'],
    ['ISO-8859-1 bytes', withBody('/GJlcg==', 'text/plain;charset=ISO-8859-1', 'base64'), 'über'],
    ['ISO-8859-1 that looks like UTF-8', withBody('ü', 'text/plain;charset=iso-8859-1'), 'Ã¼'],
    ['no content type', withBody('x', ''), 'x'],
    ['without what XML forbids', withBody('a\0b\ufffec'), 'abc'],
    ['identity encoding', message({ headers: { 'content-encoding': ['identity'] } }), 'Hi'],
    ['64 KiB', withBody('x'.repeat(65_536)), 'x'.repeat(65_536)],
  ])('message to XMPP - reads %s', (_, request, text) => {
    expect(stanzaIn(new Pair().hear(request))?.children).toContainEqual(body(text));
  });

  it.each<[string, SipRequest, number, Record<string, string[]>]>([
    ['other types', withBody('x', 'image/png'), 415, { accept: [MESSAGE_ACCEPT] }],
    [
      'other charsets',
      withBody('x', 'text/plain;charset=koi8-r'),
      415,
      { accept: [MESSAGE_ACCEPT], 'accept-charset': ['utf-8'] },
    ],
    ['encodings', withHeaders({ 'content-encoding': ['gzip'] }), 415, { 'accept-encoding': ['identity'] }],
    ['what is no UTF-8', withBody('/GJlcg==', 'text/plain', 'base64'), 400, {}],
    ['broken base64', withBody('=', 'text/plain;charset=iso-8859-1', 'base64'), 400, {}],
    ['more than 64 KiB', withBody('ü'.repeat(32_769)), 413, {}],
    ['required extensions', withHeaders({ require: ['foo, bar'] }), 420, { unsupported: ['foo, bar'] }],
    ['what has no hops left', message({ maxForwards: 0 }), 483, {}],
    ['other methods', message({ method: 'INFO' }), 405, { allow: ['MESSAGE'] }],
    [
      'users of nobody',
      message({ requestUri: 'sip:alice@example.com', to: { uri: 'sip:x@y', params: {} } }),
      404,
      {},
    ],
    ['sips', message({ requestUri: 'sips:alice@example.org' }), 416, {}],
    ['no user', message({ requestUri: 'sip:example.org' }), 484, {}],
    ['a sender over sips', message({ from: { uri: 'sips:romeo@example.net', params: {} } }), 403, {}],
    ['a malformed sender', message({ from: { uri: 'sip:a%ff@example.net', params: {} } }), 400, {}],
  ])('message to XMPP - refuses %s', (_, request, status, headers) => {
    const pair = new Pair();
    const commands = pair.hear(request);
    expect(commands).toHaveLength(1);
    expect(of(commands, 'sip.response.send')[0]?.response).toMatchObject({ status, headers });
    expect(pair.session).toBeUndefined();
  });

  it('message to XMPP - what came out of the gateway to one user does not go to another (loop)', () => {
    const sent = sentIn(new Pair().say([body('x')], { to: 'bob\\40example.org@sip.example.org' }));
    const vias = ['SIP/2.0/UDP proxy;branch=z9hG4bKp', `SIP/2.0/UDP us;branch=${sent.branch}`];
    const back = message({ vias, from: sent.request.from, requestUri: 'sip:bob@example.org' });
    expect(statusIn(new Pair().hear(back))).toBe(482);
    expect(statusIn(new Pair().hear({ ...back, vias: [vias[0]!] }))).toBe(202);
    expect(statusIn(new Pair().hear({ ...back, from: message().from }))).toBe(202);
  });

  it('message to XMPP - Expires counts from the Date, or from now', () => {
    const isDelivered = (headers: Record<string, string[]>) =>
      stanzaIn(new Pair().hear(withHeaders(headers))) !== undefined;
    expect(isDelivered({ expires: ['60'] })).toBe(true);
    expect(isDelivered({ expires: ['300'], date: ['Fri, 02 Jan 2026 03:00:00 GMT'] })).toBe(true);
    expect(isDelivered({ expires: ['240'], date: ['Fri, 02 Jan 2026 03:00:00 GMT'] })).toBe(false);
    expect(isDelivered({ expires: ['soon'], date: ['Fri, 02 Jan 2026 03:00:00 GMT'] })).toBe(true);
  });

  it.each([
    ['expired', { date: ['Fri, 02 Jan 2026 03:00:00 GMT'], expires: ['60'] }],
    ['empty', { 'content-type': ['text/plain'] }],
  ])('message to XMPP - accepts and drops what is %s', (_, headers) => {
    const request = !('date' in headers) ? message({ body: undefined }) : message({ headers });
    expect(new Pair().hear(request).map(({ type }) => type)).toEqual(['sip.response.send']);
  });

  it('message to XMPP - an old Date is a delay stamp (XEP-0203)', () => {
    const delay = (date: string) => {
      const stanza = stanzaIn(new Pair().hear(withHeaders({ date: [date], expires: ['3600'] })));
      return stanza?.children.find((child) => typeof child !== 'string' && child.name === 'delay');
    };
    expect(delay('Fri, 02 Jan 2026 03:00:00 GMT')).toEqual(
      el('delay', { xmlns: 'urn:xmpp:delay', stamp: '2026-01-02T03:00:00Z' }),
    );
    expect(delay('Fri, 02 Jan 2026 03:03:30 GMT')).toBeUndefined();
    expect(delay('yesterday')).toBeUndefined();
  });

  it('message to XMPP - other events change nothing', () => {
    const pair = new Pair();
    expect(pair.hear(message({ method: 'ACK' }))).toEqual([]);
    expect(pair.handle({ type: 'timer.fired', name: 'pair', dueAt: 1 })).toEqual([]);
    const stanza = el('presence', {});
    expect(pair.handle({ type: 'xmpp.presence.received', domain: 'd', stanza })).toEqual([]);
    expect(pair.session).toBeUndefined();
  });
});
