/**
 * What has to hold for every call, whatever happened in it. Each rule reads the record of a simulation and returns what
 * breaks it.
 */
import type { Command, CommandOf, SipRequest, XmlElement } from '@stoxgate/contracts';
import { childOf } from '@stoxgate/wire-xmpp';
import { ALICE, type Turn } from './simulation.ts';

type Sent = CommandOf<'sip.request.send'>;
type Rule = (turns: readonly Turn[]) => string | undefined;

const isStanza = (command: Command): command is CommandOf<'xmpp.stanza.send'> =>
  command.type === 'xmpp.stanza.send';
const isRequest = (command: Command): command is Sent => command.type === 'sip.request.send';
const isResponse = (command: Command): command is CommandOf<'sip.response.send'> =>
  command.type === 'sip.response.send';
const stanzasOf = (turn: Turn): XmlElement[] => turn.commands.filter(isStanza).map(({ stanza }) => stanza);
const requestsIn = (turns: readonly Turn[]): Sent[] =>
  turns.flatMap(({ commands }) => commands.filter(isRequest));
const actionOf = (stanza: XmlElement): string | undefined => childOf(stanza, 'jingle')?.attrs.action;

const everyIqIsAnsweredOnce: Rule = (turns) => {
  for (const turn of turns) {
    const answers = stanzasOf(turn).filter(({ attrs }) => attrs.type === 'result' || attrs.type === 'error');
    const asked = turn.event.type === 'xmpp.iq.received' ? turn.event.stanza.attrs.id : undefined;
    const wanted = asked === undefined ? 0 : 1;
    if (answers.length !== wanted || answers.some(({ attrs }) => attrs.id !== asked)) {
      return `${answers.length} answers to ${asked}`;
    }
  }
  return undefined;
};

/** The stories told to the caller, one for each session-initiate that led to an INVITE. */
const oneOutcomeReachesTheCaller: Rule = (turns) => {
  let told: string[] = [];
  let ended = true;
  for (const turn of turns) {
    if (
      turn.commands.some(
        (command) => isRequest(command) && command.request.method === 'INVITE' && command.request.cseq === 1,
      )
    ) {
      told = [];
      ended = false;
    }
    const sets = stanzasOf(turn).filter(({ attrs }) => attrs.type === 'set' && attrs.to === ALICE);
    for (const set of sets) {
      const action = actionOf(set) ?? '';
      if (ended) return `${action} after the end`;
      if (told.includes(action)) return `two ${action}`;
      if (action === 'session-info' && told.includes('session-accept')) return 'ringing after the answer';
      told.push(action);
      ended = action === 'session-terminate';
    }
    const { event } = turn;
    const isOwnEnd =
      event.type === 'xmpp.iq.received' &&
      event.stanza.attrs.from === ALICE &&
      actionOf(event.stanza) === 'session-terminate';
    if (isOwnEnd && stanzasOf(turn).some(({ attrs }) => attrs.type === 'result')) ended = true;
  }
  return undefined;
};

const cancelFollowsAProvisional: Rule = (turns) => {
  const heard = new Set<string>();
  const over = new Set<string>();
  for (const { event, commands } of turns) {
    if (event.type === 'sip.response.received' && event.response.cseq.method === 'INVITE') {
      if (event.response.status < 200) heard.add(event.branch);
      else over.add(event.branch);
    }
    for (const { branch, request } of commands.filter(isRequest)) {
      if (request.method !== 'CANCEL') continue;
      if (!heard.has(branch)) return 'CANCEL before a provisional response';
      if (over.has(branch)) return 'CANCEL after the final response, or a second one';
      over.add(branch);
    }
  }
  return undefined;
};

const dialogOf = ({ from, to }: Pick<SipRequest, 'from' | 'to'>): string =>
  `${from.params.tag} ${to.params.tag}`;

const byeFollowsTheAck: Rule = (turns) => {
  const confirmed = new Set<string>();
  for (const { event, commands } of turns) {
    if (event.type === 'sip.request.received' && event.request.method === 'ACK') {
      confirmed.add(`${event.request.to.params.tag} ${event.request.from.params.tag}`);
    }
    const isGivenUp =
      event.type === 'sip.ack.timed-out' || (event.type === 'timer.fired' && event.name === 'in.ack');
    for (const { request } of commands.filter(isRequest)) {
      if (request.method === 'ACK' || (request.method === 'BYE' && isGivenUp))
        confirmed.add(dialogOf(request));
      if (request.method === 'BYE' && !confirmed.has(dialogOf(request))) return 'BYE before ACK';
    }
  }
  return undefined;
};

const requestsAreInOrder: Rule = (turns) => {
  const last = new Map<string, number>();
  const branches = new Set<string>();
  for (const { branch, request } of requestsIn(turns)) {
    const { method, cseq } = request;
    if (method === 'CANCEL') continue;
    if (branches.has(branch)) return `branch of ${method} used twice`;
    branches.add(branch);
    if (method === 'ACK') continue;
    const key = method === 'INVITE' ? (request.from.params.tag ?? '') : dialogOf(request);
    const before = last.get(key) ?? 0;
    if (cseq <= before) return `CSeq ${cseq} ${method} after ${before}`;
    last.set(key, cseq);
  }
  return undefined;
};

/** Requests other than INVITE are answered on the spot; an INVITE finally, once, and nothing after that. */
const everyRequestIsAnsweredOnce: Rule = (turns) => {
  const finals = new Map<SipRequest, number>();
  let open: SipRequest[] = [];
  for (const { event, commands } of turns) {
    if (event.type === 'sip.request.received' && event.request.method !== 'ACK') {
      open = [...open, event.request];
      finals.set(event.request, (finals.get(event.request) ?? 0) - 1);
    }
    for (const { response } of commands.filter(isResponse)) {
      const request = open.find(
        ({ cseq, vias, to, method }) =>
          method === response.cseq.method &&
          cseq.number === response.cseq.number &&
          vias.join() === response.vias.join() &&
          (to.params.tag === undefined || to.params.tag === response.to.params.tag),
      );
      if (request === undefined) return `${response.status} to nothing`;
      if (response.status < 200) continue;
      finals.set(request, (finals.get(request) ?? 0) + 1);
      open = open.filter((other) => other !== request);
    }
    if (open.some(({ method }) => method !== 'INVITE')) return 'a request that is not answered at once';
  }
  return [...finals.values()].some((count) => count !== 0) ? 'an INVITE without a final response' : undefined;
};

const oneAckForEach2xx: Rule = (turns) => {
  const acked = new Map<string, number>();
  for (const { event, commands } of turns) {
    for (const { request } of commands.filter(isRequest)) {
      if (request.method !== 'ACK') continue;
      if (event.type !== 'sip.response.received') return 'ACK to nothing';
      acked.set(dialogOf(request), (acked.get(dialogOf(request)) ?? 0) + 1);
    }
  }
  return [...acked.values()].some((count) => count > 1) ? 'two ACKs in one dialog' : undefined;
};

export const RULES: Readonly<Record<string, Rule>> = {
  'every IQ-set is answered exactly once': everyIqIsAnsweredOnce,
  'one provisional and one final outcome reach the caller': oneOutcomeReachesTheCaller,
  'no CANCEL before a provisional response, nor after a final one': cancelFollowsAProvisional,
  'no BYE before the ACK': byeFollowsTheAck,
  'CSeq rises in every dialog and branches are unique': requestsAreInOrder,
  'every SIP request gets exactly one final response': everyRequestIsAnsweredOnce,
  'each 2xx is acknowledged once': oneAckForEach2xx,
};
