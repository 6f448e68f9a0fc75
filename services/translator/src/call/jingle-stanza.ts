/**
 * Jingle stanzas of ours: requests, results, errors. XEP-0166 §7, §10; RFC 6120 §8.3.
 */
import type { Command, XmlElement } from '@stoxgate/contracts';
import {
  delegatedAnswer,
  el,
  NS,
  type StanzaCondition,
  stanzaError,
  stripIllegal,
} from '@stoxgate/wire-xmpp';
import type { IncomingIq } from './jingle.ts';
import type { SentReason } from './reasons.ts';
import type { Turn } from './turn.ts';

/** Condition of each refusal, and Jingle's own word for it. */
const REFUSALS = {
  'bad-request': { condition: 'bad-request' },
  'no-pending-session': { condition: 'item-not-found', text: 'no session-initiate for this SID' },
  'unknown-session': { condition: 'item-not-found', jingle: 'unknown-session' },
  'out-of-order': { condition: 'unexpected-request', jingle: 'out-of-order' },
  'unsupported-info': { condition: 'feature-not-implemented', jingle: 'unsupported-info' },
  conflict: { condition: 'conflict' },
  'feature-not-implemented': { condition: 'feature-not-implemented' },
  forbidden: { condition: 'forbidden' },
  'item-not-found': { condition: 'item-not-found' },
  'jid-malformed': { condition: 'jid-malformed' },
  'not-acceptable': { condition: 'not-acceptable' },
  'not-allowed': { condition: 'not-allowed' },
  'remote-server-not-found': { condition: 'remote-server-not-found' },
  'resource-constraint': { condition: 'resource-constraint' },
  'service-unavailable': { condition: 'service-unavailable' },
} as const satisfies Record<
  string,
  { readonly condition: StanzaCondition; readonly jingle?: string; readonly text?: string }
>;

export type Refusal = keyof typeof REFUSALS;

/** Answers an IQ, in the manner it came. */
const answer = ({ domain, delegatedBy }: IncomingIq, stanza: XmlElement): Command => ({
  type: 'xmpp.stanza.send',
  domain,
  stanza: delegatedBy === undefined ? stanza : delegatedAnswer(delegatedBy, stanza),
});

export const acknowledge = (turn: Turn, iq: IncomingIq): void =>
  turn.issue(answer(iq, el('iq', { type: 'result', from: iq.to, to: iq.from, id: iq.id })));

export const refuse = (turn: Turn, iq: IncomingIq, refusal: Refusal): void =>
  turn.issue(refusalOf(iq, refusal));

/** The error that answers an IQ. */
export function refusalOf(iq: IncomingIq, refusal: Refusal): Command {
  const row: { condition: StanzaCondition; jingle?: string; text?: string } = REFUSALS[refusal];
  const { condition, jingle, text } = row;
  const application = jingle === undefined ? undefined : el(jingle, { xmlns: NS.JINGLE_ERRORS });
  const { id, from, to } = iq;
  return answer(iq, stanzaError(el('iq', { id, from, to }), { condition, application, text }));
}

/** The two JIDs of a session and its sid, as one of our stanzas needs them. */
export interface Towards {
  readonly domain: string;
  readonly sid: string;
  readonly contact: string;
  readonly to: string;
}

/** `initiator` belongs into session-initiate and `responder` into session-accept, nowhere else (XEP-0166 §7.1). */
export function jingleSet(
  turn: Turn,
  towards: Towards,
  action: string,
  children: readonly XmlElement[] = [],
  party: { readonly initiator?: string; readonly responder?: string } = {},
): string {
  const payload = el('jingle', { xmlns: NS.JINGLE, action, sid: towards.sid, ...party }, ...children);
  return turn.iqSet({ domain: towards.domain, from: towards.contact, to: towards.to, payload });
}

export const ringing = (turn: Turn, towards: Towards): string =>
  jingleSet(turn, towards, 'session-info', [el('ringing', { xmlns: NS.JINGLE_RTP_INFO })]);

export function terminate(turn: Turn, towards: Towards, reason: SentReason): string {
  const { condition, sid, sipError, text } = reason;
  const children = [
    el(condition, {}, sid === undefined ? undefined : el('sid', {}, sid)),
    sipError && el('sip-error', { code: sipError.code }, stripIllegal(sipError.phrase)),
    text === undefined ? undefined : el('text', {}, text),
  ];
  return jingleSet(turn, towards, 'session-terminate', [el('reason', {}, ...children)]);
}
