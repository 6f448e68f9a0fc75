/**
 * A message stanza from an XMPP user to a SIP address: RFC 7572 §4.
 */
import { utf8Length } from '@stoxgate/addressing';
import { deriveHex, type EventOf, type XmlElement } from '@stoxgate/contracts';
import type { TranslatorPolicy } from '../policy.ts';
import type { Input, Step } from '../step.ts';
import { stateToSip } from './composing-to-sip.ts';
import type { CpimParts } from './cpim.ts';
import { type Refusal, type SipEnds, sipEndsOf } from './ends.ts';
import { chatAfter } from './informal-chat.ts';
import { CHAT_MS, MAX_ID_LENGTH, MAX_NOTIFICATIONS, NOTIFICATION_MS } from './limits.ts';
import { type FailedStanza, failedStanza, messageError } from './message-error.ts';
import { partOfForm, partsOfText } from './message-parts.ts';
import { bounced, receiptToSip } from './notification-to-sip.ts';
import type { AwaitedNotification, PairSession } from './pair-session.ts';
import { abilitiesAt, NEW_PAIR, pairStep } from './pair-turn.ts';
import { enqueued, isFull, type NewMessage } from './queue.ts';
import { richForm } from './rich-form.ts';
import { contentOfStanza, type TextFromStanza } from './stanza-content.ts';
import { requestOfText } from './text-request.ts';

/** What is the same for all that can become of one stanza. */
export interface Said {
  readonly policy: TranslatorPolicy;
  readonly known: PairSession | undefined;
  readonly input: Input;
  readonly stanza: XmlElement;
  readonly failed: FailedStanza;
  readonly ends: SipEnds;
}

/** What its sender wants to hear of this message and SIP may be asked for: it must have a name to be told by. */
function notificationsAsked({ policy, known, stanza, input }: Said, content: TextFromStanza) {
  const { id } = stanza.attrs;
  const canBeNamed = id !== undefined && id !== '' && id.length <= MAX_ID_LENGTH;
  const delivery = canBeNamed && content.wantsReceipt;
  const display = canBeNamed && content.wantsMarker;
  const isKnownNot = known !== undefined && abilitiesAt(known, input.now).cpim === false;
  const isWrapped =
    policy.useCpim === 'always' || (policy.useCpim === 'auto' && (delivery || display) && !isKnownNot);
  return { delivery, display, isWrapped };
}

const NO_COMMANDS: readonly never[] = [];

const refused = (known: PairSession | undefined, failed: FailedStanza, refusal: Refusal): Step => ({
  session: known,
  commands: [messageError(failed, refusal)],
});

const withNewest = (
  awaited: readonly AwaitedNotification[],
  newest: AwaitedNotification,
): readonly AwaitedNotification[] => [...awaited, newest].slice(-MAX_NOTIFICATIONS);

function textToSip(said: Said, content: TextFromStanza): Step {
  const { policy, known, input, stanza, failed, ends } = said;
  const session = known ?? NEW_PAIR;
  if (utf8Length(content.text) > policy.maxBodyBytes) {
    return refused(known, failed, {
      condition: 'policy-violation',
      text: `Messages to SIP may have ${policy.maxBodyBytes} bytes`,
    });
  }
  if (isFull(session, content.text.length)) {
    return refused(known, failed, {
      condition: 'resource-constraint',
      text: 'Too many messages under way',
    });
  }
  const { delivery, display, isWrapped } = notificationsAsked(said, content);
  const isAwaited = delivery || display;
  const messageId = isAwaited || isWrapped ? deriveHex(`${input.eventId} imdn`, 10) : '';
  const wrapper: Omit<CpimParts, 'contentType'> | undefined = isWrapped
    ? {
        ...ends,
        at: content.sentAt ?? input.now,
        messageId,
        ...(isAwaited && { dispositions: { delivery, failure: delivery, display } }),
      }
    : undefined;
  const request = requestOfText(said, content);
  const form = richForm(policy, session, input, content);
  const parts =
    (form === undefined ? undefined : partOfForm(policy, request, content.text, form, wrapper)) ??
    partsOfText(policy, request, content.text, wrapper);
  if (parts === undefined) {
    return refused(known, failed, { condition: 'policy-violation', text: 'Too long for one message to SIP' });
  }
  const { type } = stanza.attrs;
  const message: NewMessage = {
    kind: 'text',
    stanza: failed,
    request,
    parts,
    messageId: isAwaited ? messageId : undefined,
  };
  const { chatUntil, chatCallId, chatDevice } = type === 'chat' ? chatAfter(said) : session;
  const until = input.now + NOTIFICATION_MS;
  const next: PairSession = {
    ...session,
    queue: enqueued(session, message, input),
    outgoing: undefined,
    chatUntil,
    chatCallId,
    chatDevice,
    awaited: isAwaited
      ? withNewest(session.awaited, { messageId, stanza: failed, type, delivery, display, until })
      : session.awaited,
  };
  return pairStep(next, NO_COMMANDS, input);
}

/** One clear word in a conversation; what follows it is dropped. */
function encryptedToSip({ known, input, failed }: Said): Step {
  const session = known ?? NEW_PAIR;
  const isTold = session.toldUntil > input.now;
  const error = messageError(failed, {
    condition: 'not-acceptable',
    text: 'Encrypted messages cannot go to SIP: switch encryption off for this contact',
  });
  const step = pairStep({ ...session, toldUntil: input.now + CHAT_MS }, isTold ? [] : [error], input);
  return isTold ? { ...step, dropped: 'encrypted' } : step;
}

/** Sends MESSAGE, or an error stanza, or nothing where the stanza holds nothing for SIP. */
export function messageToSip(
  policy: TranslatorPolicy,
  known: PairSession | undefined,
  input: Input,
  { stanza, domain }: EventOf<'xmpp.message.received'>,
): Step {
  const { from, to, type } = stanza.attrs;
  const failed = failedStanza(domain, stanza);
  if (from === undefined || to === undefined) return { session: known, commands: [] };
  // An error is never answered (RFC 6120 §8.3.1).
  if (type === 'error') return bounced(policy, known, input, stanza);
  if (type === 'groupchat') {
    return refused(known, failed, {
      condition: 'service-unavailable',
      text: 'There is no group chat at this address',
    });
  }
  const content = contentOfStanza(stanza);
  const ends = sipEndsOf(policy, from, to);
  const isText = content.kind === 'text' || content.kind === 'encrypted' || content.kind === 'invitation';
  if ('condition' in ends) {
    return isText ? refused(known, failed, ends) : { session: known, commands: [] };
  }
  const said = { policy, known, input, stanza, failed, ends };
  switch (content.kind) {
    case 'nothing':
      return { session: known, commands: [], dropped: 'nothing-for-sip' };
    case 'text':
      return textToSip(said, content);
    case 'encrypted':
      return encryptedToSip(said);
    case 'invitation':
      return refused(known, failed, {
        condition: 'service-unavailable',
        text: 'SIP users cannot be invited to rooms',
      });
    case 'receipt':
      return receiptToSip(said, content.id, content.isRead);
    case 'state':
      return stateToSip(said, content.state);
  }
}
