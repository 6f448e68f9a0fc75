import type { Command } from '@stoxgate/contracts';
import { CAPS_NODE, childOf, el, NS, readStanzaError } from '@stoxgate/wire-xmpp';
import { describe, expect, it } from 'vitest';
import { indexesOf } from '../session-facts.ts';
import { DESK, stanzasIn, User } from '../testing/user-world.ts';
import { MAX_CONTACTS } from './contact-facts.ts';

const ALICE = 'alice@example.org';
const ROMEO = 'romeo@sip.example.org';
const OPENED = { type: 'xmpp.link.opened', domain: 'sip.example.org' } as const;
const SUBSCRIBED = { from: ROMEO, to: ALICE, type: 'subscribed' };
const SUBSCRIBE = { from: ROMEO, to: ALICE, type: 'subscribe' };
const SHOWN = { from: `${ROMEO}/sip`, to: ALICE };

const seen = (commands: readonly Command[]) => stanzasIn(commands).map(({ attrs }) => attrs);
const capsIn = (commands: readonly Command[]) =>
  stanzasIn(commands).flatMap((stanza) => {
    const caps = childOf(stanza, 'c', NS.CAPS);
    return caps === undefined ? [] : [caps.attrs];
  });
const indexesOfUser = ({ session }: User) => (session === undefined ? undefined : indexesOf(session));

