/**
 * What has to hold for every call, whatever happened in it. Each rule reads the record of a simulation and returns what
 * breaks it.
 */
import {
  type Command,
  type CommandOf,
  loopHashIn,
  loopHashOf,
  type SipRequest,
  type XmlElement,
} from '@stoxgate/contracts';
import { childOf } from '@stoxgate/wire-xmpp';
import { ALICE } from './names.ts';
import type { Turn } from './simulation.ts';

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

/** session-info that is no outcome: digits, a transfer. */
function isAside(stanza: XmlElement): boolean {
  const jingle = childOf(stanza, 'jingle');
  return jingle !== undefined && ['dtmf', 'transfer'].some((name) => childOf(jingle, name) !== undefined);
}

const everyIqIsAnsweredOnce: Rule = (turns) => {
  for (const turn of turns) {
    const answers = stanzasOf(turn).filter(
      ({ name, attrs }) => name === 'iq' && (attrs.type === 'result' || attrs.type === 'error'),
    );
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
        (command) =>
          isRequest(command) &&
          command.request.method === 'INVITE' &&
          command.request.cseq === 1 &&
          command.request.to.params.tag === undefined,
      )
    ) {
      told = [];
      ended = false;
    }
    const sets = stanzasOf(turn).filter(
      (stanza) =>
        stanza.attrs.type === 'set' &&
        stanza.attrs.to === ALICE &&
        actionOf(stanza)?.startsWith('session-') === true &&
        !isAside(stanza),
    );
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
    if (loopHashIn(branch) !== loopHashOf(request)) return `branch of ${method} without its loop hash`;
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

/** Also for one that was seen before: the edge from which it comes again has no ACK to repeat. */
const oneAckForEach2xx: Rule = (turns) => {
  for (const { event, commands } of turns) {
    const acked = new Set<string>();
    for (const { request } of commands.filter(isRequest)) {
      if (request.method !== 'ACK') continue;
      if (event.type !== 'sip.response.received') return 'ACK to nothing';
      const key = `${dialogOf(request)} ${request.cseq}`;
      if (acked.has(key)) return 'two ACKs to one 2xx';
      acked.add(key);
    }
  }
  return undefined;
};

const mediaOf = (sdp: string): string[] => [...sdp.matchAll(/^m=(\S+)/gm)].map(([, media]) => media ?? '');
const versionOf = (sdp: string): number => Number(/^o=\S+ \S+ (\d+)/m.exec(sdp)?.[1]);
const withoutOrigin = (sdp: string): string => sdp.replace(/^o=.*$/m, '');

/** Key of the first INVITE, before there is a dialog; a fork makes several of it. */
const beforeDialog = (dialog: string): string => dialog.slice(0, dialog.indexOf('|') + 1);

/** All SDP that the gateway sent, by its tag and the other one in the dialog. Each dialog begins with the first offer. */
function sdpSent(turns: readonly Turn[]): Map<string, string[]> {
  const sent = new Map<string, string[]>();
  for (const command of turns.flatMap(({ commands }) => commands)) {
    const message = isRequest(command) ? command.request : isResponse(command) ? command.response : undefined;
    if (message?.body?.contentType !== 'application/sdp' || message.cseq === undefined) continue;
    if (isRequest(command) && command.request.method === 'INFO') continue;
    const tags = [message.from.params.tag ?? '', message.to.params.tag ?? ''];
    const dialog = (isRequest(command) ? tags : tags.toReversed()).join('|');
    const before = sent.get(dialog) ?? sent.get(beforeDialog(dialog))?.slice(-1) ?? [];
    sent.set(dialog, [...before, message.body.content]);
  }
  return sent;
}

/** The branch whose offer is refused by this event: it never was. */
function refusedBranch({ event }: Turn): string | undefined {
  if (event.type === 'sip.request.failed') return event.branch;
  return event.type === 'sip.response.received' && event.response.status >= 300 ? event.branch : undefined;
}

const mediaKeepTheirPlace: Rule = (turns) => {
  const last = new Map<string, string[]>();
  const offers = new Map<string, { tag: string; before: string[] }>();
  for (const turn of turns) {
    const offer = offers.get(refusedBranch(turn) ?? '');
    if (offer !== undefined) last.set(offer.tag, offer.before);
    for (const command of turn.commands) {
      for (const [tag, sdps] of sdpSent([{ ...turn, commands: [command] }])) {
        const before = last.get(tag) ?? last.get(beforeDialog(tag)) ?? [];
        const now = mediaOf(sdps[0] ?? '');
        if (before.some((media, place) => now[place] !== media))
          return `${now.join()} after ${before.join()}`;
        if (isRequest(command)) offers.set(command.branch, { tag, before });
        last.set(tag, now);
      }
    }
  }
  return undefined;
};

