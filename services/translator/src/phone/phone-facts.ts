/**
 * What a step did to a phone, for those who count and tell.
 */
import type { Event } from '@stoxgate/contracts';
import type { Parked, PhoneSession } from './phone-session.ts';
import { stateAfter } from './phone-state.ts';

export interface PhoneFacts {
  /** A report that was taken, or bent: no way led to what it named. */
  readonly report?: 'taken' | 'bent' | undefined;
  /** opened: presence is shown. ended: as it should. lost: it was not ours to end. parked: and nothing is tried. */
  readonly session?: 'opened' | 'ended' | 'lost' | 'parked' | undefined;
  readonly parked?: Parked | undefined;
}

function reportOf(before: PhoneSession, event: Event): PhoneFacts['report'] {
  if (event.type !== 'phone.state.reported') return undefined;
  return stateAfter(before.state, before.calls, event.report, event.calls).isBent ? 'bent' : 'taken';
}

const phaseOf = (session: PhoneSession | undefined): string | undefined =>
  session?.bosh?.phase ?? session?.connection?.phase;

function sessionOf(before: PhoneSession, after: PhoneSession | undefined): PhoneFacts['session'] {
  if (after?.parked !== undefined && before.parked === undefined) return 'parked';
  if (after !== undefined && after.failures > before.failures) return 'lost';
  if (phaseOf(before) === 'ending' && phaseOf(after) !== 'ending') return 'ended';
  return phaseOf(after) === 'open' && phaseOf(before) !== 'open' ? 'opened' : undefined;
}

/** Facts of the step from `before`, which handled `event`. */
export function phoneFacts(before: PhoneSession, after: PhoneSession | undefined, event: Event): PhoneFacts {
  const session = sessionOf(before, after);
  const parked = session === 'parked' ? after?.parked : undefined;
  return { report: reportOf(before, event), session, parked };
}
