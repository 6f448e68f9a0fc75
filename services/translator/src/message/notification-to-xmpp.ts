/**
 * What the SIP side says of a message that came from XMPP: RFC 5438 §7.1.2 as XEP-0184, XEP-0333 and stanza errors.
 */
import { type Command, deriveHex, type XmlElement } from '@stoxgate/contracts';
import { el, NS, type StanzaErrorSpec } from '@stoxgate/wire-xmpp';
import type { Input, Step } from '../step.ts';
import type { Disposition, Notification } from './imdn.ts';
import { messageError } from './message-error.ts';
import type { AwaitedNotification, PairSession } from './pair-session.ts';
import { pairStep } from './pair-turn.ts';

/** The session without what was waited for, or with what is left of it. */
export const withAwaited = (
  session: PairSession,
  old: AwaitedNotification,
  next?: AwaitedNotification,
): PairSession => ({
  ...session,
  awaited: session.awaited.flatMap((one) => (one === old ? (next === undefined ? [] : [next]) : [one])),
});

/** The receipt or marker for the stanza that is waited for, by its own id. */
const told = (
  awaited: Pick<AwaitedNotification, 'stanza' | 'type'>,
  input: Input,
  payload: XmlElement,
): Command => {
  const { domain, from, to } = awaited.stanza;
  const id = `r${deriveHex(`${payload.name} ${input.eventId}`, 10)}`;
  return {
    type: 'xmpp.stanza.send',
    domain,
    stanza: el('message', { id, type: awaited.type, from: to, to: from }, payload),
  };
};

/** The receipt for a message that arrived. */
export const receiptOf = (awaited: Pick<AwaitedNotification, 'stanza' | 'type'>, input: Input): Command =>
  told(awaited, input, el('received', { xmlns: NS.RECEIPTS, id: awaited.stanza.id }));

const FAILURES = {
  failed: { condition: 'recipient-unavailable', text: 'The message could not be delivered' },
  forbidden: { condition: 'forbidden', text: 'The message was not let through' },
  error: { condition: 'undefined-condition', text: 'The message met an error on its way' },
} as const satisfies Record<string, StanzaErrorSpec>;

/** What to tell, and what is waited for still. */
function outcomeOf(
  awaited: AwaitedNotification,
  disposition: Disposition,
  input: Input,
): { commands: readonly Command[]; left: AwaitedNotification | undefined } {
  switch (disposition.kind) {
    case 'delivered':
      return {
        commands: awaited.delivery ? [receiptOf(awaited, input)] : [],
        left: awaited.display ? { ...awaited, delivery: false } : undefined,
      };
    case 'displayed': {
      const read = el('displayed', { xmlns: NS.CHAT_MARKERS, id: awaited.stanza.id });
      const receipt = awaited.delivery ? [receiptOf(awaited, input)] : [];
      // What was read has arrived.
      return {
        commands: awaited.display ? [...receipt, told(awaited, input, read)] : receipt,
        left: undefined,
      };
    }
    case 'undelivered':
      return { commands: [messageError(awaited.stanza, FAILURES[disposition.status])], left: undefined };
    case 'other':
      return { commands: [], left: awaited };
  }
}

/** A notification about a message that is waited for; one about any other is dropped. `answer`: the response, if one is owed. */
export function notificationToXmpp(
  known: PairSession | undefined,
  input: Input,
  { messageId, disposition }: Notification,
  answer?: Command,
): Step {
  const answers = answer === undefined ? [] : [answer];
  const awaited = known?.awaited.find((one) => one.messageId === messageId);
  if (known === undefined || awaited === undefined) {
    return { session: known, commands: answers, dropped: 'notification' };
  }
  const { commands, left } = outcomeOf(awaited, disposition, input);
  return pairStep(withAwaited(known, awaited, left), [...answers, ...commands], input);
}
