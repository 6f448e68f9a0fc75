/**
 * What has to hold for every call whose media go through a relay, whatever the relay does.
 */
import type { Command, CommandOf, SipRequest } from '@stoxgate/contracts';
import type { Session } from '@stoxgate/translator';
import { childOf, serialize } from '@stoxgate/wire-xmpp';
import { ALICE } from './names.ts';
import { RULES } from './rules.ts';
import type { Turn } from './simulation.ts';

type Rule = (turns: readonly Turn[], session: Session | undefined) => string | undefined;

const commandsIn = (turns: readonly Turn[]): Command[] => turns.flatMap(({ commands }) => commands);
const isResponse = (command: Command): command is CommandOf<'sip.response.send'> =>
  command.type === 'sip.response.send';
const isRequest = (command: Command): command is CommandOf<'sip.request.send'> =>
  command.type === 'sip.request.send';

/** A final response each, once; those behind a relay may have to wait. */
const everyRequestIsAnswered: Rule = (turns) => {
  let open: SipRequest[] = [];
  for (const { event, commands } of turns) {
    if (event.type === 'sip.request.received' && event.request.method !== 'ACK')
      open = [...open, event.request];
    for (const { response } of commands.filter(isResponse)) {
      const request = open.find(
        ({ cseq, vias, method }) =>
          method === response.cseq.method &&
          cseq.number === response.cseq.number &&
          vias.join() === response.vias.join(),
      );
      if (request === undefined) return `${response.status} to nothing`;
      if (response.status >= 200) open = open.filter((other) => other !== request);
    }
  }
  return open[0] && `no final response to ${open[0].method}`;
};

/** "An ACK for each 2xx": one, also where it comes again from an edge that has no ACK to repeat; and none to anything else. */
const ackedOnce: Rule = (turns) => {
  const owed = new Map<string, number>();
  const count = (key: string, change: number): number => {
    const now = (owed.get(key) ?? 0) + change;
    owed.set(key, now);
    return now;
  };
  for (const { event, commands } of turns) {
    if (event.type === 'sip.response.received') {
      const { status, cseq, from, to } = event.response;
      const isAcked = cseq.method === 'INVITE' && status >= 200 && status < 300;
      if (isAcked) count(`${from.params.tag} ${to.params.tag} ${cseq.number}`, 1);
    }
    for (const { request } of commands.filter(isRequest)) {
      if (request.method !== 'ACK') continue;
      const key = `${request.from.params.tag} ${request.to.params.tag} ${request.cseq}`;
      if (count(key, -1) < 0) return 'an ACK too many';
    }
  }
  return undefined;
};

/** RFC 3261 §15, but for an ACK that was waited for in vain. */
const byeFollowsTheAck: Rule = (turns) => {
  const confirmed = new Set<string>();
  let isGivenUp = false;
  for (const { event, commands } of turns) {
    if (event.type === 'sip.request.received' && event.request.method === 'ACK') {
      confirmed.add(`${event.request.to.params.tag} ${event.request.from.params.tag}`);
    }
    if (event.type === 'sip.ack.timed-out' || (event.type === 'timer.fired' && event.name === 'in.ack'))
      isGivenUp = true;
    for (const { request } of commands.filter(isRequest)) {
      const dialog = `${request.from.params.tag} ${request.to.params.tag}`;
      if (request.method === 'ACK') confirmed.add(dialog);
      if (request.method === 'BYE' && !confirmed.has(dialog) && !isGivenUp) return 'BYE before ACK';
    }
  }
  return undefined;
};

/** Once at its end, and never while it goes on. */
const relaysForgetEachLegOnce: Rule = (turns, session) => {
  const known = new Map<string, boolean>();
  for (const command of commandsIn(turns)) {
    if (command.type !== 'media.request.send') continue;
    const { call, request } = command;
    if (request.kind === 'delete') {
      if (known.get(call) !== true) return `${call} is deleted twice, or was never there`;
      known.set(call, false);
    } else if (request.kind === 'offer') known.set(call, true);
    else if (known.get(call) !== true) return `${request.kind} for ${call}, which the relay does not have`;
  }
  const up = session?.kind === 'call' ? [session.out, session.in] : [];
  const living = up.filter((leg) => leg?.state === 'active' && leg.isRelayed === true).length;
  const left = [...known.values()].filter((is) => is).length;
  return left === living ? undefined : `${left} calls at the relay, ${living} legs`;
};

