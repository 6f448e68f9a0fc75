/**
 * What has to hold once both sides have fallen silent: nobody is left in a call that is over.
 */
import { type Command, type CommandOf, callIdOfSid } from '@stoxgate/contracts';
import type { Session } from '@stoxgate/translator';
import { childOf } from '@stoxgate/wire-xmpp';
import { ALICE, SID } from './names.ts';
import { noDeviceIsLeftRinging, whoTookItHearsTheEnd } from './proposals.ts';
import type { Turn } from './simulation.ts';

type Ending = (turns: readonly Turn[], session: Session | undefined) => string | undefined;

const isRequest = (command: Command): command is CommandOf<'sip.request.send'> =>
  command.type === 'sip.request.send';
const isStanza = (command: Command): command is CommandOf<'xmpp.stanza.send'> =>
  command.type === 'xmpp.stanza.send';

const activeOut = (session: Session | undefined) =>
  session?.kind === 'call' && session.out?.state === 'active' ? session.out : undefined;
const activeIn = (session: Session | undefined) =>
  session?.kind === 'call' && session.in?.state === 'active' ? session.in : undefined;

/** Whether nothing can be said to the caller any more: it is gone, or an IQ came back from it. */
function isUnreachable({ event }: Turn): boolean {
  if (event.type === 'user.resource.gone') return event.fullJid === ALICE;
  return (
    event.type === 'xmpp.iq.answered' &&
    event.stanza.attrs.from === ALICE &&
    event.stanza.attrs.type === 'error'
  );
}

/** The caller ended it itself, or was told. */
function endsForTheCaller({ event, commands }: Turn): boolean {
  const endings = commands.filter(isStanza).filter(({ stanza }) => {
    const isOwn = event.type === 'xmpp.iq.received' && event.stanza.attrs.from === ALICE;
    const asked = isOwn ? childOf(event.stanza, 'jingle')?.attrs.action : undefined;
    const said = childOf(stanza, 'jingle')?.attrs.action;
    return (
      stanza.attrs.to === ALICE &&
      (said === 'session-terminate' || (asked === 'session-terminate' && stanza.attrs.type === 'result'))
    );
  });
  return endings.length > 0;
}

const isFirstInvite = ({ method, to }: CommandOf<'sip.request.send'>['request']): boolean =>
  method === 'INVITE' && to.params.tag === undefined;

const theCallerHearsOfTheEnd: Ending = (turns, session) => {
  let isIn = false;
  for (const turn of turns) {
    const { commands } = turn;
    if (commands.some((one) => isRequest(one) && isFirstInvite(one.request))) isIn = true;
    if (endsForTheCaller(turn) || isUnreachable(turn)) isIn = false;
  }
  return isIn && activeOut(session) === undefined ? 'the caller is left in a call that is over' : undefined;
};

/** Dialogs that we acknowledged, by our tag and theirs, until either side's BYE or until they are found dead. */
const noDialogIsLeft: Ending = (turns, session) => {
  /** Whether each is over; an ACK to a re-INVITE may come after the BYE. */
  const isOver = new Map<string, boolean>();
  const sentIn = new Map<string, string>();
  for (const { event, commands } of turns) {
    if (event.type === 'sip.request.received' && event.request.method === 'BYE') {
      isOver.set(`${event.request.to.params.tag} ${event.request.from.params.tag ?? ''}`, true);
    }
    const isDead =
      event.type === 'sip.request.failed' ||
      (event.type === 'sip.response.received' && [408, 481].includes(event.response.status));
    if (isDead) isOver.set(sentIn.get(event.branch) ?? '', true);
    for (const { branch, request } of commands.filter(isRequest)) {
      const key = `${request.from.params.tag} ${request.to.params.tag ?? ''}`;
      sentIn.set(branch, key);
      if (request.method === 'ACK' && !isOver.has(key)) isOver.set(key, false);
      if (request.method === 'BYE') isOver.set(key, true);
    }
  }
  for (const leg of [activeOut(session), activeIn(session)]) {
    if (leg?.dialog !== undefined) isOver.delete(`${leg.dialog.localTag} ${leg.dialog.remoteTag}`);
  }
  const left = [...isOver].find(([, over]) => !over);
  return left && `a dialog without a BYE: ${left[0]}`;
};

/** One sid, one Call-ID, whoever speaks. */
const everythingBearsItsId: Ending = (turns) => {
  for (const command of turns.flatMap(({ commands }) => commands)) {
    const callId = isRequest(command)
      ? command.request.callId
      : command.type === 'sip.response.send'
        ? command.response.callId
        : undefined;
    if (callId !== undefined && callId !== callIdOfSid(SID)) return `Call-ID ${callId}`;
    const sid = isStanza(command) ? childOf(command.stanza, 'jingle')?.attrs.sid : undefined;
    if (sid !== undefined && sid !== SID) return `sid ${sid}`;
  }
  return undefined;
};

export const ENDINGS: Readonly<Record<string, Ending>> = {
  'the caller hears of the end': theCallerHearsOfTheEnd,
  'no dialog is left without a BYE': noDialogIsLeft,
  'no device is left ringing by a proposal': noDeviceIsLeftRinging,
  'the device that took a proposal hears of the end by message': whoTookItHearsTheEnd,
  'all messages bear the one sid and Call-ID': everythingBearsItsId,
};
