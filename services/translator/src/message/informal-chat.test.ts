import { el, NS } from '@stoxgate/wire-xmpp';
import { describe, expect, it } from 'vitest';
import { body, message, Pair, sentAndTaken, sentIn, stanzaIn, withBody } from '../testing/pair-world.ts';
import { IS_COMPOSING, isComposingDocument } from './is-composing.ts';

const CHAT = { type: 'chat' };
const state = (name: string) => el(name, { xmlns: NS.CHAT_STATES });
const typing = withBody(isComposingDocument(true), IS_COMPOSING);

describe('informal chat', () => {
  it('informal chat - texts without a thread share the Call-ID of their chat, by configuration', () => {
    const pair = new Pair({ chatCallId: 'pair' });
    const callId = (attrs: Record<string, string>, ...more: ReturnType<typeof el>[]) =>
      sentAndTaken(pair, [body('x'), ...more], attrs).request.callId;
    const first = callId(CHAT);
    expect(first).toMatch(/^[0-9a-f]{32}$/);
    pair.now += 599_000;
    expect(callId(CHAT)).toBe(first);
    expect(callId({})).not.toBe(first);
    expect(callId(CHAT, el('thread', {}, 't1'))).toBe('t1');
    expect(callId(CHAT, el('thread'))).toBe(first);
    pair.hear(typing);
    expect(sentIn(pair.say([state('composing')], CHAT)).request.callId).toBe(first);
  });

  it.each([
    ['ten minutes', (pair: Pair) => (pair.now += 600_000)],
    ['a word that it is over', (pair: Pair) => pair.say([state('gone')], CHAT)],
  ])('informal chat - another one after %s', (_, end) => {
    const pair = new Pair({ chatCallId: 'pair', lockResource: true, messageType: 'chat' });
    // What is waited for keeps the record.
    const asked = el('request', { xmlns: NS.RECEIPTS });
    const first = sentAndTaken(pair, [body('x'), asked], CHAT).request.callId;
    end(pair);
    expect(stanzaIn(pair.hear(message()))?.attrs).toMatchObject({ to: 'alice@example.org' });
    expect(sentIn(pair.say([body('x')], CHAT)).request.callId).not.toBe(first);
  });

  it('informal chat - without configuration each text has a Call-ID of its own, and answers go to the user', () => {
    const pair = new Pair();
    const [one, other] = [1, 2].map(() => sentAndTaken(pair, [body('x')], CHAT).request.callId);
    expect(one).not.toBe(other);
    expect(stanzaIn(pair.hear(message()))?.attrs).toMatchObject({ type: 'chat', to: 'alice@example.org' });
  });

  it('informal chat - answers go to the device that spoke last, by configuration (RFC 6121 §5.1)', () => {
    const pair = new Pair({ lockResource: true });
    const to = (changes = {}) => stanzaIn(pair.hear(message(changes)))?.attrs.to;
    expect(to()).toBe('alice@example.org');
    sentAndTaken(pair, [body('x')], CHAT);
    expect(to()).toBe('alice@example.org/desk');
    expect(stanzaIn(pair.hear(typing))?.attrs.to).toBe('alice@example.org/desk');
    expect(to({ requestUri: 'sip:alice@example.org;gr=pad' })).toBe('alice@example.org/pad');
    pair.say([state('active')], { ...CHAT, from: 'alice@example.org/phone' });
    expect(to()).toBe('alice@example.org/phone');
    sentAndTaken(pair, [body('x')], { ...CHAT, from: 'alice@example.org' });
    expect(to()).toBe('alice@example.org');
    const single = new Pair({ lockResource: true, messageType: 'normal' });
    sentAndTaken(single, [body('x')], CHAT);
    expect(stanzaIn(single.hear(message()))?.attrs.to).toBe('alice@example.org');
  });

  it('informal chat - a device that sends an answer back is no longer the one that speaks', () => {
    const pair = new Pair({ lockResource: true });
    sentAndTaken(pair, [body('x')], CHAT);
    const bounce = (from: string) =>
      pair.say([el('error', { type: 'cancel' })], { type: 'error', id: 'm9', from });
    const to = () => stanzaIn(pair.hear(message()))?.attrs.to;
    bounce('alice@example.org/other');
    expect(to()).toBe('alice@example.org/desk');
    bounce('alice@example.org/desk');
    expect(to()).toBe('alice@example.org');
  });
});