const nothingWaits: Rule = (_, session) => {
  const legs = session?.kind === 'call' ? Object.values(session.relayed ?? {}) : [];
  return legs.some(({ passing, waiting }) => passing.length > 0 || waiting !== undefined)
    ? 'a message waits for ever'
    : undefined;
};

/** Neither end hears where the other is. */
const endsDoNotMeet: Rule = (turns) => {
  for (const command of commandsIn(turns)) {
    const message = isRequest(command) ? command.request : isResponse(command) ? command.response : undefined;
    const sdp = message?.body?.contentType === 'application/sdp' ? message.body.content : '';
    if (/192\.0\.2\.[67]/.test(sdp)) return `SIP hears where the client is: ${message?.cseq}`;
    if (command.type !== 'xmpp.stanza.send') continue;
    const jingle = childOf(command.stanza, 'jingle');
    if (jingle !== undefined && serialize(jingle).includes('192.0.2.5'))
      return `the client hears where SIP is, by ${jingle.attrs.action}`;
  }
  return undefined;
};

const isCallOfAlice = ({ method, cseq, from }: CommandOf<'sip.request.send'>['request']): boolean =>
  method === 'INVITE' && cseq === 1 && from.uri === 'sip:alice@example.org';
const VERBS = ['reject', 'finish'];

/** A caller that was rung for hears of the end, unless it ended the call, or nothing can be said to it. */
const theCallerHearsOfTheEnd: Rule = (turns, session) => {
  let isIn = false;
  for (const { event, commands } of turns) {
    const asks =
      event.type === 'xmpp.iq.received' ? childOf(event.stanza, 'jingle')?.attrs.action : undefined;
    const isGone = event.type === 'user.resource.gone' && event.fullJid === ALICE;
    for (const command of commands) {
      if (isRequest(command) && isCallOfAlice(command.request)) isIn = true;
      if (command.type !== 'xmpp.stanza.send' || command.stanza.attrs.to !== ALICE) continue;
      const { stanza } = command;
      const said = childOf(stanza, 'jingle')?.attrs.action;
      const isOver =
        said === 'session-terminate' ||
        (stanza.name === 'message' &&
          (stanza.attrs.type === 'error' || VERBS.some((verb) => childOf(stanza, verb)))) ||
        (asks === 'session-terminate' && stanza.attrs.type === 'result');
      if (isOver) isIn = false;
    }
    const isOwnWord =
      event.type === 'xmpp.message.received' &&
      ['retract', 'finish', 'reject'].some((verb) => childOf(event.stanza, verb));
    const isError = event.type === 'xmpp.iq.answered' && event.stanza.attrs.type === 'error';
    if (isGone || isOwnWord || isError) isIn = false;
  }
  const isUp = session?.kind === 'call' && session.out?.state === 'active';
  return isIn && !isUp ? 'the caller is left in a call that is over' : undefined;
};

const KEPT = [
  'every IQ-set is answered exactly once',
  'no CANCEL before a provisional response, nor after a final one',
  'CSeq rises in every dialog and branches are unique',
  'the version of the SDP grows by one exactly when its text changes',
  'one offer at a time in a dialog',
] as const;

export const NOT_MET = 'neither end hears where the other is';

export const RELAY_RULES: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(KEPT.map((name) => [name, RULES[name] ?? (() => `no rule ${name}`)])),
  'every request gets one final response': everyRequestIsAnswered,
  'no BYE before the ACK': byeFollowsTheAck,
  'each 2xx is acknowledged once': ackedOnce,
  'a relay forgets each leg once, at its end': relaysForgetEachLegOnce,
  'nothing waits for ever': nothingWaits,
  [NOT_MET]: endsDoNotMeet,
  'the caller hears of the end': theCallerHearsOfTheEnd,
};
