/**
 * The caller on the XMPP side hears that the call is over: by session-terminate, or, while there is no session yet, by
 * the words of the proposal. XEP-0166 §6.7, XEP-0353 §3.3–§3.5.
 */
import { bareJidOf } from '@stoxgate/addressing';
import type { StanzaErrorSpec } from '@stoxgate/wire-xmpp';
import { conditionOfStatus } from '../condition/status-to-condition.ts';
import type { OutLeg } from './call-session.ts';
import { bounce, reasonElement, sayOfCall } from './jingle-message.ts';
import { terminate } from './jingle-stanza.ts';
import { towards } from './leg.ts';
import type { JingleReason, SentReason } from './reasons.ts';
import type { Turn } from './turn.ts';

/** A call between its proposal and its session. `id`: that of the message. */
export interface Proposal {
  readonly phase: 'proposed' | 'proceeding' | 'initiated';
  readonly id: string;
  /** No media relay took the call: the client's own offer goes to SIP. */
  readonly isEndToEnd?: true;
}

/** Ends that somebody at the other side chose. Clients show them as busy or declined, and offer no second try. */
const CHOSEN: Readonly<Partial<Record<JingleReason, JingleReason>>> = {
  busy: 'busy',
  decline: 'busy',
  cancel: 'busy',
};
const CHOSEN_STATUS: ReadonlySet<number> = new Set([486, 600, 603]);

function errorOf({ condition, sipError }: SentReason): StanzaErrorSpec {
  if (sipError !== undefined) return conditionOfStatus(sipError.code);
  return condition === 'timeout' || condition === 'gone'
    ? { condition: 'recipient-unavailable', type: 'wait' }
    : { condition: 'internal-server-error' };
}

function tellProposer(turn: Turn, leg: OutLeg, { id }: Proposal, reason: SentReason): void {
  const isChosen = CHOSEN_STATUS.has(reason.sipError?.code ?? 0) || CHOSEN[reason.condition] !== undefined;
  if (isChosen) {
    sayOfCall(turn, towards(leg, leg.user), 'reject', reasonElement(CHOSEN[reason.condition] ?? 'busy'));
    return;
  }
  const { domain, contact, user, sid } = leg;
  const to = bareJidOf(contact) ?? contact;
  bounce(turn, { domain, from: user, to, id, sid }, errorOf(reason));
}

/** Tells the caller why its call is over. */
export function tellCaller(turn: Turn, leg: OutLeg, reason: SentReason): void {
  const { proposal } = leg;
  if (proposal?.phase === 'proposed') {
    tellProposer(turn, leg, proposal, reason);
    return;
  }
  if (proposal?.phase !== 'proceeding') terminate(turn, towards(leg, leg.user), reason);
  if (proposal !== undefined) {
    sayOfCall(turn, towards(leg, leg.user), 'finish', reasonElement(reason.condition));
  }
}
