import type { Command } from '@stoxgate/contracts';
import { describe, expect, test } from 'vitest';
import { DESK, stanzasIn, User } from '../testing/user-world.ts';
import { domainsShown } from './contact-facts.ts';

const KEY = 'presence:alice@example.org sip:romeo@example.net';
const ALICE = 'alice@example.org';

/** What is handed on: to whom, what, and whether the user is said to be online. */
const handedOn = (commands: readonly Command[]) =>
  commands.flatMap((command) => {
    if (command.type !== 'session.notify' || command.event.type !== 'presence.stanza.received') return [];
    const { stanza, isOnline } = command.event;
    return [`${command.key}: ${stanza.attrs.type ?? 'available'} ${isOnline ? 'online' : 'offline'}`];
  });
const sip = (): User => new User({ presenceMode: 'sip' });

describe('presence handed on', () => {
  test.each(['subscribe', 'unsubscribe', 'probe', 'subscribed', 'unsubscribed', 'error'])(
    'presence handed on - %s goes to what is between the user and the SIP address, which answers it',
    (type) => {
      const commands = sip().presence(ALICE, type);
      expect(handedOn(commands)).toEqual([`${KEY}: ${type} offline`]);
      expect(stanzasIn(commands)).toEqual([]);
    },
  );

  test('presence handed on - available and unavailable go there too, with what is left of the user', () => {
    const alice = sip();
    const other = 'alice@example.org/phone';
    expect(handedOn(alice.presence(DESK))).toEqual([`${KEY}: available online`]);
    alice.presence(other);
    expect(handedOn(alice.presence(DESK, 'unavailable'))).toEqual([`${KEY}: unavailable online`]);
    expect(handedOn(alice.presence(other, 'unavailable'))).toEqual([`${KEY}: unavailable offline`]);
    expect(handedOn(alice.presence(DESK, undefined, undefined, 'romeo@sip.example.org/sip'))).toEqual([
      `${KEY}: available online`,
    ]);
  });

  test('presence handed on - not in mode local', () => {
    const commands = new User().presence(ALICE, 'subscribe');
    expect(handedOn(commands)).toEqual([]);
    expect(stanzasIn(commands).map(({ attrs }) => attrs.type)).toContain('subscribed');
  });

  test('presence handed on - the component itself stays a contact of ours', () => {
    const commands = sip().presence(ALICE, 'subscribe', undefined, 'sip.example.org');
    expect(handedOn(commands)).toEqual([]);
    expect(stanzasIn(commands).map(({ attrs }) => attrs.type)).toContain('subscribed');
  });

  test('presence handed on - what is no contact is refused as ever', () => {
    const commands = sip().presence(ALICE, 'subscribe', undefined, 'romeo@other.example');
    expect(handedOn(commands)).toEqual([]);
    expect(stanzasIn(commands).map(({ attrs }) => attrs.type)).toEqual(['error']);
  });

  test('presence handed on - when the component is back, what shows contacts hears of it', () => {
    const alice = sip();
    alice.presence(ALICE, 'subscribe');
    alice.presence(ALICE, 'subscribe', undefined, 'sip.example.org');
    const commands = alice.handle({ type: 'xmpp.link.opened', domain: 'sip.example.org' });
    expect(commands).toContainEqual({
      type: 'session.notify',
      key: KEY,
      event: { type: 'xmpp.link.opened', domain: 'sip.example.org' },
    });
    expect(stanzasIn(commands).map(({ attrs }) => attrs.from)).toEqual(['sip.example.org/sip']);
  });

  test('presence handed on - a contact that the SIP side shows no more is forgotten', () => {
    const alice = sip();
    alice.presence(ALICE, 'subscribe');
    expect(alice.session && domainsShown(alice.session)).toEqual(['sip.example.org']);
    alice.handle({ type: 'presence.refused', contact: 'romeo@sip.example.org' });
    expect(alice.session).toBeUndefined();
    expect(alice.handle({ type: 'presence.refused', contact: 'romeo@sip.example.org' })).toEqual([]);
  });
});
