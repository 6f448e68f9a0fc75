/**
 * A MESSAGE inside a call: delivered like any other, to the device that has the call, in the call's thread. RFC 3428 §7.
 */
import type { SipRequest } from '@stoxgate/contracts';
import { messageFromSip } from '../message/message-stanza.ts';
import type { LegAt, Reply } from './dialog-replies.ts';
import type { Turn } from './turn.ts';

export function replyToMessage(turn: Turn, at: LegAt, request: SipRequest): Reply {
  const { contact, domain, sid } = at.leg;
  const to = at.side === 'in' ? (at.leg.bound ?? at.leg.user) : at.leg.user;
  const message = messageFromSip(request, { from: contact, to, thread: sid, type: 'normal' }, turn.input.now);
  if (message.kind === 'refused') return { status: message.status, headers: message.headers };
  if (message.kind === 'deliver') {
    turn.issue({ type: 'xmpp.stanza.send', domain, stanza: message.stanza });
  }
  return { status: turn.policy.messageAcceptStatus };
}
