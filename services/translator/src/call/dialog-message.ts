/**
 * A MESSAGE inside a call: delivered like any other, to the device that has the call, in the call's thread. RFC 3428 §4.
 * Notifications are for messages outside of calls: those that come here are accepted and go nowhere.
 */
import type { SipRequest } from '@stoxgate/contracts';
import { stanzaOfText, stateStanza } from '../message/message-stanza.ts';
import { contentOfRequest } from '../message/sip-content.ts';
import type { LegAt, Reply } from './dialog-replies.ts';
import type { Turn } from './turn.ts';

export function replyToMessage(turn: Turn, at: LegAt, request: SipRequest): Reply {
  const { contact, domain, sid } = at.leg;
  const to = at.side === 'in' ? (at.leg.bound ?? at.leg.user) : at.leg.user;
  const { now, eventId } = turn.input;
  const ends = { from: contact, to, thread: sid, type: 'normal' } as const;
  const content = contentOfRequest(request, now);
  if (content.kind === 'refused') return { status: content.status, headers: content.headers };
  if (content.kind === 'text') {
    const { asked: _, ...text } = content;
    turn.issue({ type: 'xmpp.stanza.send', domain, stanza: stanzaOfText(request, text, ends, now) });
  } else if (content.kind === 'composing') {
    const state = content.composing.isActive ? 'composing' : turn.policy.idleAs;
    turn.issue({ type: 'xmpp.stanza.send', domain, stanza: stateStanza(ends, state, eventId) });
  }
  return { status: turn.policy.messageAcceptStatus };
}
