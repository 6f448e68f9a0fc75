import { brandAor, brandBareJid, type Command, type Event, keyOfPresence } from '@stoxgate/contracts';
import { el } from '@stoxgate/wire-xmpp';
import { expect, test } from 'vitest';
import { NOW, of, POLICY } from '../testing/pair-world.ts';
import type { PresenceSession } from './presence-session.ts';
import { stepPresence } from './step-presence.ts';

const KEY = keyOfPresence(brandBareJid('alice@example.org'), brandAor('sip:romeo@example.net'));
const CONTACT = 'romeo@sip.example.org';
const DOMAIN = 'sip.example.org';
const PIDF =
  "<presence xmlns='urn:ietf:params:xml:ns:pidf' entity='pres:romeo@example.net'><tuple id='ID-desk'><status><basic>open</basic></status><note>Hi</note></tuple></presence>";

class Watcher {
  session: PresenceSession | undefined;
  #events = 0;

  handle(event: Event): readonly Command[] {
    const input = { key: KEY, now: NOW, eventId: `e${this.#events++}`, edge: 'x', event };
    const policy = { ...POLICY, presenceMode: 'sip', compositor: true } as const;
    const step = stepPresence(policy, this.session, input);
    this.session = step.session as PresenceSession | undefined;
    return step.commands;
  }

  says(type: string, isOnline = true, from = 'alice@example.org'): readonly Command[] {
    const stanza = el('presence', { from, to: CONTACT, type });
    return this.handle({ type: 'presence.stanza.received', domain: DOMAIN, stanza, isOnline });
  }

  published(pidf?: string): readonly Command[] {
    return this.handle({ type: 'presence.published', ...(pidf === undefined ? {} : { pidf }) });
  }
}

const asksIn = (commands: readonly Command[]) =>
  of(commands, 'session.notify')
    .filter(({ key }) => key === 'published:sip:romeo@example.net')
    .map(({ event }) => event);
const saidIn = (commands: readonly Command[]) =>
  of(commands, 'xmpp.stanza.send').map(
    ({ stanza }) => `${stanza.attrs.type ?? 'available'} ${stanza.attrs.from}`,
  );
const WATCHED = { type: 'presence.published.watched', replyTo: KEY };
const UNWATCHED = { type: 'presence.published.unwatched', replyTo: KEY };

test('watching what is published - everybody is let, and told what is published and that it is no more', () => {
  const world = new Watcher();
  const begun = world.says('subscribe');
  expect(asksIn(begun)).toEqual([WATCHED]);
  expect(of(begun, 'sip.request.send')).toEqual([]);
  expect(saidIn(begun)).toEqual([`subscribed ${CONTACT}`, `subscribe ${CONTACT}`]);
  expect(world.published()).toEqual([]);
  expect(saidIn(world.published(PIDF))).toEqual([`available ${CONTACT}/desk`]);
  expect(saidIn(world.published(PIDF))).toEqual([]);
  expect(saidIn(world.published())).toEqual([`unavailable ${CONTACT}/desk`]);
});

test('watching what is published - who leaves, and who is away, hears no more', () => {
  const world = new Watcher();
  world.says('subscribe');
  world.published(PIDF);
  const left = world.says('unsubscribe');
  expect(asksIn(left)).toEqual([UNWATCHED]);
  expect(saidIn(left)).toEqual([`unavailable ${CONTACT}/desk`, `unsubscribed ${CONTACT}`]);
  expect(world.session).toBeUndefined();
  // What was on its way meanwhile.
  expect(asksIn(world.published(PIDF))).toEqual([UNWATCHED]);
  world.says('subscribe');
  expect(asksIn(world.says('unavailable', false, 'alice@example.org/desk'))).toEqual([UNWATCHED]);
  expect(world.session).toBeUndefined();
});

test('watching what is published - a probe of who is not there is answered once', () => {
  const world = new Watcher();
  expect(asksIn(world.says('probe', false))).toEqual([WATCHED]);
  const told = world.published(PIDF);
  expect(saidIn(told)).toEqual([`available ${CONTACT}/desk`]);
  expect(asksIn(told)).toEqual([UNWATCHED]);
  expect(world.session).toBeUndefined();
});
