/**
 * One XMPP user, stepped through events: for tests of users and contacts.
 */
import { brandBareJid, type Command, type CommandOf, type Event, keyOfUser } from '@stoxgate/contracts';
import { el } from '@stoxgate/wire-xmpp';
import { stepUser } from '../user/step-user.ts';
import type { UserSession } from '../user/user-session.ts';
import { NOW, POLICY } from './pair-world.ts';

const DOMAIN = 'sip.example.org';
export const DESK = 'alice@example.org/desk';

/** The user alice@example.org, stepped through events. */
export class User {
  session: UserSession | undefined;
  now = NOW;
  #events = 0;

  handle(event: Event): readonly Command[] {
    const key = keyOfUser(brandBareJid('alice@example.org'));
    const input = { key, now: this.now, eventId: `e${this.#events++}`, edge: 'x', event };
    const step = stepUser(POLICY, this.session, input);
    this.session = step.session as UserSession | undefined;
    return step.commands;
  }

  presence(from: string, type?: string, priority?: string, to = 'romeo@sip.example.org'): readonly Command[] {
    const stanza = el(
      'presence',
      { from, to, type },
      priority === undefined ? undefined : el('priority', {}, priority),
    );
    return this.handle({ type: 'xmpp.presence.received', domain: DOMAIN, stanza });
  }

  request(replyTo = 'call:1', as = 'romeo@sip.example.org'): readonly Command[] {
    return this.handle({ type: 'user.resources.requested', replyTo, as });
  }

  fire(timer: CommandOf<'timer.set'> | undefined): readonly Command[] {
    if (timer === undefined) throw new Error('no timer');
    this.now = timer.dueAt;
    return this.handle({ ...timer, type: 'timer.fired' });
  }
}

export const timerIn = (commands: readonly Command[], name: string) =>
  commands.find((command) => command.type === 'timer.set' && command.name === name) as
    | CommandOf<'timer.set'>
    | undefined;
export const stanzasIn = (commands: readonly Command[]) =>
  commands.flatMap((command) => (command.type === 'xmpp.stanza.send' ? [command.stanza] : []));
export const answersIn = (commands: readonly Command[]) =>
  commands.flatMap((command) => {
    if (command.type !== 'session.notify' || command.event.type !== 'user.resources.answered') return [];
    const { known, resources, bareJid } = command.event;
    if (bareJid !== 'alice@example.org') throw new Error(`answered about ${bareJid}`);
    return [{ key: command.key, known, resources: resources.map(({ fullJid }) => fullJid) }];
  });
