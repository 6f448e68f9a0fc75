/**
 * A session ping: an empty session-info at each refresh of a session timer, by configuration. An error that says that the
 * client is not there ends the call as with any other IQ. XEP-0166 §7.2.11, RFC 4028 §7.4.
 */
import type { InLeg, OutLeg } from './call-session.ts';
import { isIn, tell } from './leg-party.ts';
import type { Turn } from './turn.ts';

/** Asks the XMPP party of a call that is up whether it still has the session. */
export function pingParty(turn: Turn, leg: OutLeg | InLeg): void {
  const isThere =
    leg.state === 'active' || (isIn(leg) && leg.state === 'accepted' && leg.byeOnAck === undefined);
  if (turn.policy.sessionPing && isThere) tell(turn, leg, 'session-info', []);
}
