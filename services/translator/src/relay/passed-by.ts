/**
 * Messages whose description the relay need not see, because nothing comes of it.
 */
import type { CommandOf } from '@stoxgate/contracts';
import type { CallSession, InLeg, OutLeg } from '../call/call-session.ts';
import { tagOf } from '../call/dialog.ts';
import type { Side } from '../call/leg.ts';
import type { Passing, RelayedLeg } from './relay-state.ts';

/** A further fork's 2xx, or one that crosses a CANCEL: it is ended, whatever its media. RFC 3261 §13.2.2.4. */
function isStray(out: OutLeg, passing: Passing): boolean {
  if (passing.way !== 'in' || passing.event.type !== 'sip.response.received') return false;
  const { branch, response } = passing.event;
  if (branch !== out.invite.branch || out.state === 'calling' || out.state === 'proceeding') return false;
  return tagOf(response.to) !== out.dialog?.remoteTag;
}

/** An INVITE that came by another way already: it is refused. RFC 3261 §8.2.2.2. */
function isMerged(leg: InLeg, passing: Passing): boolean {
  if (leg.state === 'ended' || passing.way !== 'in' || passing.event.type !== 'sip.request.received')
    return false;
  const { method, to } = passing.event.request;
  return method === 'INVITE' && tagOf(to) === '';
}

/** Whether a message of this leg goes by the relay without being shown. */
export function isPassedBy(session: CallSession | undefined, side: Side, passing: Passing): boolean {
  const { out, in: from } = session ?? {};
  if (side === 'out') return out !== undefined && isStray(out, passing);
  return from !== undefined && isMerged(from, passing);
}

const isFirstInvite = ({ command }: { readonly command: CommandOf<'sip.request.send'> }): boolean =>
  command.request.method === 'INVITE' && tagOf(command.request.to) === '';

/** An INVITE whose caller turned away while it was at the relay. */
export function isGivenUp(session: CallSession | undefined, passing: Passing): boolean {
  if (passing.way !== 'out' || passing.command.type !== 'sip.request.send') return false;
  const { command } = passing;
  return session?.out?.state === 'cancelling' && isFirstInvite({ command });
}

/** A CANCEL whose INVITE has its final response, which waits for the relay. RFC 3261 §9.1. */
export function isTooLate(
  { passing }: RelayedLeg,
  { branch, request }: CommandOf<'sip.request.send'>,
): boolean {
  const isFinal = (each: Passing): boolean =>
    each.way === 'in' &&
    each.event.type === 'sip.response.received' &&
    each.event.branch === branch &&
    each.event.response.status >= 200;
  return request.method === 'CANCEL' && passing.some(isFinal);
}

/** The ACK that had to bring the answer, or rather the caller's first description, and brings none. RFC 3261 §13.2.1. */
export function lacksDescription({ placeholderOf }: RelayedLeg, passing: Passing): boolean {
  if (placeholderOf !== 'sip' || passing.way !== 'in') return false;
  return passing.event.type === 'sip.request.received' && passing.event.request.method === 'ACK';
}
