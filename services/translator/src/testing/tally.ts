/** A core for tests of the runner, which knows no protocol. */
import type { Command, Event } from '@stoxgate/contracts';
import { el } from '@stoxgate/wire-xmpp';
import type { Session } from '../session.ts';
import type { Step, StepFunction } from '../step.ts';

interface Tally {
  readonly kind: 'call';
  readonly count: number;
}

export const stanza = (text: string): Command => ({
  type: 'xmpp.stanza.send',
  domain: 'd',
  stanza: el('x', {}, text),
});
const timerOf = (key: string): string => `t${key}`;

/**
 * A call-like core: counts events, speaks to both sides, to another session, to itself later, and ends.
 */
export const tally: StepFunction = (session, input): Step => {
  const { event, key, now } = input;
  const count = ((session as unknown as Tally | undefined)?.count ?? 0) + 1;
  const next = { kind: 'call', count } as unknown as Session;
  const said = stanza(`${key} ${event.type} ${count}`);
  if (event.type === 'timer.fired') return { session: undefined, commands: [said] };
  if (event.type === 'user.resources.requested') {
    return {
      session: next,
      commands: [said, { type: 'session.notify', key: event.replyTo, event: answered(key) }],
    };
  }
  if (event.type === 'user.resources.answered') return { session: next, commands: [said, stanza('second')] };
  if (count % 4 === 3) return { session, commands: [] };
  const dueAt = now + 1000 + count;
  return {
    session: next,
    commands: [said, { type: 'timer.set', name: timerOf(key), dueAt }, stanza(`${key} set ${count}`)],
  };
};
export const answered = (bareJid: string): Event => ({
  type: 'user.resources.answered',
  bareJid,
  known: false,
  resources: [],
});
