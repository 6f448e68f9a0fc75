/**
 * One XMPP user, stepped through events: for tests of users and contacts.
 */
import { brandBareJid, type Command, type CommandOf, type Event, keyOfUser } from '@stoxgate/contracts';
import { capsVer, discoInfoQuery, el, NS } from '@stoxgate/wire-xmpp';
import type { TranslatorPolicy } from '../policy.ts';
import { stepUser } from '../user/step-user.ts';
import type { UserSession } from '../user/user-session.ts';
import { NOW, POLICY } from './pair-world.ts';

const DOMAIN = 'sip.example.org';
export const DESK = 'alice@example.org/desk';

const CLIENT = { category: 'client', type: 'phone' };

/** The hash of a client with these features. */
export const verOf = (features: readonly string[]): string => capsVer({ identities: [CLIENT], features });

/** The user alice@example.org, stepped through events. */
export class User {
  session: UserSession | undefined;
  now = NOW;
  readonly policy: TranslatorPolicy;
  #events = 0;

  constructor(changes: Partial<TranslatorPolicy> = {}) {
    this.policy = { ...POLICY, ...changes };
  }

  handle(event: Event): readonly Command[] {
    const key = keyOfUser(brandBareJid('alice@example.org'));
    const input = { key, now: this.now, eventId: `e${this.#events++}`, edge: 'x', event };
    const step = stepUser(this.policy, this.session, input);
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

  /** Presence with capabilities, and what it gives rise to. */
  capable(from: string, ver: string, to = 'romeo@sip.example.org'): readonly Command[] {
    const stanza = el(
      'presence',
      { from, to },
      el('c', { xmlns: NS.CAPS, hash: 'sha-1', node: 'urn:n', ver }),
    );
    return this.handle({ type: 'xmpp.presence.received', domain: DOMAIN, stanza });
  }

  /** The answer of `from` to the disco#info request among `commands`; no features: an error. */
  answers(
    commands: readonly Command[],
    features: readonly string[] | undefined,
    from?: string,
  ): readonly Command[] {
    const asked = stanzasIn(commands).find(({ name }) => name === 'iq');
    if (asked === undefined) throw new Error('nothing was asked');
    const query = features && discoInfoQuery({ identities: [CLIENT], features });
    const head = { from: from ?? asked.attrs.to, to: asked.attrs.from, id: asked.attrs.id };
    const stanza = el('iq', { ...head, type: query === undefined ? 'error' : 'result' }, query);
    return this.handle({ type: 'xmpp.iq.answered', domain: DOMAIN, stanza });
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
/** What was told of resources, with their features. */
export const toldIn = (commands: readonly Command[]) =>
  commands.flatMap((command) =>
    command.type === 'session.notify' && command.event.type === 'user.resources.answered'
      ? [command.event.resources.map(({ fullJid, features }) => ({ fullJid, features }))]
      : [],
  );
export const answersIn = (commands: readonly Command[]) =>
  commands.flatMap((command) => {
    if (command.type !== 'session.notify' || command.event.type !== 'user.resources.answered') return [];
    const { known, resources, bareJid } = command.event;
    if (bareJid !== 'alice@example.org') throw new Error(`answered about ${bareJid}`);
    return [{ key: command.key, known, resources: resources.map(({ fullJid }) => fullJid) }];
  });
