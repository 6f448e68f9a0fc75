import { el, NS } from '@stoxgate/wire-xmpp';
import { describe, expect, it } from 'vitest';
import {
  body,
  message,
  of,
  Pair,
  sentAndTaken,
  sentIn,
  stanzaIn,
  statusIn,
  withBody,
} from '../testing/pair-world.ts';
import { readCpim } from './cpim.ts';
import { imdnDocument, readImdn } from './imdn.ts';

const REQUEST = el('request', { xmlns: NS.RECEIPTS });
const MARKABLE = el('markable', { xmlns: NS.CHAT_MARKERS });
const receipt = (id: string) => el('received', { xmlns: NS.RECEIPTS, id });
const marker = (name: string, id: string) => el(name, { xmlns: NS.CHAT_MARKERS, id });

const wrapped = (dispositions: string, messageId = 'abc') =>
  withBody(
    `From: <sip:x@y>\r\nNS: imdn <urn:ietf:params:imdn>\r\nimdn.Message-ID: ${messageId}\r\n` +
      `imdn.Disposition-Notification: ${dispositions}\r\n\r\nContent-Type: text/plain\r\n\r\nHi`,
    'message/cpim',
  );
/** A wrapped message with more headers. */
const routed = (...headers: string[]) => {
  const { body: plain, ...rest } = wrapped('positive-delivery');
  const content = plain?.content.replace('imdn.Message-ID', `${headers.join('\r\n')}\r\nimdn.Message-ID`);
  return {
    ...rest,
    body: { contentType: 'message/cpim', content: content ?? '', encoding: 'utf8' as const },
  };
};
const idIn = (pair: Pair, dispositions: string): string =>
  stanzaIn(pair.hear(wrapped(dispositions)))?.attrs.id ?? '';
const notification = (
  messageId: string,
  status: 'delivered' | 'displayed' | 'failed' | 'forbidden' | 'error',
) =>
  withBody(
    imdnDocument(
      messageId,
      { uri: 'sip:romeo@example.net' },
      0,
      status === 'displayed' ? 'display-notification' : 'delivery-notification',
      status,
    ),
    'message/imdn+xml',
  );
/** `imdn.Message-ID` of the request. */
const messageIdIn = ({ request }: ReturnType<typeof sentIn>): string =>
  readCpim(request.body?.content ?? '')?.asked?.messageId ?? '';
const notificationIn = ({ request }: ReturnType<typeof sentIn>) =>
  readImdn(readCpim(request.body?.content ?? '')?.body.content ?? '');

