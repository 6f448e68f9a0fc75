/**
 * What a SIP user says in the session, as stanzas: to the device that is bound to it, else to the user. RFC 7573 §4, §6.
 */
import type { EventOf } from '@stoxgate/contracts';
import { acceptsType } from '@stoxgate/wire-sdp';
import { IS_COMPOSING, type IsComposing } from '../message/is-composing.ts';
import { stanzaOfText, stateStanza } from '../message/message-stanza.ts';
import { notificationToXmpp } from '../message/notification-to-xmpp.ts';
import { NEW_PAIR } from '../message/pair-turn.ts';
import { contentOfRequest, type TextFromSip } from '../message/sip-content.ts';
import { isBare } from './chat-ends.ts';
import { type ChatIn, type ChatSession, MAX_REPORTS } from './chat-session.ts';
import type { ChatTurn } from './chat-turn.ts';

type Received = EventOf<'msrp.message.received'>;

/** Reports to the SIP end what became of its message (RFC 4975 §7.1.2). */
export function report(
  turn: ChatTurn,
  { msrp: { edge, session } }: ChatSession,
  { message, bytes }: { readonly message: string; readonly bytes: number },
  status: number,
): void {
  if (edge !== undefined) turn.issue({ type: 'msrp.report.send', edge, session, message, bytes, status });
}

/** A message whose sender wants to hear that it arrived: a receipt is asked for, and answers. */
function textToXmpp(turn: ChatTurn, before: ChatIn<'up'>, event: Received, content: TextFromSip): void {
  const { policy, now } = turn;
  const { message, bytes, session, wantsReport } = event;
  const isAtOnce = policy.chatReport === 'handover';
  const wantsSuccess = wantsReport && !isAtOnce;
  const { composingUntil: _, ...chat } = { ...before, dueAt: now + policy.sessionTimeoutMs };
  const asked = wantsSuccess
    ? {
        messageId: content.asked?.messageId ?? message,
        dispositions: { display: false, failure: false, ...content.asked?.dispositions, delivery: true },
      }
    : content.asked;
  const request = {
    vias: [message],
    callId: session,
    from: { uri: chat.phase.dialog.remoteUri, params: { tag: session } },
    cseq: { number: 0, method: 'SEND' },
  };
  const stanza = stanzaOfText(
    request,
    { ...content, ...(asked === undefined ? {} : { asked }) },
    {
      from: chat.contact,
      to: chat.user,
      thread: chat.thread,
      type: 'chat',
      hasStates: acceptsType(chat.phase.peer.acceptTypes, IS_COMPOSING),
    },
    now,
  );
  turn.issue({ type: 'xmpp.stanza.send', domain: chat.domain, stanza });
  if (wantsReport && isAtOnce) report(turn, chat, event, 200);
  const wantsFailure = event.failureReport !== 'no';
  if (!wantsSuccess && !wantsFailure) {
    turn.put(chat);
    return;
  }
  const owed = { id: stanza.attrs.id ?? '', message, bytes, wantsSuccess, wantsFailure };
  turn.put({ ...chat, owed: [...chat.owed, owed].slice(-MAX_REPORTS) });
}

/** The SIP user types, or no more: told once, and only to a device that has answered (XEP-0085 §5.1). */
function composingToXmpp(turn: ChatTurn, before: ChatIn<'up'>, { isActive, refreshMs }: IsComposing): void {
  const { composingUntil, ...rest } = { ...before, dueAt: turn.now + turn.policy.sessionTimeoutMs };
  const isShown = composingUntil !== undefined;
  if (isActive && !isBare(rest.user)) turn.put({ ...rest, composingUntil: turn.now + refreshMs });
  else turn.put(rest);
  if (isActive === isShown || isBare(rest.user)) return;
  tellState(turn, rest, isActive ? 'composing' : turn.policy.idleAs);
}

/** A state of the SIP user, to its user. */
export function tellState(
  turn: ChatTurn,
  { contact, user, thread, domain, callId }: ChatSession,
  state: 'composing' | 'active' | 'paused',
): void {
  const stanza = stateStanza({ from: contact, to: user, thread }, state, `${turn.input.eventId} ${callId}`);
  turn.issue({ type: 'xmpp.stanza.send', domain, stanza });
}

/** A whole message came in the session. */
export function onReceived(turn: ChatTurn, chat: ChatIn<'up'>, event: Received): void {
  const content = contentOfRequest({ headers: {}, body: event.body }, turn.now);
  switch (content.kind) {
    case 'refused':
      if (event.failureReport !== 'no') report(turn, chat, event, content.status);
      return;
    case 'nothing':
      if (event.wantsReport) report(turn, chat, event, 200);
      return;
    case 'text':
      textToXmpp(turn, chat, event, content);
      return;
    case 'composing':
      composingToXmpp(turn, chat, content.composing);
      return;
    case 'notification': {
      const step = notificationToXmpp(turn.pair, turn.input, content.notification);
      turn.pair = step.session?.kind === 'pair' ? step.session : NEW_PAIR;
      turn.issue(...step.commands);
    }
  }
}
