/**
 * Accounts that come and go.
 */
import type { EventOf } from '@stoxgate/contracts';
import { accountOf, isSameLogin } from './account.ts';
import type { PhoneAccount, PhoneSession } from './phone-session.ts';
import type { PhoneTurn } from './phone-turn.ts';
import type { PhonesPolicy } from './phones-policy.ts';
import { isRid, MAX_FIRST_RID, startRid } from './rid.ts';

/** The record of an account that was not known. Its phone is offline until somebody says otherwise. */
export function newPhone(
  policy: PhonesPolicy,
  event: EventOf<'phone.account.imported'>,
  seed: string,
): PhoneSession | undefined {
  const account = accountOf(policy, event);
  if (account === undefined) return undefined;
  const rid = isRid(event.rid) ? event.rid : startRid(policy, seed);
  const inheritedSid = (rid < MAX_FIRST_RID && event.sid) || undefined;
  return {
    kind: 'phone',
    account,
    state: 'offline',
    calls: 0,
    lastRid: inheritedSid === undefined ? rid - 1 : rid,
    presenceId: inheritedSid === undefined ? undefined : event.presenceId || undefined,
    inheritedSid,
    failures: 0,
    retryAt: 0,
    redirects: 0,
    timerAt: 0,
  };
}

/** The session that there is was opened by another login, or for one that may be wrong: it makes way. */
function makeWay(turn: PhoneTurn, account: PhoneAccount): void {
  const { bosh, connection } = turn.session;
  const isOther = !isSameLogin(turn.session.account, account);
  if (connection !== undefined) {
    if (connection.phase === 'offered') turn.closed();
    else if (isOther || connection.phase === 'opening') turn.update({ isRenewing: true });
  } else if (bosh?.sid === undefined) turn.closed();
  else if (isOther) turn.update({ isRenewing: true });
}

/** An account is given anew: what it says counts, what it was parked for does not. False: it is no account. */
export function givenAnew(turn: PhoneTurn, event: EventOf<'phone.account.imported'>): boolean {
  const account = accountOf(turn.policy, event);
  if (account === undefined) return false;
  makeWay(turn, account);
  const { lastRid, bosh } = turn.session;
  turn.update({
    account,
    // A rid that the file remembers from before is no reason to use one twice; a session that is there counts on by one.
    lastRid: isRid(event.rid) && bosh === undefined ? Math.max(lastRid, event.rid) : lastRid,
    parked: undefined,
    isRemoved: undefined,
    failures: 0,
    retryAt: 0,
    redirect: undefined,
    redirects: 0,
  });
  return true;
}