const versionGrowsWithTheText: Rule = (turns) => {
  for (const sdps of sdpSent(turns).values()) {
    for (const [index, sdp] of sdps.entries()) {
      const before = sdps[index - 1];
      if (before === undefined) continue;
      const step = withoutOrigin(before) === withoutOrigin(sdp) ? 0 : 1;
      if (versionOf(sdp) !== versionOf(before) + step)
        return `version ${versionOf(sdp)} after ${versionOf(before)}, ${step}`;
    }
  }
  return undefined;
};

/** "MUST NOT initiate a new INVITE transaction within a dialog while another is in progress" (RFC 3261 §14.1). */
const oneOfferAtATime: Rule = (turns) => {
  const open = new Map<string, string>();
  for (const { event, commands } of turns) {
    if (event.type === 'sip.response.received' && event.response.status >= 200) {
      for (const [dialog, branch] of open) if (branch === event.branch) open.delete(dialog);
    }
    if (event.type === 'sip.request.failed') {
      for (const [dialog, branch] of open) if (branch === event.branch) open.delete(dialog);
    }
    for (const { branch, request } of commands.filter(isRequest)) {
      const isOffer =
        (request.method === 'INVITE' || request.method === 'UPDATE') && request.body !== undefined;
      if (!isOffer || request.to.params.tag === undefined) continue;
      if (open.has(dialogOf(request))) return `${request.method} while another offer is open`;
      open.set(dialogOf(request), branch);
    }
  }
  return undefined;
};

/** RSeq rises by one in each dialog; the same is acknowledged again only after a challenge (RFC 3262 §4). */
const pracksAreInOrder: Rule = (turns) => {
  const last = new Map<string, number>();
  for (const { event, commands } of turns) {
    const isChallenged = event.type === 'sip.response.received' && event.response.status === 407;
    for (const { request } of commands.filter(isRequest)) {
      if (request.method !== 'PRACK') continue;
      const [rseq, ...invite] = (request.headers.rack?.[0] ?? '').split(' ');
      const key = `${dialogOf(request)} ${invite.join(' ')}`;
      const before = last.get(key);
      const step = Number(rseq) - (before ?? Number(rseq) - 1);
      if (step !== 1 && !(step === 0 && isChallenged)) return `PRACK of ${rseq} after ${before}`;
      last.set(key, Number(rseq));
    }
  }
  return undefined;
};

const ONE_AT_A_TIME: ReadonlySet<string> = new Set(['INFO', 'REFER', 'OPTIONS']);

/** Loss must not turn their order around: each waits for the final response of the one before. */
const errandsFollowEachOther: Rule = (turns) => {
  const open = new Map<string, string>();
  for (const { event, commands } of turns) {
    const isOver =
      event.type === 'sip.request.failed' ||
      (event.type === 'sip.response.received' && event.response.status >= 200);
    if (isOver) open.delete(event.branch);
    for (const { branch, request } of commands.filter(isRequest)) {
      if (request.method === 'BYE' || request.method === 'INVITE') {
        for (const [other, tag] of open) if (tag === request.from.params.tag) open.delete(other);
      }
      if (!ONE_AT_A_TIME.has(request.method)) continue;
      const tag = request.from.params.tag ?? '';
      if ([...open.values()].includes(tag)) return `${request.method} before the one before it is over`;
      open.set(branch, tag);
    }
  }
  return undefined;
};

export const RULES: Readonly<Record<string, Rule>> = {
  'INFO, REFER and OPTIONS follow each other': errandsFollowEachOther,
  'every IQ-set is answered exactly once': everyIqIsAnsweredOnce,
  'one provisional and one final outcome reach the caller': oneOutcomeReachesTheCaller,
  'no CANCEL before a provisional response, nor after a final one': cancelFollowsAProvisional,
  'no BYE before the ACK': byeFollowsTheAck,
  'CSeq rises in every dialog and branches are unique': requestsAreInOrder,
  'every SIP request gets exactly one final response': everyRequestIsAnsweredOnce,
  'each 2xx is acknowledged once': oneAckForEach2xx,
  'reliable responses are acknowledged in order': pracksAreInOrder,
  'm-lines keep their place and never become fewer': mediaKeepTheirPlace,
  'the version of the SDP grows by one exactly when its text changes': versionGrowsWithTheText,
  'one offer at a time in a dialog': oneOfferAtATime,
};