describe('notifications to XMPP', () => {
  it('notifications to XMPP - asked for only when the sender asks, and has named the message', () => {
    const type = (...args: Parameters<Pair['say']>) =>
      sentIn(new Pair().say(...args)).request.body?.contentType;
    expect(type([body('x')])).toBe('text/plain;charset=UTF-8');
    expect(type([body('x'), REQUEST])).toBe('message/cpim');
    expect(type([body('x'), MARKABLE])).toBe('message/cpim');
    expect(type([body('x'), REQUEST], { id: '' })).toBe('text/plain;charset=UTF-8');
    const marked = sentIn(new Pair().say([body('x'), MARKABLE]));
    expect(readCpim(marked.request.body?.content ?? '')?.asked?.dispositions).toEqual({
      delivery: false,
      failure: false,
      display: true,
    });
  });

  it('notifications to XMPP - never wrapped, or always, by configuration', () => {
    const never = sentIn(new Pair({ useCpim: 'never' }).say([body('x'), REQUEST]));
    expect(never.request.body?.contentType).toBe('text/plain;charset=UTF-8');
    const always = sentIn(new Pair({ useCpim: 'always' }).say([body('x')]));
    expect(always.request.body?.content).not.toContain('Disposition-Notification');
    expect(readCpim(always.request.body?.content ?? '')?.body.content).toBe('x');
  });

  it('notifications to XMPP - each receipt has the id of its own stanza, and goes to the device that sent it', () => {
    const pair = new Pair();
    const sent = ['one', 'two', 'three'].map((id) =>
      sentAndTaken(pair, [body(id), REQUEST], { id, from: `alice@example.org/${id}`, type: 'chat' }),
    );
    expect(new Set(sent.map(messageIdIn)).size).toBe(3);
    for (const index of [1, 2, 0]) {
      const name = ['one', 'two', 'three'][index];
      const commands = pair.hear(notification(messageIdIn(sent[index]!), 'delivered'));
      expect(statusIn(commands)).toBe(202);
      expect(stanzaIn(commands)).toMatchObject({
        attrs: { from: 'romeo@sip.example.org', to: `alice@example.org/${name}`, type: 'chat' },
        children: [receipt(name ?? '')],
      });
    }
  });

  it('notifications to XMPP - what was read has arrived', () => {
    const pair = new Pair();
    const sent = sentAndTaken(pair, [body('x'), REQUEST, MARKABLE]);
    const commands = pair.hear(notification(messageIdIn(sent), 'displayed'));
    expect(of(commands, 'xmpp.stanza.send').map(({ stanza }) => stanza.children[0])).toEqual([
      receipt('m1'),
      marker('displayed', 'm1'),
    ]);
    expect(pair.session).toBeUndefined();
  });

  it.each([
    ['failed', 'recipient-unavailable'],
    ['forbidden', 'forbidden'],
    ['error', 'undefined-condition'],
  ] as const)('notifications to XMPP - %s is the error %s, once', (status, condition) => {
    const pair = new Pair();
    const id = messageIdIn(sentAndTaken(pair, [body('x'), REQUEST]));
    const error = stanzaIn(pair.hear(notification(id, status)));
    expect(error?.attrs).toMatchObject({ type: 'error', id: 'm1', to: 'alice@example.org/desk' });
    expect(JSON.stringify(error)).toContain(`"${condition}"`);
    expect(of(pair.hear(notification(id, status)), 'xmpp.stanza.send')).toEqual([]);
    expect(pair.session).toBeUndefined();
  });

  it('notifications to XMPP - one that nobody waits for is accepted and counted', () => {
    const pair = new Pair();
    const commands = pair.hear(notification('guessed', 'delivered'));
    expect(commands.map(({ type }) => type)).toEqual(['sip.response.send']);
    expect(pair.dropped).toEqual(['notification']);
  });

  it.each(['processed', 'stored'])(
    'notifications to XMPP - %s says nothing; the receipt may still come',
    (word) => {
      const pair = new Pair();
      const id = messageIdIn(sentAndTaken(pair, [body('x'), REQUEST]));
      const { body: delivered } = notification(id, 'delivered');
      const content = delivered?.content
        .replaceAll('delivery-notification', 'processing-notification')
        .replace('delivered', word);
      expect(of(pair.hear(withBody(content ?? '', 'message/imdn+xml')), 'xmpp.stanza.send')).toEqual([]);
      expect(stanzaIn(pair.hear(notification(id, 'delivered')))?.children).toEqual([receipt('m1')]);
    },
  );

  it('notifications to XMPP - one that asks for notifications gets none', () => {
    const pair = new Pair();
    const id = messageIdIn(sentAndTaken(pair, [body('x'), REQUEST]));
    const { body: delivered } = notification(id, 'delivered');
    const { body: asking } = wrapped('positive-delivery, negative-delivery');
    const content = asking?.content.replace(
      'text/plain\r\n\r\nHi',
      `message/imdn+xml\r\n\r\n${delivered?.content}`,
    );
    expect(stanzaIn(pair.hear(withBody(content ?? '', 'message/cpim')))?.children).toEqual([receipt('m1')]);
    expect(pair.session).toBeUndefined();
  });

  it('notifications to XMPP - refused by type, the text goes without: none is waited for', () => {
    const pair = new Pair();
    const again = sentIn(pair.answer(sentIn(pair.say([body('x'), REQUEST])), 415));
    expect(again.request.body).toMatchObject({ contentType: 'text/plain;charset=UTF-8', content: 'x' });
    expect(pair.session?.awaited).toEqual([]);
  });

  it('notifications to XMPP - a receipt leaves the marker to wait for', () => {
    const pair = new Pair();
    const id = messageIdIn(sentAndTaken(pair, [body('x'), REQUEST, MARKABLE]));
    pair.hear(notification(id, 'delivered'));
    const read = stanzaIn(pair.hear(notification(id, 'displayed')));
    expect(read?.children).toEqual([marker('displayed', 'm1')]);
  });

  it('notifications to XMPP - of a message that failed none is waited for', () => {
    const pair = new Pair();
    pair.answer(sentIn(pair.say([body('x'), REQUEST])), 404);
    expect(pair.session).toBeUndefined();
  });

  it('notifications to XMPP - waited for a day, fifty at a time', () => {
    const pair = new Pair();
    for (let index = 0; index < 60; index++) sentAndTaken(pair, [body('x'), REQUEST], { id: `${index}` });
    expect(pair.session?.awaited.map(({ stanza }) => stanza.id)).toEqual(
      Array.from({ length: 50 }, (_, index) => `${index + 10}`),
    );
    pair.now += 86_400_000;
    pair.handle({ type: 'timer.fired', name: 'pair', dueAt: pair.now });
    expect(pair.session).toBeUndefined();
  });

  it('notifications to XMPP - by configuration a 200 is a receipt, a 202 is none', () => {
    const said = (status: number, receiptOn2xx: boolean) => {
      const pair = new Pair({ receiptOn2xx });
      return stanzaIn(pair.answer(sentIn(pair.say([body('x'), REQUEST])), status))?.children;
    };
    expect(said(200, true)).toEqual([receipt('m1')]);
    expect(said(202, true)).toBeUndefined();
    expect(said(200, false)).toBeUndefined();
  });
});

