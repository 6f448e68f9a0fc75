import { el, NS } from '@stoxgate/wire-xmpp';
import { describe, expect, it } from 'vitest';
import { body, of, Pair, sentAndTaken, sentIn, stanzaIn, statusIn, withBody } from '../testing/pair-world.ts';
import { isComposingDocument, readIsComposing } from './is-composing.ts';

const state = (name: string) => el(name, { xmlns: NS.CHAT_STATES });
const types = (isActive: boolean) =>
  withBody(isComposingDocument(isActive), 'application/im-iscomposing+xml');
const shown = (pair: Pair, isActive: boolean) => {
  const [child] = stanzaIn(pair.hear(types(isActive)))?.children ?? [];
  return typeof child === 'object' ? child.name : undefined;
};
/** A chat in which SIP showed that it reads states. */
function chatting(changes = {}): Pair {
  const pair = new Pair(changes);
  sentAndTaken(pair, [body('x')], { type: 'chat' });
  pair.hear(types(true));
  pair.hear(types(false));
  return pair;
}
const isActiveIn = (commands: ReturnType<Pair['say']>) =>
  readIsComposing(sentIn(commands).request.body?.content ?? '')?.isActive;

describe('composing', () => {
  it('composing - from SIP: active is composing, idle is active; a bare state is no text', () => {
    const pair = new Pair();
    sentAndTaken(pair, [body('x')], { type: 'chat' });
    const commands = pair.hear(types(true));
    expect(statusIn(commands)).toBe(202);
    expect(stanzaIn(commands)).toMatchObject({
      attrs: { type: 'chat', from: 'romeo@sip.example.org', to: 'alice@example.org' },
      children: [state('composing'), el('thread', {}, 'call-1'), el('no-store', { xmlns: NS.HINTS })],
    });
    expect(shown(pair, true)).toBeUndefined();
    expect(shown(pair, false)).toBe('active');
    expect(shown(pair, false)).toBeUndefined();
  });

  it('composing - idle may be paused, by configuration', () => {
    const pair = new Pair({ idleAs: 'paused' });
    sentAndTaken(pair, [body('x')], { type: 'chat' });
    pair.hear(types(true));
    expect(shown(pair, false)).toBe('paused');
  });

  it('composing - a SIP side that accepts states gets them before it sent one', () => {
    const pair = new Pair();
    sentAndTaken(
      pair,
      [body('x')],
      { type: 'chat' },
      { accept: ['text/plain, application/im-iscomposing+xml'] },
    );
    expect(isActiveIn(pair.say([state('composing')], { type: 'chat' }))).toBe(true);
  });

  it('composing - nobody gets states who said nothing (XEP-0085 §5.1)', () => {
    const pair = new Pair();
    expect(shown(pair, true)).toBeUndefined();
    expect(shown(pair, false)).toBeUndefined();
    sentAndTaken(pair, [body('x')], { type: 'chat' });
    expect(shown(pair, true)).toBe('composing');
  });

  it('composing - what was typed has come: no state after it', () => {
    const pair = new Pair();
    sentAndTaken(pair, [body('x')], { type: 'chat' });
    pair.hear(types(true));
    pair.hear(withBody('done'));
    expect(shown(pair, false)).toBeUndefined();
  });

  it('composing - a text of somebody who says when it types is active (XEP-0085 §5.1)', () => {
    const withState = (pair: Pair) =>
      JSON.stringify(stanzaIn(pair.hear(withBody('x')))).includes(NS.CHAT_STATES);
    expect(withState(chatting())).toBe(true);
    const pair = new Pair();
    sentAndTaken(pair, [body('x')], { type: 'chat' });
    expect(withState(pair)).toBe(false);
    expect(withState(new Pair())).toBe(false);
  });

  it('composing - to SIP only when it reads states', () => {
    const pair = new Pair();
    expect(pair.say([state('composing')], { type: 'chat' })).toEqual([]);
    expect(pair.session).toBeUndefined();
    sentAndTaken(pair, [body('x')], { type: 'chat' });
    expect(of(pair.say([state('composing')], { type: 'chat' }), 'sip.request.send')).toEqual([]);
    expect(isActiveIn(chatting().say([state('composing')], { type: 'chat' }))).toBe(true);
  });

  it.each(['paused', 'active', 'inactive'])('composing - %s is idle, once, after composing', (name) => {
    const pair = chatting();
    expect(of(pair.say([state(name)], { type: 'chat' }), 'sip.request.send')).toEqual([]);
    pair.answer(sentIn(pair.say([state('composing')], { type: 'chat' })), 200);
    const idle = pair.say([state(name)], { type: 'chat' });
    expect(isActiveIn(idle)).toBe(false);
    pair.answer(sentIn(idle), 200);
    expect(of(pair.say([state(name)], { type: 'chat' }), 'sip.request.send')).toEqual([]);
  });

  it('composing - a text ends it: what is typed next is told again', () => {
    const pair = chatting();
    pair.answer(sentIn(pair.say([state('composing')], { type: 'chat' })), 200);
    sentAndTaken(pair, [body('done')], { type: 'chat' });
    expect(isActiveIn(pair.say([state('composing')], { type: 'chat' }))).toBe(true);
  });

  it('composing - gone ends the chat and says nothing to SIP', () => {
    const pair = chatting();
    pair.answer(sentIn(pair.say([state('composing')], { type: 'chat' })), 200);
    expect(of(pair.say([state('gone')], { type: 'chat' }), 'sip.request.send')).toEqual([]);
    expect(stanzaIn(pair.hear(withBody('x')))?.attrs.type).toBeUndefined();
  });

  it('composing - one request for one time of typing, refreshed before it runs out, ten minutes at most', () => {
    const pair = chatting();
    pair.answer(sentIn(pair.say([state('composing')], { type: 'chat' })), 200);
    expect(of(pair.say([state('composing')], { type: 'chat' }), 'sip.request.send')).toEqual([]);
    let refreshes = 0;
    for (let waited = 0; waited < 20; waited++) {
      pair.now += 100_000;
      const commands = pair.handle({ type: 'timer.fired', name: 'pair', dueAt: pair.now });
      const [sent] = of(commands, 'sip.request.send');
      if (sent === undefined) continue;
      refreshes++;
      pair.hear(types(false));
      pair.answer(sent, 200);
    }
    expect(refreshes).toBe(5);
  });

  it('composing - a state that waits makes way for the next word', () => {
    const pair = chatting();
    const slow = sentIn(pair.say([body('slow')], { type: 'chat' }));
    expect(of(pair.say([state('composing')], { type: 'chat' }), 'sip.request.send')).toEqual([]);
    pair.say([body('done')], { type: 'chat' });
    expect(pair.session?.queue).toHaveLength(2);
    expect(sentIn(pair.answer(slow, 200)).request.body?.content).toBe('done');
  });

  it('composing - a state that SIP says nothing to holds up the next word for two seconds', () => {
    const pair = chatting();
    const typing = sentIn(pair.say([state('composing')], { type: 'chat' }));
    pair.now += 500;
    const waiting = pair.say([body('done')], { type: 'chat' });
    expect(of(waiting, 'sip.request.send')).toEqual([]);
    const [timer] = of(waiting, 'timer.set');
    expect(timer?.dueAt).toBe(pair.now + 2_000);
    pair.say([body('more')], { type: 'chat' });
    pair.now += 2_000;
    const sent = sentIn(pair.handle({ type: 'timer.fired', name: 'pair', dueAt: pair.now }));
    expect(sent.request.body?.content).toBe('done');
    expect(pair.answer(typing, 200)).toEqual([]);
    expect(sentIn(pair.answer(sent, 200)).request.body?.content).toBe('more');
  });

  it('composing - refused by SIP: nobody is told, and no more of it', () => {
    const pair = chatting();
    const commands = pair.answer(sentIn(pair.say([state('composing')], { type: 'chat' })), 415);
    expect(of(commands, 'xmpp.stanza.send')).toEqual([]);
    expect(of(pair.say([state('composing')], { type: 'chat' }), 'sip.request.send')).toEqual([]);
  });

  it('composing - silence is the end of it', () => {
    const pair = new Pair();
    sentAndTaken(pair, [body('x')], { type: 'chat' });
    pair.hear(types(true));
    pair.now += 119_000;
    expect(pair.handle({ type: 'timer.fired', name: 'pair', dueAt: pair.now })).not.toContainEqual(
      expect.objectContaining({ type: 'xmpp.stanza.send' }),
    );
    pair.now += 1_000;
    const commands = pair.handle({ type: 'timer.fired', name: 'pair', dueAt: pair.now });
    expect(stanzaIn(commands)?.children[0]).toEqual(state('active'));
  });
});
