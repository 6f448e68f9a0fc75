import { el, NS } from '@stoxgate/wire-xmpp';
import { describe, expect, it } from 'vitest';
import { NOW, POLICY } from '../testing/pair-world.ts';
import { answersIn, DESK, stanzasIn, timerIn, User } from '../testing/user-world.ts';

const PHONE = 'alice@example.org/phone';

describe('user', () => {
  it('user - known resources are told at once, with priorities', () => {
    const user = new User();
    expect(user.presence(DESK, undefined, '5')).toEqual([]);
    expect(user.presence(PHONE, undefined, '-200')).toEqual([]);
    expect(user.request()).toEqual([
      {
        type: 'session.notify',
        key: 'call:1',
        event: {
          type: 'user.resources.answered',
          bareJid: 'alice@example.org',
          known: true,
          resources: [
            { fullJid: DESK, priority: 5 },
            { fullJid: PHONE, priority: -128 },
          ],
        },
      },
    ]);
  });

  it('user - the record ends with the last resource', () => {
    const user = new User();
    user.presence(DESK);
    user.presence(PHONE);
    user.presence(DESK, 'unavailable');
    expect(answersIn(user.request())).toEqual([{ key: 'call:1', known: true, resources: [PHONE] }]);
    user.now += POLICY.ringTimeoutMs;
    user.presence(PHONE, 'unavailable');
    expect(user.session).toBeUndefined();
    user.presence(DESK);
    user.presence('alice@example.org', 'unavailable');
    expect(user.session).toBeUndefined();
  });

  it('user - the record outlives the last resource while a call rings, which a device that comes asks for', () => {
    const user = new User();
    user.presence(DESK);
    user.request('call:1');
    user.now += 1000;
    const forget = timerIn(user.presence(DESK, 'unavailable'), 'forget');
    expect(forget?.dueAt).toBe(NOW + POLICY.ringTimeoutMs);
    user.presence(PHONE);
    const iq = el(
      'iq',
      { type: 'get', id: 'q', from: PHONE, to: 'sip.example.org' },
      el('jingle', { xmlns: NS.JINGLE, action: 'existing-session-initiate' }),
    );
    const sought = user.handle({ type: 'xmpp.iq.received', domain: 'sip.example.org', stanza: iq });
    expect(sought).toMatchObject([{ key: 'call:1', event: { type: 'call.pending.sought' } }]);
    user.presence(PHONE, 'unavailable');
    user.request('call:2');
    expect(answersIn(user.presence('alice@example.org', 'unavailable'))).toHaveLength(1);
    expect(user.session?.calls).toMatchObject([{ key: 'call:1' }]);
    expect(user.fire(forget)).toEqual([]);
    expect(user.session).toBeUndefined();
  });

  it('user - presence that tells nothing new changes nothing', () => {
    const user = new User();
    user.presence(DESK, undefined, '5');
    const before = user.session;
    user.now += 200_000;
    user.presence(DESK, undefined, '5');
    expect(user.session).toBe(before);
    user.now += 200_000;
    user.presence(DESK, undefined, '5');
    expect(user.session?.seenAt).toBe(NOW + 400_000);
  });

  it('user - an unknown user is probed; other resources get a moment after the first', () => {
    const user = new User();
    const commands = user.request('call:1', 'romeo@sip.example.org/sip');
    expect(stanzasIn(commands)).toEqual([
      el('presence', { from: 'romeo@sip.example.org', to: 'alice@example.org', type: 'probe' }),
    ]);
    expect(timerIn(commands, 'probe')?.dueAt).toBe(NOW + POLICY.probeTimeoutMs);
    const settle = timerIn(user.presence(DESK), 'settle');
    expect(settle?.dueAt).toBe(NOW + 100);
    expect(user.presence(PHONE)).toEqual([]);
    const told = user.fire(settle);
    expect(answersIn(told)).toEqual([{ key: 'call:1', known: true, resources: [DESK, PHONE] }]);
    expect(told.filter(({ type }) => type === 'timer.clear')).toHaveLength(2);
    expect(user.session?.waiting).toEqual([]);
  });

  it('user - offline is known when the bare JID says so', () => {
    const user = new User();
    user.request();
    expect(answersIn(user.presence('alice@example.org', 'unavailable'))).toEqual([
      { key: 'call:1', known: true, resources: [] },
    ]);
    expect(user.session).toBeUndefined();
  });

  it.each(['unsubscribed', 'error'])(
    'user - %s means that nothing is known, to those who asked by that contact',
    (type) => {
      const user = new User();
      user.request('call:1', 'romeo@sip.example.org');
      expect(stanzasIn(user.request('call:2', 'romeo@sip.example.org'))).toEqual([]);
      expect(stanzasIn(user.request('call:3', 'juliet@sip.example.org'))).toHaveLength(1);
      expect(answersIn(user.presence('alice@example.org', type))).toEqual([
        { key: 'call:1', known: false, resources: [] },
        { key: 'call:2', known: false, resources: [] },
      ]);
      expect(
        answersIn(user.presence('alice@example.org', type, undefined, 'juliet@sip.example.org')),
      ).toHaveLength(1);
      expect(user.session).toBeUndefined();
      expect(user.presence('alice@example.org', type)).toEqual([]);
    },
  );

  it('user - an unanswered probe means that nothing is known, each in its time', () => {
    const user = new User();
    const first = timerIn(user.request('call:1'), 'probe');
    user.now += 500;
    expect(timerIn(user.request('call:2'), 'probe')).toBeUndefined();
    const told = user.fire(first);
    expect(answersIn(told)).toEqual([{ key: 'call:1', known: false, resources: [] }]);
    expect(answersIn(user.fire(timerIn(told, 'probe')))).toEqual([
      { key: 'call:2', known: false, resources: [] },
    ]);
    expect(user.session).toBeUndefined();
  });

  it('user - knowledge of an hour ago is asked for again', () => {
    const user = new User();
    user.presence(DESK);
    user.presence(PHONE);
    user.now += 3_600_000;
    expect(stanzasIn(user.request())).toHaveLength(1);
    const settle = timerIn(user.presence(PHONE), 'settle');
    expect(answersIn(user.fire(settle))).toEqual([{ key: 'call:1', known: true, resources: [PHONE] }]);
  });

  it('user - bounds resources and those who wait', () => {
    const user = new User();
    for (let i = 0; i < 40; i++) user.presence(`${DESK}${i}`);
    expect(user.session?.resources.map(({ fullJid }) => fullJid)).toEqual(
      Array.from({ length: 32 }, (_, i) => `${DESK}${i + 8}`),
    );
    const asked = new User();
    for (let i = 0; i < 256; i++) asked.request(`call:${i}`);
    expect(answersIn(asked.request('call:x'))).toEqual([{ key: 'call:x', known: false, resources: [] }]);
    expect(asked.session?.waiting).toHaveLength(256);
  });

  it('user - nobody can be asked in the name of a stranger', () => {
    const user = new User();
    expect(answersIn(user.request('call:1', 'romeo@example.com'))).toEqual([
      { key: 'call:1', known: false, resources: [] },
    ]);
    expect(user.session).toBeUndefined();
  });
});