describe('notifications to SIP', () => {
  it.each([
    ['positive-delivery', ['request']],
    ['display', ['markable']],
    ['positive-delivery, display', ['request', 'markable']],
    ['negative-delivery', []],
  ])('notifications to SIP - %s asks for %j', (dispositions, names) => {
    const stanza = stanzaIn(new Pair().hear(wrapped(dispositions)));
    const asked = stanza?.children.flatMap((child) =>
      typeof child !== 'string' && (child.name === 'request' || child.name === 'markable')
        ? [child.name]
        : [],
    );
    expect(asked).toEqual(names);
  });

  it('notifications to SIP - tried again, the message keeps its id', () => {
    const again = {
      ...wrapped('positive-delivery'),
      callId: 'other',
      vias: ['SIP/2.0/UDP h;branch=z9hG4bKo'],
    };
    const pair = new Pair();
    expect(stanzaIn(pair.hear(wrapped('positive-delivery')))?.attrs.id).toBe(
      stanzaIn(pair.hear(again))?.attrs.id,
    );
    expect(pair.session?.owed).toHaveLength(1);
  });

  it('notifications to SIP - a receipt is a notification about that message, and asks for none', () => {
    const pair = new Pair();
    const id = idIn(pair, 'positive-delivery');
    const sent = sentIn(pair.say([receipt(id)], { id: 'r1' }));
    expect(sent.request).toMatchObject({
      requestUri: 'sip:romeo@example.net',
      from: { uri: 'sip:alice@example.org;gr=desk' },
      body: { contentType: 'message/cpim' },
    });
    expect(notificationIn(sent)).toEqual({ messageId: 'abc', disposition: { kind: 'delivered' } });
    expect(sent.request.body?.content).toContain('Content-Disposition: notification');
    expect(sent.request.body?.content).not.toContain('Disposition-Notification');
    expect(pair.answer(sent, 200)).toEqual([]);
    expect(pair.session?.owed).toEqual([]);
  });

  it('notifications to SIP - it goes by those who wanted to be on its path (RFC 5438 §6.5)', () => {
    const notified = (...headers: string[]) => {
      const pair = new Pair();
      const id = stanzaIn(pair.hear(routed(...headers)))?.attrs.id ?? '';
      return sentIn(pair.say([receipt(id)], { id: 'r1' })).request;
    };
    const request = notified(
      'imdn.IMDN-Record-Route: Bob <sip:first@relay.example>',
      'imdn.IMDN-Record-Route: <sip:second@relay.example>',
      'imdn.Original-To: <im:all@example.net>',
    );
    expect(request).toMatchObject({
      requestUri: 'sip:first@relay.example',
      to: { uri: 'sip:romeo@example.net' },
    });
    expect(request.body?.content).toContain(
      'imdn.IMDN-Route: <sip:first@relay.example>\r\nimdn.IMDN-Route: <sip:second@relay.example>\r\n',
    );
    expect(request.body?.content).toContain('<original-recipient-uri>im:all@example.net<');
    for (const hole of ['<mailto:a@b>', 'sip:a@b', '<sip:a b@c>', `<sip:${'a'.repeat(300)}@b>`]) {
      const astray = notified('imdn.IMDN-Record-Route: <sip:a@b>', `imdn.IMDN-Record-Route: ${hole}`);
      expect(astray.requestUri).toBe('sip:romeo@example.net');
      expect(astray.body?.content).not.toContain('IMDN-Route');
    }
    expect(notified(...Array(9).fill('imdn.IMDN-Record-Route: <sip:a@b>')).requestUri).toBe(
      'sip:romeo@example.net',
    );
  });

  it('notifications to SIP - once for all devices; what was not asked for never', () => {
    const pair = new Pair();
    const id = idIn(pair, 'positive-delivery');
    sentIn(pair.say([receipt(id)], { id: 'r1' }));
    expect(pair.say([receipt(id)], { id: 'r2', from: 'alice@example.org/phone' })).toEqual([]);
    expect(pair.say([marker('displayed', id)], { id: 'r3' })).toEqual([]);
    expect(pair.say([receipt('other')], { id: 'r4' })).toEqual([]);
    expect(pair.dropped).toEqual(['notification', 'notification', 'notification']);
  });

  it.each(['displayed', 'acknowledged'])('notifications to SIP - %s says that it was read', (name) => {
    const pair = new Pair();
    const id = idIn(pair, 'positive-delivery, display');
    expect(notificationIn(sentIn(pair.say([marker(name, id)])))?.disposition).toEqual({ kind: 'displayed' });
    expect(pair.session?.owed).toEqual([]);
  });

  it.each([
    ['service-unavailable', 'failed'],
    ['item-not-found', 'failed'],
    ['forbidden', 'forbidden'],
    ['not-allowed', 'forbidden'],
    ['policy-violation', 'error'],
  ])('notifications to SIP - the error %s is %s', (condition, status) => {
    const pair = new Pair();
    const id = idIn(pair, 'negative-delivery');
    const error = el('error', { type: 'cancel' }, el(condition, { xmlns: NS.STANZA_ERROR }));
    const sent = sentIn(pair.say([error], { type: 'error', id, from: 'alice@example.org' }));
    expect(notificationIn(sent)?.disposition).toEqual({ kind: 'undelivered', status });
    expect(pair.say([error], { type: 'error', id })).toEqual([]);
  });

  it('notifications to SIP - an error that nobody asked to hear of is counted', () => {
    const pair = new Pair();
    const id = idIn(pair, 'positive-delivery');
    expect(pair.say([el('error')], { type: 'error', id })).toEqual([]);
    expect(pair.say([el('error')], { type: 'error', id: 'other' })).toEqual([]);
    expect(new Pair().say([el('error')], { type: 'error' })).toEqual([]);
    expect(pair.dropped).toEqual(['bounced', 'bounced']);
  });

  it('notifications to SIP - one that SIP refuses is nobody’s error', () => {
    const pair = new Pair();
    const id = idIn(pair, 'positive-delivery');
    const sent = sentIn(pair.say([receipt(id)]));
    expect(of(pair.answer(sent, 404), 'xmpp.stanza.send')).toEqual([]);
    expect(pair.dropped).toEqual(['notification']);
  });

  it('notifications to SIP - owed for a day, fifty at a time', () => {
    const pair = new Pair();
    for (let index = 0; index < 60; index++) pair.hear(wrapped('display', `${index}`));
    expect(pair.session?.owed).toHaveLength(50);
    pair.now += 86_400_000;
    pair.handle({ type: 'timer.fired', name: 'pair', dueAt: pair.now });
    expect(pair.session).toBeUndefined();
  });

  it('notifications to SIP - a plain text asks for nothing', () => {
    const stanza = stanzaIn(new Pair().hear(message()));
    expect(JSON.stringify(stanza)).not.toContain(NS.RECEIPTS);
  });
});
