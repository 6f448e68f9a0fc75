/**
 * The main job in six scenes, without media. Each says what must be seen on which wire, in order.
 */

import { jingleOf } from '@stoxgate/testkit';
import { el } from '@stoxgate/wire-xmpp';
import type { Stage } from './stage.ts';

export interface Scene<On = Stage> {
  readonly title: string;
  /** Arrows that must appear on each wire, in this order; others may stand between them. */
  readonly expected: { readonly xmpp: readonly string[]; readonly sip: readonly string[] };
  /** Plays it; what it finds beside the wires is told as lines of the summary. */
  play(on: On, tell: (finding: string) => void): Promise<void>;
}

export const SCENES: readonly Scene[] = [
  {
    title: 'An XMPP user calls a phone; the phone answers; the XMPP user hangs up',
    expected: {
      xmpp: ['session-initiate', 'session-info (ringing)', 'session-accept', 'session-terminate (success)'],
      sip: ['INVITE', '180', '200', 'ACK', 'BYE', '200'],
    },
    play: async ({ alice, phone, contact, pause }) => {
      const sid = await alice.initiate(contact);
      await alice.nextJingle('session-info', sid);
      await phone.command('accept');
      await alice.nextJingle('session-accept', sid);
      await pause(300);
      await alice.terminate(contact, sid, 'success');
    },
  },
  {
    title: 'A phone calls an XMPP user, who answers; the phone hangs up',
    expected: {
      xmpp: ['session-initiate', 'session-accept', 'session-terminate (success)'],
      sip: ['INVITE', '180', '200', 'ACK', 'BYE', '200'],
    },
    play: async ({ alice, xmppUser, phone, pause }) => {
      await phone.command('dial', `sip:${xmppUser}`);
      const initiate = await alice.nextJingle('session-initiate');
      await alice.sendRinging(initiate);
      await alice.accept(initiate);
      await pause(500);
      await phone.command('hangup');
      await alice.nextJingle('session-terminate');
    },
  },
  {
    title: 'The XMPP user declines a call from the phone',
    expected: {
      xmpp: ['session-initiate', 'session-terminate (decline)'],
      sip: ['INVITE', '180', '486', 'ACK'],
    },
    play: async ({ alice, xmppUser, phone }) => {
      await phone.command('dial', `sip:${xmppUser}`);
      const initiate = await alice.nextJingle('session-initiate');
      await alice.terminate(initiate.attrs.from ?? '', jingleOf(initiate).attrs.sid ?? '', 'decline');
    },
  },
  {
    title: 'The XMPP user cancels a call before the phone answers',
    expected: {
      xmpp: ['session-initiate', 'session-info (ringing)', 'session-terminate (decline)'],
      sip: ['INVITE', '180', 'CANCEL', '487', 'ACK'],
    },
    play: async ({ alice, contact }) => {
      const sid = await alice.initiate(contact);
      await alice.nextJingle('session-info', sid);
      await alice.terminate(contact, sid, 'decline');
    },
  },
  {
    title: 'An XMPP user writes to a phone',
    expected: { xmpp: ['message "Hello phone"'], sip: ['MESSAGE "Hello phone"', '200'] },
    play: async ({ alice, contact }) => {
      await alice.user.send(
        el('message', { to: contact, type: 'chat', id: 'm1' }, el('body', {}, 'Hello phone')),
      );
    },
  },
  {
    title: 'A phone writes to an XMPP user',
    expected: { xmpp: ['message "Hello client"'], sip: ['MESSAGE "Hello client"', '202'] },
    play: async ({ alice, phone }) => {
      await phone.command('message', 'Hello client');
      await alice.user.next((stanza) => stanza.name === 'message', 10_000);
    },
  },
];
