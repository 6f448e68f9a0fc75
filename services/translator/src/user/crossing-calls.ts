/**
 * Calls of one user and one contact that cross: each proposes one to the other. The lower id wins, and is told of the
 * other, for it alone knows whether it still rings. XEP-0353 §4.1.
 */
import { bareJidOf } from '@stoxgate/addressing';
import { brandCallId, brandKey, type Command, type EventOf, sidOfCallId } from '@stoxgate/contracts';
import { compareOctets } from '@stoxgate/wire-xmpp';
import type { TranslatorPolicy } from '../policy.ts';
import type { Input, Step } from '../step.ts';
import type { UserSession } from './user-session.ts';

/** A call that the user proposes to a contact. */
export interface OwnCall {
  readonly key: string;
  /** Bare JID. */
  readonly contact: string;
  /** When it rings no more, ms since the epoch. */
  readonly until: number;
}

/** More calls than a person makes at a time; the oldest is forgotten first. */
const MAX_CALLS = 8;

const sidOf = (key: string, { callIdHost }: TranslatorPolicy): string =>
  sidOfCallId(brandCallId(key.slice('call:'.length)), callIdHost);

/** Tells the call that wins of the other. */
function crossing(policy: TranslatorPolicy, input: Input, one: string, other: string): Command {
  const isFirst = compareOctets(sidOf(one, policy), sidOf(other, policy)) < 0;
  const [winner, loser] = isFirst ? [one, other] : [other, one];
  const user = input.key.slice('user:'.length);
  return {
    type: 'session.notify',
    key: brandKey(winner),
    event: { type: 'call.crossing.found', user, other: loser },
  };
}

/** What a call from `contact` that rings the user crosses. */
export const crossedBy = (
  policy: TranslatorPolicy,
  { proposals = [] }: UserSession,
  input: Input,
  { replyTo, as }: EventOf<'user.resources.requested'>,
): readonly Command[] => {
  const from = bareJidOf(as);
  return proposals
    .filter(({ key, contact, until }) => contact === from && key !== replyTo && until > input.now)
    .map(({ key }) => crossing(policy, input, key, replyTo));
};

/** The user proposes a call. Of one who is not known nothing is kept: its client breaks the tie by itself. */
export function callProposed(
  policy: TranslatorPolicy,
  session: UserSession | undefined,
  input: Input,
  { replyTo, contact }: EventOf<'user.call.proposed'>,
): Step {
  const bare = bareJidOf(contact);
  if (session === undefined || bare === undefined) return { session, commands: [] };
  const live = (session.proposals ?? []).filter(({ key, until }) => until > input.now && key !== replyTo);
  const own: OwnCall = { key: replyTo, contact: bare, until: input.now + policy.ringTimeoutMs };
  const crossed = (session.calls ?? []).filter(
    ({ key, from, until }) => from === bare && key !== replyTo && until > input.now,
  );
  return {
    session: { ...session, proposals: [...live.slice(1 - MAX_CALLS), own] },
    commands: crossed.map(({ key }) => crossing(policy, input, replyTo, key)),
  };
}
