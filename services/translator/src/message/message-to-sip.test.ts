import type { XmlElement } from '@stoxgate/contracts';
import { el, NS } from '@stoxgate/wire-xmpp';
import { describe, expect, it } from 'vitest';
import { body, errorIn, of, Pair, sentAndTaken, sentIn } from '../testing/pair-world.ts';

describe('message to SIP', () => {
  it('message to SIP - body, subject, thread, language and instance (RFC 7572 table 1)', () => {
    const pair = new Pair();
    const commands = pair.say(
      [
        el('subject', {}, 'Hello\r\nthere'),
        body('Art thou not Romeo,\nand a Montague?'),
        el('thread', {}, 'abc-1'),
      ],
      { 'xml:lang': 'en' },
    );
    const { branch, request, edge } = sentIn(commands);
    expect(branch).toMatch(/^z9hG4bK[a-z0-9]{20,}-[0-9a-f]{8}$/);
    expect(edge).toBeUndefined();
    expect(request).toMatchObject({
      method: 'MESSAGE',
      requestUri: 'sip:romeo@example.net',
      routes: [],
      from: {
        uri: 'sip:alice@example.org;gr=desk',
        params: { tag: expect.stringMatching(/^[0-9a-f]{16}$/) },
      },
      to: { uri: 'sip:romeo@example.net', params: {} },
      callId: 'abc-1',
      maxForwards: 70,
      headers: { subject: ['Hello there'], 'content-language': ['en'] },
      body: {
        contentType: 'text/plain;charset=UTF-8',
        content: 'Art thou not Romeo,\nand a Montague?',
        encoding: 'utf8',
      },
    });
    // RFC 3428 §4: MUST NOT have a Contact.
    expect(request.contact).toBeUndefined();
  });

  it('message to SIP - a 2xx leaves nothing to say and nothing to remember', () => {
    const pair = new Pair();
    const sent = sentIn(pair.say([body('Hi')]));
    expect(pair.session?.queue).toHaveLength(1);
    expect(pair.answer(sent, 100)).toEqual([]);
    expect(pair.answer(sent, 202)).toEqual([]);
    expect(pair.session).toBeUndefined();
    expect(pair.answer(sent, 404)).toEqual([]);
  });

  it('message to SIP - Call-ID fresh without thread, the thread when legal, else its escape', () => {
    const pair = new Pair();
    const callId = (...children: XmlElement[]) => sentAndTaken(pair, [body('x'), ...children]).request.callId;
    const first = callId();
    expect(first).toMatch(/^[0-9a-f]{32}$/);
    expect(callId()).not.toBe(first);
    expect(callId(el('thread', {}, 't@h'))).toBe('t@h');
    expect(callId(el('thread', {}, 'two words'))).toBe('%sid.two%20words');
    const long = callId(el('thread', {}, 'x'.repeat(300)));
    expect(long).toMatch(/^[0-9a-f]{32}$/);
    expect(callId(el('thread', {}, 'x'.repeat(300)))).toBe(long);
  });

  it('message to SIP - CSeq rises within a Call-ID, at once and over the life of the record', () => {
    const pair = new Pair();
    const cseq = () => sentAndTaken(pair, [body('x'), el('thread', {}, 't')], { type: 'chat' }).request.cseq;
    const first = cseq();
    const second = cseq();
    expect(second).toBeGreaterThan(first);
    pair.session = undefined;
    pair.now += 1000;
    expect(cseq()).toBeGreaterThan(second);
    expect(first).toBeLessThan(2 ** 31);
  });

  it.each([
    ['the body in no language', [body('de', { 'xml:lang': 'de' }), body('none')], 'none', undefined],
    [
      'else the first body',
      [body('de', { 'xml:lang': 'de' }), body('fr', { 'xml:lang': 'fr' })],
      'de',
      ['de'],
    ],
    [
      'the body that says something',
      [body('', { 'xml:lang': 'de' }), body('fr', { 'xml:lang': 'fr' })],
      'fr',
      ['fr'],
    ],
    [
      'a URL without a body',
      [el('x', { xmlns: 'jabber:x:oob' }, el('url', {}, 'https://h/f'))],
      'https://h/f',
      undefined,
    ],
    [
      'a shared file without a body',
      [
        el(
          'file-sharing',
          { xmlns: NS.FILE_SHARING },
          el('sources', {}, el('url-data', { xmlns: NS.URL_DATA, target: 'https://h/f' })),
        ),
      ],
      'https://h/f',
      undefined,
    ],
    [
      'a correction, as the text that it is',
      [body('new'), el('replace', { xmlns: 'urn:xmpp:message-correct:0', id: 'm0' })],
      'new',
      undefined,
    ],
    [
      'what stands in for a reply',
      [body('> old\nnew'), el('reply', { xmlns: 'urn:xmpp:reply:0', id: 'm0' })],
      '> old\nnew',
      undefined,
    ],
    ['a subject alone', [el('subject', {}, 's')], '', undefined],
    ['a subject in any script', [el('subject', {}, 'Grüße, 世界 🌍'), body('x')], 'x', undefined],
    ['no invented language', [body('x', { 'xml:lang': 'en\r\nX: y' })], 'x', undefined],
  ])('message to SIP - sends %s', (_, children, text, lang) => {
    const { request } = sentIn(new Pair().say(children));
    expect(request.body?.content).toBe(text);
    expect(request.headers['content-language']).toEqual(lang);
    const [subject] = children.filter(({ name }) => name === 'subject');
    expect(request.headers.subject).toEqual(subject?.children);
  });

  it('message to SIP - a delay stamp is the Date (RFC 3428 §4)', () => {
    const delay = el('delay', { xmlns: 'urn:xmpp:delay', stamp: '2002-09-10T23:08:25Z' });
    expect(sentIn(new Pair().say([body('x'), delay])).request.headers.date).toEqual([
      'Tue, 10 Sep 2002 23:08:25 GMT',
    ]);
    const wrapped = sentIn(new Pair({ useCpim: 'always' }).say([body('x'), delay]));
    expect(wrapped.request.body?.content).toContain('DateTime: 2002-09-10T23:08:25.000Z\r\n');
  });

  it.each([
    ['a chat state', [el('composing', { xmlns: 'http://jabber.org/protocol/chatstates' })], {}],
    ['a receipt', [el('received', { xmlns: 'urn:xmpp:receipts', id: 'x' })], {}],
    ['an empty body', [body('')], {}],
    [
      'a reaction',
      [el('reactions', { xmlns: 'urn:xmpp:reactions:0', id: 'm0' }, el('reaction', {}, '👍'))],
      {},
    ],
    ['an error', [body('x')], { type: 'error' }],
    [
      'a copy of a message (XEP-0280)',
      [
        el(
          'sent',
          { xmlns: 'urn:xmpp:carbons:2' },
          el('forwarded', { xmlns: 'urn:xmpp:forward:0' }, el('message', {}, body('x'))),
        ),
      ],
      {},
    ],
    ['keys without a message', [el('encrypted', { xmlns: NS.OMEMO_LEGACY }, el('header'))], {}],
  ])('message to SIP - %s makes no traffic', (_, children, attrs) => {
    const pair = new Pair();
    expect(pair.say(children, attrs)).toEqual([]);
    expect(pair.session).toBeUndefined();
  });

  it.each<[string, (XmlElement | string)[], Record<string, string>, string]>([
    ['group chat', [body('x')], { type: 'groupchat' }, 'service-unavailable'],
    ['more than 64 KiB', [body('ü'.repeat(32_769))], {}, 'policy-violation'],
    ['a stranger', [body('x')], { from: 'eve@evil.example/x' }, 'not-allowed'],
    [
      'a SIP contact to a SIP contact (loop)',
      [body('x')],
      { from: 'juliet@sip.example.org/sip' },
      'not-acceptable',
    ],
    ['a domain of nobody', [body('x')], { to: 'romeo@example.com' }, 'remote-server-not-found'],
    ['a name that is no SIP user', [body('x')], { to: 'a\\40b\\20c@sip.example.org' }, 'jid-malformed'],
  ])('message to SIP - refuses %s', (_, children, attrs, condition) => {
    const pair = new Pair();
    const commands = pair.say(children, attrs);
    expect(of(commands, 'sip.request.send')).toEqual([]);
    expect(errorIn(commands)).toMatchObject({
      attrs: {
        type: 'error',
        id: 'm1',
        from: attrs.to ?? 'romeo@sip.example.org',
        to: attrs.from ?? 'alice@example.org/desk',
      },
      condition,
    });
    expect(pair.session).toBeUndefined();
  });

  it('message to SIP - the fixed resource is not sent, an instance is', () => {
    const uriTo = (to: string) => sentIn(new Pair().say([body('x')], { to })).request.requestUri;
    expect(uriTo('romeo@sip.example.org/sip')).toBe('sip:romeo@example.net');
    expect(uriTo('romeo@sip.example.org/orchard')).toBe('sip:romeo@example.net;gr=orchard');
    expect(uriTo('romeo@sip.example.org/a/sip')).toBe('sip:romeo@example.net;gr=a/sip');
  });

  it('message to SIP - bounds what is under way', () => {
    const pair = new Pair();
    sentIn(pair.say([body('x')]));
    const [first] = pair.session!.queue;
    pair.session = { ...pair.session!, queue: Array.from({ length: 999 }, () => first!) };
    expect(pair.say([body('x')])).toEqual([]);
    expect(errorIn(pair.say([body('x')]))).toMatchObject({ condition: 'resource-constraint', type: 'wait' });
    const large = new Pair({ maxMessageBytes: 0 });
    for (let i = 0; i < 16; i++) large.say([body('x'.repeat(65_536))]);
    expect(large.session?.queue).toHaveLength(16);
    expect(errorIn(large.say([body('x')])).condition).toBe('resource-constraint');
  });

  it('message to SIP - encrypted messages: one word in a conversation, and not one of them goes out', () => {
    const pair = new Pair();
    const secret = [body('fallback'), el('encryption', { xmlns: NS.ENCRYPTION, namespace: 'x' })];
    const told = pair.say(secret);
    expect(errorIn(told)).toMatchObject({ attrs: { id: 'm1' }, condition: 'not-acceptable' });
    pair.now += 599_000;
    expect(pair.say(secret)).toEqual([]);
    expect(pair.dropped).toEqual(['encrypted']);
    expect(sentAndTaken(pair, [body('in clear')]).request.body?.content).toBe('in clear');
    pair.now += 601_000;
    expect(errorIn(pair.say(secret)).condition).toBe('not-acceptable');
  });

  it.each(['normal', 'headline', 'chat', 'whatever'])('message to SIP - type %s is a MESSAGE', (type) => {
    expect(sentIn(new Pair().say([body('x')], { type })).request.method).toBe('MESSAGE');
  });

  it('message to SIP - a nickname is the display name (XEP-0172)', () => {
    const nick = el('nick', { xmlns: NS.NICK }, 'Alice\r\nEvil: x');
    expect(sentIn(new Pair().say([body('x'), nick])).request.from.displayName).toBe('Alice Evil: x');
    expect(sentIn(new Pair().say([body('x')])).request.from.displayName).toBeUndefined();
  });

  it('message to SIP - formatted text as HTML, by configuration, to those who read it', () => {
    const html = el(
      'html',
      { xmlns: NS.XHTML_IM },
      el('body', { xmlns: NS.XHTML }, el('b', {}, 'Hi'), el('script', {}, 'x')),
    );
    const sentTo = (pair: Pair, accept: string) => {
      sentAndTaken(pair, [body('x')], { type: 'chat' }, { accept: [accept] });
      return sentIn(pair.say([body('Hi'), html]));
    };
    const plain = { contentType: 'text/plain;charset=UTF-8', content: 'Hi', encoding: 'utf8' };
    expect(sentTo(new Pair({ sendHtml: true }), 'text/plain, text/html;q=0.5').request.body).toEqual({
      contentType: 'text/html;charset=UTF-8',
      content: '<html><body><strong>Hi</strong></body></html>',
      encoding: 'utf8',
    });
    expect(sentTo(new Pair({ sendHtml: true }), 'text/plain').request.body).toEqual(plain);
    expect(sentTo(new Pair(), 'text/html').request.body).toEqual(plain);
    const pair = new Pair({ sendHtml: true });
    expect(sentIn(pair.answer(sentTo(pair, '*/*'), 415)).request.body).toEqual(plain);
  });

  it('message to SIP - one at a time: what is said in order arrives in order, whatever becomes of it', () => {
    const pair = new Pair();
    const first = sentIn(pair.say([body('1')]));
    expect(pair.say([body('2')], { id: 'm2' })).toEqual([]);
    expect(pair.say([body('3')], { id: 'm3' })).toEqual([]);
    const failed = pair.answer(first, 404);
    expect(errorIn(failed)).toMatchObject({ attrs: { id: 'm1' }, condition: 'item-not-found' });
    const second = sentIn(failed);
    expect(second.request.body?.content).toBe('2');
    const third = sentIn(pair.answer(second, 200));
    expect(third.request.body?.content).toBe('3');
    expect(third.request.cseq).toBeGreaterThan(second.request.cseq);
    expect(pair.answer(third, 200)).toEqual([]);
    expect(pair.session).toBeUndefined();
  });

  it.each([
    [305, 'redirect', 'modify'],
    [380, 'not-acceptable', 'modify'],
    [404, 'item-not-found', 'cancel'],
    [408, 'remote-server-timeout', 'wait'],
    [415, 'not-acceptable', 'modify'],
    [486, 'recipient-unavailable', 'wait'],
    [503, 'internal-server-error', 'wait'],
    [603, 'recipient-unavailable', 'wait'],
  ])('message to SIP - %i comes back as %s', (status, condition, type) => {
    const pair = new Pair();
    const commands = pair.answer(sentIn(pair.say([body('x')])), status, { reason: 'Not\there' });
    expect(errorIn(commands)).toEqual({
      attrs: { type: 'error', id: 'm1', from: 'romeo@sip.example.org', to: 'alice@example.org/desk' },
      condition,
      type,
      text: 'Not here',
      address: undefined,
    });
    expect(pair.session).toBeUndefined();
  });

  it.each([
    ['timeout', 'remote-server-timeout'],
    ['transport', 'remote-server-not-found'],
    ['no-credentials', 'not-authorized'],
  ] as const)('message to SIP - no final response: %s comes back as %s', (cause, condition) => {
    const pair = new Pair();
    const { branch, request } = sentIn(pair.say([body('x')], { id: 'other' }));
    const failed = { type: 'sip.request.failed', callId: request.callId, method: 'MESSAGE', cause } as const;
    expect(pair.handle({ ...failed, branch: 'z9hG4bKnone' })).toEqual([]);
    expect(errorIn(pair.handle({ ...failed, branch }))).toMatchObject({ condition, attrs: { id: 'other' } });
    expect(pair.session).toBeUndefined();
  });

  it('message to SIP - answers a challenge once per realm, in a new transaction', () => {
    const pair = new Pair();
    const challenge = { headers: { 'proxy-authenticate': ['Digest realm="a", nonce="1"'] } };
    const first = sentIn(pair.say([body('x')]));
    const second = sentIn(pair.answer(first, 407, challenge));
    expect(second.branch).not.toBe(first.branch);
    expect(second.challenges).toEqual([
      { header: 'proxy-authenticate', value: 'Digest realm="a", nonce="1"' },
    ]);
    expect(second.request).toEqual({ ...first.request, cseq: second.request.cseq });
    expect(second.request.cseq).toBeGreaterThan(first.request.cseq);
    expect(errorIn(pair.answer(second, 407, challenge)).condition).toBe('registration-required');
    expect(pair.session).toBeUndefined();
  });

  it('message to SIP - without credentials a challenge is an error', () => {
    const pair = new Pair({ hasCredentials: false });
    const challenge = { headers: { 'www-authenticate': ['Digest realm="a", nonce="1"'] } };
    expect(errorIn(pair.answer(sentIn(pair.say([body('x')])), 401, challenge)).condition).toBe(
      'not-authorized',
    );
  });

  it('message to SIP - follows one redirection, to the Contact with the highest q', () => {
    const pair = new Pair();
    const contacts = [
      { uri: 'sip:low@example.net', params: { q: '0.1' } },
      { uri: 'sip:high@example.net?x=y', params: { q: '0.9' } },
    ];
    const again = sentIn(pair.answer(sentIn(pair.say([body('x')])), 302, { contacts }));
    expect(again.request.requestUri).toBe('sip:high@example.net');
    expect(again.request.to.uri).toBe('sip:romeo@example.net');
    expect(errorIn(pair.answer(again, 301, { contacts }))).toMatchObject({
      condition: 'gone',
      address: 'xmpp:high@sip.example.org',
    });
  });

  it('message to SIP - a redirection to nowhere is an error at once', () => {
    const pair = new Pair();
    expect(errorIn(pair.answer(sentIn(pair.say([body('x')])), 302))).toMatchObject({ condition: 'redirect' });
    const contacts = [{ uri: 'mailto:x@y', params: {} }];
    expect(errorIn(pair.answer(sentIn(pair.say([body('x')])), 300, { contacts })).address).toBeUndefined();
    const moved = [{ uri: 'sip:a@example.net', params: {} }];
    // RFC 7247 §7.2: 410 MUST NOT carry an address.
    expect(
      errorIn(pair.answer(sentIn(pair.say([body('x')])), 410, { contacts: moved })).address,
    ).toBeUndefined();
  });

  it('message to SIP - gives up what no edge speaks of any more', () => {
    const pair = new Pair();
    const [timer] = of(pair.say([body('x')]), 'timer.set');
    pair.now += 10_000;
    expect(pair.say([body('y')], { id: 'm2' })).toEqual([]);
    pair.now = timer!.dueAt;
    const commands = pair.handle({ type: 'timer.fired', name: timer!.name, dueAt: timer!.dueAt });
    expect(errorIn(commands)).toMatchObject({ condition: 'remote-server-timeout', attrs: { id: 'm1' } });
    expect(of(commands, 'timer.set').map(({ dueAt }) => dueAt)).toEqual([timer!.dueAt + 40_000]);
    expect(pair.answer(sentIn(commands), 200)).toEqual([]);
    expect(pair.session).toBeUndefined();
  });
});
