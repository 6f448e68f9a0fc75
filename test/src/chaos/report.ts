/**
 * What a chaos run found, and whether it is good enough.
 */
import type { CallTally } from './call-book.ts';
import type { MoreEdgesTally } from './more-edges.ts';
import type { Users } from './users.ts';

export interface MessageTally {
  /** Accepted by the gateway, or given to a connection of it. */
  sent: number;
  delivered: number;
  /** Not delivered, and their senders know. */
  refused: number;
  /** Written to a connection in its last second: XEP-0114 cannot tell whether it was read. */
  swallowed: number;
  lost: number;
  /** Which came more than once as something new. */
  doubled: number;
}

export interface ChaosReport {
  readonly how: 'killed' | 'restarted';
  readonly killed: readonly string[];
  readonly fromSip: CallTally;
  readonly fromXmpp: CallTally;
  readonly toSip: MessageTally;
  readonly toXmpp: MessageTally;
  /** IQs of users that had no answer in 3 s. */
  readonly askedAgain: number;
  /** Records of calls in the store at the end. */
  readonly recordsLeft: number;
  /** Messages in the streams at the end. */
  readonly leftOnBus: number;
  /** Where there were edges for it. */
  readonly more: MoreEdgesTally | undefined;
}

/** Text → names under which it came. */
export type Heard = ReadonlyMap<string, ReadonlySet<string>>;

const doubledIn = (heard: Heard): number =>
  [...heard.values()].filter((identities) => identities.size > 1).length;

/** What became of texts from SIP, of which those in `accepted` were promised. */
export function fromSipOf(accepted: ReadonlySet<string>, heardByUsers: Heard): MessageTally {
  const heard = new Map([...heardByUsers].filter(([text]) => accepted.has(text)));
  return {
    sent: accepted.size,
    delivered: heard.size,
    refused: 0,
    swallowed: 0,
    lost: accepted.size - heard.size,
    doubled: doubledIn(heard),
  };
}

/** What became of texts of users, of those that begin with `letter`. */
export function fromUsersOf(
  letter: string,
  users: Pick<Users, 'sent' | 'refused' | 'swallowed'>,
  heard: Heard,
): MessageTally {
  const { refused, swallowed } = users;
  const sent = [...users.sent].filter((text) => text.startsWith(letter));
  const missing = sent.filter((text) => !heard.has(text));
  const unknown = missing.filter((text) => !refused.has(text));
  const vanished = unknown.filter((text) => swallowed.has(text));
  return {
    sent: sent.length,
    delivered: sent.length - missing.length,
    refused: missing.length - unknown.length,
    swallowed: vanished.length,
    lost: unknown.length - vanished.length,
    doubled: doubledIn(heard),
  };
}

const callLine = (name: string, { begun, established, kept, ended, lost, hanging }: CallTally): string => {
  const reasons = Object.entries(ended).map(([reason, count]) => `${reason} ${count}`);
  const why = reasons.length === 0 ? '' : ` (${reasons.join(', ')})`;
  const before = begun - established - hanging.length;
  return `${name}: begun ${begun}, established ${established}, kept ${kept}, lost ${lost.length}; ended before ${before}${why}, hanging ${hanging.length}`;
};

const messageLine = (name: string, tally: MessageTally): string =>
  `${name}: ${Object.entries(tally)
    .map(([what, count]) => `${what} ${count}`)
    .join(', ')}`;

const moreLines = (more: MoreEdgesTally): readonly string[] => [
  messageLine('chats SIP → XMPP', more.chatToXmpp),
  messageLine('chats XMPP → SIP', more.chatToSip),
  `sessions over MSRP ${more.chatsOpened}; states of phones ${more.phoneStates}, shown wrong ${more.phonesWrong.length}; calls left at the relay ${more.relayedLeft}`,
  ...more.phonesWrong,
];

export function linesOf(report: ChaosReport): readonly string[] {
  const { how, killed, fromSip, fromXmpp, toSip, toXmpp, askedAgain, recordsLeft, leftOnBus, more } = report;
  return [
    `${how} ${killed.length}: ${killed.join(', ')}`,
    callLine('calls SIP → XMPP', fromSip),
    callLine('calls XMPP → SIP', fromXmpp),
    messageLine('messages SIP → XMPP', toXmpp),
    messageLine('messages XMPP → SIP', toSip),
    ...(more === undefined ? [] : moreLines(more)),
    `IQs asked again ${askedAgain}, records of calls left ${recordsLeft}, messages left on the bus ${leftOnBus}`,
    ...[...fromSip.lost, ...fromXmpp.lost].map((call) => `lost: ${call}`),
    ...[...fromSip.hanging, ...fromXmpp.hanging].map((call) => `hanging: ${call}`),
  ];
}

/** What is not as it must be; empty when all is well. */
export function faultsIn(report: ChaosReport): readonly string[] {
  const { fromSip, fromXmpp, toSip, toXmpp, recordsLeft, more } = report;
  const messages = [toSip, toXmpp, ...(more === undefined ? [] : [more.chatToSip, more.chatToXmpp])];
  const sum = (of: (tally: MessageTally) => number): number =>
    messages.reduce((total, tally) => total + of(tally), 0);
  const counts = {
    'established calls lost': fromSip.lost.length + fromXmpp.lost.length,
    'calls that hang': fromSip.hanging.length + fromXmpp.hanging.length,
    'messages lost': sum(({ lost }) => lost),
    'messages doubled with another identity': sum(({ doubled }) => doubled),
    'phones shown wrong': more?.phonesWrong.length ?? 0,
    'records of calls left': Math.max(0, recordsLeft),
    'calls left at the relay': more?.relayedLeft ?? 0,
  };
  return Object.entries(counts).flatMap(([what, count]) => (count === 0 ? [] : [`${what}: ${count}`]));
}
