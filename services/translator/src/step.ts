/**
 * The core: a pure function of a session and an event. No clock, randomness, I/O, promise or logger; total on wire input.
 */
import type { Command, Event, SessionKey } from '@stoxgate/contracts';
import { stepDialog } from './dialog/step-dialog.ts';
import { stepDialogs } from './dialog-watch/step-dialogs.ts';
import { stepPair } from './message/step-pair.ts';
import { stepPhone } from './phone/step-phone.ts';
import type { TranslatorPolicy } from './policy.ts';
import { stepPresence } from './presence/step-presence.ts';
import { stepPublished } from './published/step-published.ts';
import { stepRelayedCall } from './relay/step-relayed-call.ts';
import type { Session } from './session.ts';
import { stepUser } from './user/step-user.ts';

export interface Input {
  readonly key: SessionKey;
  /** Time of handling, ms since the epoch. */
  readonly now: number;
  /** Unique per event and unpredictable from outside; tags and branches derive from it. */
  readonly eventId: string;
  /** Process that published the event. */
  readonly edge: string;
  readonly event: Event;
}

export interface Step {
  /** Undefined: the session is over, or the event needs none. */
  readonly session: Session | undefined;
  readonly commands: readonly Command[];
  /** Something that came was let go without a word; it is counted. */
  readonly dropped?: Dropped;
}

/**
 * encrypted: nobody but a device could read it, and its sender knows. nothing-for-sip: reactions and the like. bounced: the
 * error of a message to XMPP whose sender did not ask. notification, composing: of a message that nobody waits for, or
 * that SIP did not take; text never is. no-account: a state of a phone that nobody has an account for.
 */
export type Dropped =
  | 'encrypted'
  | 'nothing-for-sip'
  | 'bounced'
  | 'notification'
  | 'composing'
  | 'no-account';

export type StepFunction = (session: Session | undefined, input: Input) => Step;

const ofKind = <Kind extends Session['kind']>(
  session: Session | undefined,
  kind: Kind,
): Extract<Session, { kind: Kind }> | undefined =>
  session?.kind === kind ? (session as Extract<Session, { kind: Kind }>) : undefined;

/** The step for all kinds of sessions; the key says which. A key of no known kind changes nothing. */
export function createStep(policy: TranslatorPolicy): StepFunction {
  return (session, input) => {
    switch (input.key.slice(0, input.key.indexOf(':'))) {
      case 'call':
        return stepDialog(policy, session, input) ?? stepRelayedCall(policy, ofKind(session, 'call'), input);
      case 'dialogs':
        return stepDialogs(policy, ofKind(session, 'dialogs'), input);
      case 'pair':
        return stepPair(policy, ofKind(session, 'pair'), input);
      case 'phone':
        return stepPhone(policy, ofKind(session, 'phone'), input);
      case 'presence':
        return stepPresence(policy, ofKind(session, 'presence'), input);
      case 'published':
        return stepPublished(policy, ofKind(session, 'published'), input);
      case 'user':
        return stepUser(policy, ofKind(session, 'user'), input);
      default:
        return { session, commands: [] };
    }
  };
}
