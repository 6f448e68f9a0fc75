/**
 * What has to hold of calls that were proposed by message: no device goes on ringing for a call that is over.
 */
import type { Command, CommandOf, XmlElement } from '@stoxgate/contracts';
import { childOf, NS } from '@stoxgate/wire-xmpp';
import { BOBS } from './names.ts';
import type { Turn } from './simulation.ts';

const isStanza = (command: Command): command is CommandOf<'xmpp.stanza.send'> =>
  command.type === 'xmpp.stanza.send';
const stanzasOf = ({ commands }: Turn): XmlElement[] => commands.filter(isStanza).map(({ stanza }) => stanza);
const says = (stanza: XmlElement, verb: string): boolean =>
  stanza.name === 'message' && childOf(stanza, verb, NS.JINGLE_MESSAGE) !== undefined;
const actionOf = (stanza: XmlElement): string | undefined => childOf(stanza, 'jingle')?.attrs.action;

const initiates = (sent: readonly XmlElement[]): boolean =>
  sent.some((stanza) => actionOf(stanza) === 'session-initiate');

/** The message of a device in this event, if it is one. */
const heard = ({ event }: Turn): XmlElement | undefined =>
  event.type === 'xmpp.message.received' ? event.stanza : undefined;
const isOfBob = ({ attrs: { from = '' } }: XmlElement): boolean => (BOBS as readonly string[]).includes(from);

/** Taken back, taken, rejected or returned: each leaves no device ringing. */
export function noDeviceIsLeftRinging(turns: readonly Turn[]): string | undefined {
  let openId: string | undefined;
  for (const turn of turns) {
    const sent = stanzasOf(turn);
    const message = heard(turn);
    const isTaken = message !== undefined && says(message, 'proceed') && initiates(sent);
    const isRejected = message !== undefined && says(message, 'reject') && isOfBob(message);
    const isReturned =
      message?.attrs.type === 'error' &&
      message.attrs.id === openId &&
      message.attrs.from === 'bob@example.org';
    if (isTaken || isRejected || isReturned || sent.some((stanza) => says(stanza, 'retract'))) {
      openId = undefined;
    }
    openId = sent.find((stanza) => says(stanza, 'propose'))?.attrs.id ?? openId;
  }
  return openId === undefined ? undefined : `proposal ${openId} is left open`;
}

/** Each session-terminate to the device that proceeded goes with a finish. */
export function whoTookItHearsTheEnd(turns: readonly Turn[]): string | undefined {
  let taker: string | undefined;
  for (const turn of turns) {
    const sent = stanzasOf(turn);
    if (sent.some((stanza) => says(stanza, 'propose'))) taker = undefined;
    const ended = sent.find(
      (stanza) => actionOf(stanza) === 'session-terminate' && stanza.attrs.to === taker,
    );
    if (ended !== undefined && !sent.some((one) => says(one, 'finish') && one.attrs.to === taker)) {
      return `${taker} is not told by message`;
    }
    const message = heard(turn);
    const isTaken = message !== undefined && says(message, 'proceed') && initiates(sent);
    if (isTaken) taker = message.attrs.from;
  }
  return undefined;
}
