/**
 * What the answer to a request inside a dialog leads to. RFC 3261 §12.2.1.2, RFC 6086 §4.2.2, RFC 5057 §5.
 */
import type { SipResponse } from '@stoxgate/contracts';
import type { InLeg, OutLeg } from './call-session.ts';
import { challengesToAnswer, isChallenge } from './challenges.ts';
import { endDeadDialog } from './dead-dialog.ts';
import { plainDigit } from './digits.ts';
import { next, repeat } from './errands.ts';
import type { Side } from './leg.ts';
import { afterRefresh } from './session-refresh.ts';
import { afterRefer } from './transfer-to-sip.ts';
import { afterRefusedTrickle, flushTrickle } from './trickle-to-sip.ts';
import type { Turn } from './turn.ts';

/** Statuses that say that the SIP party takes no such INFO. */
const NOT_TAKEN: ReadonlySet<number> = new Set([405, 415, 469, 488, 501]);

/** A NOTIFY that fails ends its subscription, not the call (RFC 5057 §5.2). */
const isDead = (purpose: string, status: number): boolean =>
  purpose !== 'notify' && (status === 481 || status === 408);

function outcome<AnyLeg extends OutLeg | InLeg>(turn: Turn, side: Side, leg: AnyLeg, status: number): AnyLeg {
  const { asking } = leg;
  if (asking === undefined) return leg;
  const { purpose } = asking.errand;
  if (isDead(purpose, status) && asking.early === undefined) return endDeadDialog(turn, side, leg, status);
  const other = status === 415 ? plainDigit(asking.errand) : undefined;
  if (other !== undefined) return next(turn, { ...leg, errands: [other, ...(leg.errands ?? [])] });
  const heard = purpose === 'refer' ? afterRefer(leg, status) : leg;
  const isRefused = purpose === 'trickle' && NOT_TAKEN.has(status);
  const free = next(turn, isRefused ? afterRefusedTrickle(heard) : heard);
  return flushTrickle(turn, free);
}

/** A response to the request under way: a challenge is answered once, a final response is the outcome. */
export function onErrandResponse<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  side: Side,
  leg: AnyLeg,
  response: SipResponse,
): AnyLeg {
  const { asking } = leg;
  if (asking === undefined || response.status < 200 || leg.state === 'ended') return leg;
  const challenges =
    isChallenge(response) && turn.policy.hasCredentials
      ? challengesToAnswer(asking.challenges, response)
      : undefined;
  if (challenges !== undefined) return repeat(turn, leg, challenges);
  const next =
    asking.errand.purpose === 'refresh'
      ? afterRefresh(turn, side, leg, asking.request.headers, response)
      : leg;
  return outcome(turn, side, next, response.status);
}

/** It got no final response (RFC 3261 §8.1.3.1). */
export function onErrandFailed<AnyLeg extends OutLeg | InLeg>(
  turn: Turn,
  side: Side,
  leg: AnyLeg,
  cause: string,
): AnyLeg {
  if (leg.state === 'ended') return leg;
  const status = cause === 'timeout' ? 408 : cause === 'no-credentials' ? 401 : 503;
  return outcome(turn, side, leg, status);
}
