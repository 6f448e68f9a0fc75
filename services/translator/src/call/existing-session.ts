/**
 * A device that comes online while its user is being called asks for the session that it missed: `existing-session-
 * initiate`, an extension of XEP-0166 as mod_jingle_sip has it. The IQ-get is addressed to the component, to the SIP
 * party, or to the user itself where the server delegates it (XEP-0355).
 */
import { parseJid, resourceOf } from '@stoxgate/addressing';
import { brandKey, type EventOf } from '@stoxgate/contracts';
import type { InLeg, Legs, RungResource } from './call-session.ts';
import { type IncomingIq, type JingleRequest, receivedIq } from './jingle.ts';
import { acknowledge, jingleSet, refuse } from './jingle-stanza.ts';
import { isSameBare, TIMERS, towards } from './leg.ts';
import type { Turn } from './turn.ts';

export const EXISTING_SESSION = 'existing-session-initiate';

/** More devices than a person has. */
const MAX_RUNG = 64;

const isAddressed = (leg: InLeg, { to }: IncomingIq): boolean =>
  isSameBare(to, leg.contact) || isSameBare(to, leg.user) || parseJid(to)?.local === undefined;

/** Whether this resource may join those that ring: the callee's own, and not the one that calls. */
function mayJoin(leg: InLeg, legs: Legs, iq: IncomingIq): boolean {
  const resource = resourceOf(iq.from);
  if (leg.state !== 'ringing' || leg.offered === undefined || resource === undefined) return false;
  if (leg.proposed?.state === 'taken') return false;
  if (!isSameBare(iq.from, leg.user) || iq.from === legs.out?.user || !isAddressed(leg, iq)) return false;
  const isRung = leg.rung.some(({ jid }) => jid === iq.from);
  return (leg.resource === undefined || leg.resource === resource) && (isRung || leg.rung.length < MAX_RUNG);
}

/** Result, then the session-initiate as the other resources got it; the resource rings like them from there on. */
function join(turn: Turn, legs: Legs, iq: IncomingIq): Legs {
  const { in: leg } = legs;
  if (leg?.offered === undefined || !mayJoin(leg, legs, iq)) {
    refuse(turn, iq, 'no-pending-session');
    return legs;
  }
  acknowledge(turn, iq);
  const to = towards(leg, iq.from);
  const iqId = jingleSet(turn, to, 'session-initiate', leg.offered, { initiator: leg.contact });
  turn.setTimer(TIMERS.in.delivery, turn.policy.iqTimeoutMs);
  const joined: RungResource = { jid: iq.from, iqId, isDelivered: false };
  return { ...legs, in: { ...leg, rung: [...leg.rung.filter(({ jid }) => jid !== iq.from), joined] } };
}

/** A device asks for this call by its sid. */
export function joinExisting(turn: Turn, legs: Legs, { iq, sid }: JingleRequest): Legs {
  if (sid === legs.in?.sid) return join(turn, legs, iq);
  refuse(turn, iq, 'no-pending-session');
  return legs;
}

/**
 * A device asks for the one call that rings its user. Each call that may be it looks for itself and hands the question
 * on; two that ring are none (mod_jingle_sip needs a sid; to go without is an addition).
 */
export function onSought(turn: Turn, legs: Legs, event: EventOf<'call.pending.sought'>): Legs {
  const received = receivedIq(event.domain, event.stanza);
  if (received === undefined) return legs;
  const { iq } = received;
  const { key } = turn.input;
  if (event.found === key) return join(turn, legs, iq);
  const isPending = legs.in !== undefined && mayJoin(legs.in, legs, iq);
  const [next, ...others] = event.others;
  const found = isPending ? key : event.found;
  if (isPending && event.found !== undefined) {
    refuse(turn, iq, 'no-pending-session');
  } else if (next !== undefined) {
    const handed = { ...event, others, ...(found === undefined ? {} : { found }) };
    turn.issue({ type: 'session.notify', key: brandKey(next), event: handed });
  } else if (isPending || found === undefined) {
    return join(turn, legs, iq);
  } else {
    turn.issue({ type: 'session.notify', key: brandKey(found), event: { ...event, others: [], found } });
  }
  return legs;
}
