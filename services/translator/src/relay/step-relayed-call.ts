/**
 * The step of a call whose media may go through a relay. The core maps calls as if the ends met each other; on the way
 * to and from the SIP party each description goes by the relay first, and what follows it on that leg waits its turn.
 * The step stays pure: the relay is asked by a command and answers by an event. RFC 3264, RFC 7092 §3.2.
 */
import type { Command } from '@stoxgate/contracts';
import { stepCall } from '../call/step-call.ts';
import type { TranslatorPolicy } from '../policy.ts';
import type { Input } from '../step.ts';
import type { RelayedCall } from './relay-state.ts';
import { RelayedTurn } from './relayed-turn.ts';

/** One event of a call whose media may be relayed. Total, as the step of a call is. */
export function stepRelayedCall(
  policy: TranslatorPolicy,
  session: RelayedCall | undefined,
  input: Input,
): { readonly session: RelayedCall | undefined; readonly commands: readonly Command[] } {
  if (policy.mediaRelay === 'none' && session?.relayed === undefined) return stepCall(policy, session, input);
  const turn = new RelayedTurn(policy, session, input);
  turn.take();
  const next = turn.finish();
  return { session: next, commands: turn.commands };
}