describe('contact presence', () => {
  it('contact presence - whoever subscribes is let, shown presence, and asked back', () => {
    expect(seen(new User().presence(DESK, 'subscribe'))).toEqual([SUBSCRIBED, SHOWN, SUBSCRIBE]);
  });

  it('contact presence - whatever is answered, a contact asks back once', () => {
    for (const reply of ['subscribed', 'unsubscribed', 'nothing']) {
      const user = new User();
      user.presence(DESK, 'subscribe');
      expect(user.presence(DESK, reply)).toEqual([]);
      expect(seen(user.presence(DESK, 'subscribe'))).toEqual([SUBSCRIBED, SHOWN]);
    }
  });

  it('contact presence - it tells what the contact can do, to who subscribes and to who probes (XEP-0115)', () => {
    const phone = { xmlns: NS.CAPS, hash: 'sha-1', node: CAPS_NODE, ver: 'phone-ver' };
    const user = new User();
    expect(capsIn(user.presence(DESK, 'subscribe'))).toEqual([phone]);
    expect(capsIn(user.presence(DESK, 'probe'))).toEqual([phone]);
    expect(capsIn(user.handle(OPENED))).toEqual([phone]);
  });

  it('contact presence - the component itself is a contact, with what a gateway can do', () => {
    const user = new User();
    const commands = user.presence(DESK, 'subscribe', undefined, 'sip.example.org');
    expect(seen(commands)).toEqual([
      { from: 'sip.example.org', to: ALICE, type: 'subscribed' },
      { from: 'sip.example.org/sip', to: ALICE },
      { from: 'sip.example.org', to: ALICE, type: 'subscribe' },
    ]);
    expect(capsIn(commands).map(({ ver }) => ver)).toEqual(['gateway-ver']);
    expect(seen(user.handle(OPENED))).toEqual([{ from: 'sip.example.org/sip', to: ALICE }]);
  });

  it('contact presence - a telephone number is a contact like any other', () => {
    const commands = new User().presence(DESK, 'subscribe', undefined, '+15551234@sip.example.org');
    expect(seen(commands)[1]).toEqual({ from: '+15551234@sip.example.org/sip', to: ALICE });
  });

  it('contact presence - unsubscribe is confirmed', () => {
    const user = new User();
    expect(seen(user.presence(ALICE, 'unsubscribe'))).toEqual([
      { from: `${ROMEO}/sip`, to: ALICE, type: 'unavailable' },
      { from: ROMEO, to: ALICE, type: 'unsubscribed' },
    ]);
    expect(user.session).toBeUndefined();
  });

  it('contact presence - who unsubscribed is shown nothing more; what it granted stays, and is not asked for again', () => {
    const user = new User();
    user.presence(DESK, 'subscribe');
    user.presence(DESK, 'subscribed');
    user.presence(DESK, 'unsubscribe');
    expect(user.handle(OPENED)).toEqual([]);
    expect(seen(user.presence(DESK, 'subscribe'))).toEqual([SUBSCRIBED, SHOWN]);
  });

  it('contact presence - nothing is remembered of who goes without having granted anything', () => {
    const user = new User();
    user.presence(DESK, 'subscribe');
    user.presence(DESK, 'unsubscribed');
    user.presence(DESK, 'unsubscribe');
    expect(user.session).toBeUndefined();
    user.presence(DESK, 'subscribe');
    user.presence(DESK, 'subscribed');
    user.presence(DESK, 'unsubscribe');
    user.presence(DESK, 'unsubscribed');
    expect(user.session).toBeUndefined();
  });

  it('contact presence - a probe is answered to who probes', () => {
    expect(seen(new User().presence(DESK, 'probe'))).toEqual([{ from: `${ROMEO}/sip`, to: DESK }]);
  });

  it('contact presence - a probe tells of a subscription that we have not seen, and asks nothing back', () => {
    const user = new User();
    user.presence(ALICE, 'probe');
    expect(seen(user.handle(OPENED))).toEqual([SHOWN]);
    const before = user.session;
    user.presence(ALICE, 'probe');
    expect(user.session).toBe(before);
  });

  it('contact presence - when the component is back its contacts are shown again, those of others not', () => {
    const user = new User();
    user.presence(DESK, 'subscribe');
    user.presence(DESK, 'subscribe', undefined, '+1@sip.example.org');
    expect(seen(user.handle(OPENED))).toEqual([SHOWN, { from: '+1@sip.example.org/sip', to: ALICE }]);
    expect(user.handle({ ...OPENED, domain: 'other.example' })).toEqual([]);
    expect(new User().handle(OPENED)).toEqual([]);
  });

  it('contact presence - when the component is back, what was known of the user is asked for again', () => {
    const user = new User();
    user.presence(DESK, 'subscribe');
    user.presence(DESK);
    expect(stanzasIn(user.request())).toEqual([]);
    user.handle(OPENED);
    expect(seen(user.request())).toEqual([{ from: ROMEO, to: ALICE, type: 'probe' }]);
  });

  it('contact presence - users can be found by the domains of the contacts they see', () => {
    const user = new User();
    user.presence(DESK);
    expect(indexesOfUser(user)).toEqual([]);
    user.presence(DESK, 'subscribe');
    user.presence(DESK, 'subscribe', undefined, '+1@sip.example.org');
    expect(indexesOfUser(user)).toEqual(['contacts:sip.example.org']);
    user.presence(DESK, 'unavailable');
    expect(indexesOfUser(user)).toEqual(['contacts:sip.example.org']);
  });

  it('contact presence - contacts are bounded, the oldest is forgotten first', () => {
    const user = new User();
    for (let i = 0; i <= MAX_CONTACTS; i++)
      user.presence(DESK, 'subscribe', undefined, `c${i}@sip.example.org`);
    const shown = seen(user.handle(OPENED)).map(({ from }) => from);
    expect(shown).toHaveLength(MAX_CONTACTS);
    expect(shown[0]).toBe('c1@sip.example.org/sip');
  });

  it.each([
    ['item-not-found', 0],
    ['gone', 0],
    ['service-unavailable', 1],
  ])('contact presence - an error %s leaves a user who is shown %i contacts', (condition, shown) => {
    const user = new User();
    user.presence(DESK, 'subscribe');
    const error = el('error', { type: 'cancel' }, el(condition, { xmlns: NS.STANZA_ERROR }));
    const stanza = el('presence', { from: ALICE, to: `${ROMEO}/sip`, type: 'error' }, error);
    user.handle({ type: 'xmpp.presence.received', domain: 'sip.example.org', stanza });
    expect(user.handle(OPENED)).toHaveLength(shown);
  });

  it('contact presence - directed presence is a resource of the user, and is no subscription', () => {
    const user = new User();
    user.presence(DESK);
    expect(user.session?.resources).toHaveLength(1);
    expect(user.handle(OPENED)).toEqual([]);
    user.presence(DESK, 'unavailable');
    expect(user.session).toBeUndefined();
  });

  it.each([
    ['a\\40b\\20c@sip.example.org', 'jid-malformed'],
    ['romeo@example.com', 'item-not-found'],
  ])('contact presence - %s is no contact: %s', (to, condition) => {
    const [stanza] = stanzasIn(new User().presence(DESK, 'subscribe', undefined, to));
    expect(stanza && readStanzaError(stanza).condition).toBe(condition);
    expect(new User().presence(DESK, 'probe', undefined, to)).toEqual([]);
  });

  it.each(['subscribed', 'unsubscribed', 'error', 'nonsense'])(
    'contact presence - %s makes no traffic',
    (type) => {
      const user = new User();
      expect(user.presence(DESK, type)).toEqual([]);
      expect(user.session).toBeUndefined();
    },
  );

  it('contact presence - another user’s presence does not count for this one', () => {
    const user = new User();
    expect(user.presence('bob@example.org/x')).toEqual([]);
    expect(user.presence('not a jid')).toEqual([]);
    expect(user.presence('alice@example.org')).toEqual([]);
    expect(user.session).toBeUndefined();
  });
});
