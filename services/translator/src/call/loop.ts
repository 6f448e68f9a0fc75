/**
 * Loops that both sides of one call give away. What only looks like one, a hairpin to a user of ours or a spiral with
 * another target, goes on. RFC 3261 §16.3, draft-ietf-stox-media §12.
 */
import { callerOfSip, componentOf, parseJid } from '@stoxgate/addressing';
import type { SipRequest } from '@stoxgate/contracts';
import type { OutLeg } from './call-session.ts';
import type { JingleRequest } from './jingle.ts';
import { isSameBare } from './leg.ts';
import { isReentry } from './reentry.ts';
import type { Turn } from './turn.ts';

/** Whether an INVITE for nobody of ours is the one that we sent: of a user of ours, to whom that user calls. */
export function comesRound(turn: Turn, request: SipRequest, out: OutLeg | undefined): boolean {
  if (out === undefined || out.state === 'ended' || !isReentry(turn, request)) return false;
  const { requestUri } = request;
  if (requestUri === out.invite.request.requestUri) return true;
  const target = callerOfSip(turn.policy.addresses, requestUri);
  return target.ok && isSameBare(target.jid, out.contact);
}

/** Whether a session was begun by a SIP party: it came out of the gateway, and does not go in again. */
export function isOfSipParty(turn: Turn, { iq, jingle }: JingleRequest): boolean {
  const { addresses } = turn.policy;
  return [iq.from, jingle.attrs.initiator ?? ''].some((jid) => {
    const domain = parseJid(jid)?.domain;
    return domain !== undefined && componentOf(addresses, domain) !== undefined;
  });
}
