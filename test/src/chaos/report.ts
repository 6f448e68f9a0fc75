/**
 * What a chaos run found, and whether it is good enough.
 */
import type { CallTally } from './call-book.ts';
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
  /** Messages in the streams at the end. A NATS server that was killed keeps some that were settled. */
  readonly leftOnBus: number;
}

export interface Heard {
  readonly accepted: ReadonlySet<string>;
  readonly heardByUsers: ReadonlyMap<string, ReadonlySet<string>>;
  readonly heardByPhone: ReadonlyMap<string, ReadonlySet<string>>;
  readonly users: Pick<Users, 'sent' | 'refused' | 'swallowed'>;
}

const doubledIn = (heard: ReadonlyMap<string, ReadonlySet<string>>): number =>
  [...heard.values()].filter((identities) => identities.size > 1).length;

export function messagesOf({ accepted, heardByUsers, heardByPhone, users }: Heard): {
  readonly toSip: MessageTally;
  readonly toXmpp: MessageTally;
} {
  const { sent, refused, swallowed } = users;
  const missing = [...sent].filter((text) => !heardByPhone.has(text));
  const unknown = missing.filter((text) => !refused.has(text));
  const vanished = unknown.filter((text) => swallowed.has(text));
  return {
    toSip: {
      sent: sent.size,
      delivered: sent.size - missing.length,
      refused: missing.length - unknown.length,
      swallowed: vanished.length,
      lost: unknown.length - vanished.length,
      doubled: doubledIn(heardByPhone),
    },
    toXmpp: {
      sent: accepted.size,
      delivered: heardByUsers.size,
      refused: 0,
      swallowed: 0,
      lost: [...accepted].filter((text) => !heardByUsers.has(text)).length,
      doubled: doubledIn(heardByUsers),
    },
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

export function linesOf(report: ChaosReport): readonly string[] {
  const { how, killed, fromSip, fromXmpp, toSip, toXmpp, askedAgain, recordsLeft, leftOnBus } = report;
  return [
    `${how} ${killed.length}: ${killed.join(', ')}`,
    callLine('calls SIP → XMPP', fromSip),
    callLine('calls XMPP → SIP', fromXmpp),
    messageLine('messages SIP → XMPP', toXmpp),
    messageLine('messages XMPP → SIP', toSip),
    `IQs asked again ${askedAgain}, records of calls left ${recordsLeft}, messages left on the bus ${leftOnBus}`,
    ...[...fromSip.lost, ...fromXmpp.lost].map((call) => `lost: ${call}`),
    ...[...fromSip.hanging, ...fromXmpp.hanging].map((call) => `hanging: ${call}`),
  ];
}

/** What is not as it must be; empty when all is well. */
export function faultsIn(report: ChaosReport): readonly string[] {
  const { fromSip, fromXmpp, toSip, toXmpp, recordsLeft } = report;
  const counts = {
    'established calls lost': fromSip.lost.length + fromXmpp.lost.length,
    'calls that hang': fromSip.hanging.length + fromXmpp.hanging.length,
    'messages lost': toSip.lost + toXmpp.lost,
    'messages doubled with another identity': toSip.doubled + toXmpp.doubled,
    'records of calls left': Math.max(0, recordsLeft),
  };
  return Object.entries(counts).flatMap(([what, count]) => (count === 0 ? [] : [`${what}: ${count}`]));
}
