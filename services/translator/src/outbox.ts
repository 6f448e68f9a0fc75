/**
 * What a step's commands become: messages to publish after the commit, in order, and timers.
 */
import {
  anyBoshEdgeSubject,
  anyMediaEdgeSubject,
  anyMsrpEdgeSubject,
  anySipEdgeSubject,
  boshEdgeSubject,
  brandEdgeId,
  brandKey,
  type Command,
  type Envelope,
  eventSubjectOf,
  msrpEdgeSubject,
  type Subject,
  sipEdgeSubject,
  xmppDomainSubject,
} from '@stoxgate/contracts';
import { type TimerChanges, withChange } from './armed-timers.ts';

/** A message for the bus, as it stands in the store between commit and publication. */
export interface Outgoing {
  readonly subject: Subject;
  readonly envelope: Envelope;
}

export interface Dispatch {
  readonly outbox: readonly Outgoing[];
  /** The last command on a name counts. */
  readonly timers: TimerChanges;
}

const NO_TIMERS: TimerChanges = [];

/** What the envelopes of one step have in common. */
export interface Origin {
  readonly key: string;
  readonly eventId: string;
  /** This process. */
  readonly edge: string;
  readonly at: number;
  readonly trace: string | undefined;
}

const idOf = ({ eventId }: Origin, place: number): string => `${eventId}/${place.toString(36)}`;

/**
 * Splits commands. Ids are made of the event's id and the place of the command, so a step that is repeated after a
 * crash names its messages alike.
 */
export function dispatch(origin: Origin, commands: readonly Command[]): Dispatch {
  // Not grown: that would leave room for sixteen more.
  const outbox = new Array<Outgoing>(commands.length);
  let count = 0;
  let timers = NO_TIMERS;
  const { edge, at, trace } = origin;
  for (const command of commands) {
    switch (command.type) {
      case 'timer.set':
        timers = withChange(timers, { name: command.name, dueAt: command.dueAt });
        break;
      case 'timer.clear':
        timers = withChange(timers, { name: command.name, dueAt: undefined });
        break;
      case 'session.notify':
        outbox[count] = {
          subject: eventSubjectOf(brandKey(command.key)),
          envelope: {
            v: 1,
            id: idOf(origin, count),
            key: command.key,
            edge,
            at,
            trace,
            payload: command.event,
          },
        };
        count++;
        break;
      default:
        outbox[count] = {
          subject: subjectOf(command),
          envelope: { v: 1, id: idOf(origin, count), key: origin.key, edge, at, trace, payload: command },
        };
        count++;
    }
  }
  outbox.length = count;
  return { outbox, timers };
}

type EdgeCommand = Exclude<Command, { type: 'timer.set' | 'timer.clear' | 'session.notify' }>;

function subjectOf(command: EdgeCommand): Subject {
  switch (command.type) {
    case 'sip.request.send':
      return command.edge === undefined ? anySipEdgeSubject() : sipEdgeSubject(brandEdgeId(command.edge));
    case 'sip.response.send':
      return sipEdgeSubject(brandEdgeId(command.edge));
    case 'xmpp.stanza.send':
      return xmppDomainSubject(command.domain);
    case 'media.request.send':
      return anyMediaEdgeSubject();
    case 'bosh.request.send':
      return anyBoshEdgeSubject();
    case 'phone.connection.keep':
      return command.edge === undefined ? anyBoshEdgeSubject() : boshEdgeSubject(brandEdgeId(command.edge));
    case 'phone.connection.open':
    case 'phone.presence.send':
    case 'phone.connection.close':
      return boshEdgeSubject(brandEdgeId(command.edge));
    case 'msrp.session.open':
      return anyMsrpEdgeSubject();
    case 'msrp.session.connect':
    case 'msrp.session.close':
    case 'msrp.message.send':
    case 'msrp.report.send':
      return msrpEdgeSubject(brandEdgeId(command.edge));
  }
}
