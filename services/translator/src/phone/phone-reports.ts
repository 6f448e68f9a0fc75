/**
 * What a report does to the record: the state, and what was waiting for the phone to be heard of.
 */
import type { EventOf } from '@stoxgate/contracts';
import { askedTerms } from './bosh-terms.ts';
import { boshUrlOf, isUsableUrl } from './bosh-url.ts';
import type { Parked, PhoneSession } from './phone-session.ts';
import { stateAfter } from './phone-state.ts';
import type { PhoneTurn } from './phone-turn.ts';

/** Whether an account that is parked is tried again now. */
function isUnparked(parked: Parked | undefined, state: PhoneSession['state'], isNew: boolean): boolean {
  if (parked === 'address' || parked === 'replaced') return isNew;
  return parked === 'ended' && state !== 'offline';
}

/** Goes on with the session that the account file left us. Whether it is still there, the server knows. */
function adopt(turn: PhoneTurn): void {
  const { policy, session, now } = turn;
  const { account, inheritedSid } = session;
  if (inheritedSid === undefined) return;
  const url = boshUrlOf(policy, account);
  turn.update({ inheritedSid: undefined });
  const isBosh = policy.transport === 'bosh' && session.bosh === undefined;
  if (!isBosh || session.connection !== undefined || !isUsableUrl(url, policy.allowPlain)) return;
  turn.update({
    presenceId: session.presenceId ?? turn.derive(6),
    bosh: {
      url,
      phase: 'open',
      phaseUntil: 0,
      sid: inheritedSid,
      terms: { ...askedTerms(policy), requests: policy.hold + 1 },
      requests: [],
      resource: account.resource ?? policy.resource,
      conflicts: 0,
      owed: [],
      sentAt: now,
      pollAt: now,
      openedAt: now,
    },
  });
}

/** A session that is polled is kept alive by what the phone says, as far as the server lets it. */
function hurry(turn: PhoneTurn): void {
  const { bosh } = turn.session;
  if (bosh?.terms.hold !== 0 || bosh.phase !== 'open') return;
  const pollAt = Math.min(bosh.pollAt, bosh.sentAt + bosh.terms.pollingMs);
  if (pollAt !== bosh.pollAt) turn.updateBosh({ pollAt });
}

/** A state, or a change of it, was told. */
export function reported(turn: PhoneTurn, event: EventOf<'phone.state.reported'>): void {
  const before = turn.session;
  const { state, calls, isNew } = stateAfter(before.state, before.calls, event.report, event.calls);
  adopt(turn);
  if (state !== before.state || calls !== before.calls) turn.update({ state, calls });
  if (isUnparked(before.parked, state, isNew)) turn.update({ parked: undefined });
  if (isNew) {
    // A phone that has just been switched on is not made to wait for what went wrong before.
    turn.update({ retryAt: 0 });
    const { bosh, connection } = turn.session;
    if (bosh?.phase === 'open' || connection?.phase === 'open') turn.update({ isRenewing: true });
  }
  hurry(turn);
}
