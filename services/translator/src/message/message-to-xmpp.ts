/**
 * A MESSAGE request from a SIP address to an XMPP user: RFC 7572 §5, RFC 3428 §7.
 */
import { contactOfSip, userOfRequest } from '@stoxgate/addressing';
import {
  type Command,
  deriveHex,
  type EventOf,
  type SipHeaders,
  type SipRequest,
  sidOfCallId,
} from '@stoxgate/contracts';
import { stripIllegal } from '@stoxgate/wire-xmpp';
import { unsupportedTags } from '../call/capabilities.ts';
import { mediaType } from '../call/multipart.ts';
import { responseTo } from '../call/sip-response.ts';
import type { TranslatorPolicy } from '../policy.ts';
import type { Input, Step } from '../step.ts';
import { hasOwnVia } from './branch.ts';
import { composingToXmpp } from './composing-to-xmpp.ts';
import { CPIM } from './cpim.ts';
import { deviceInChat } from './informal-chat.ts';
import { CHAT_MS, MAX_NOTIFICATIONS, NOTIFICATION_MS } from './limits.ts';
import { stanzaOfText } from './message-stanza.ts';
import { notificationToXmpp } from './notification-to-xmpp.ts';
import type { OwedNotification, PairSession } from './pair-session.ts';
import { abilitiesAt, NEW_PAIR, pairStep, withAbilities } from './pair-turn.ts';
import { contentOfRequest, type TextFromSip } from './sip-content.ts';

interface Refusal {
  readonly status: number;
  readonly headers?: SipHeaders;
}

interface Ends {
  readonly from: string;
  readonly to: string;
  readonly domain: string;
}

/** Whether a SIP address is that of an XMPP user. */
export const isServedUser = (policy: TranslatorPolicy, uri: string): boolean =>
  userOfRequest(policy.addresses, uri, uri).ok;

/** Sender and recipient as JIDs, or the status that refuses the request. */
function endsOf(policy: TranslatorPolicy, request: SipRequest): Ends | Refusal {
  // The stanza is one hop more (RFC 3261 §16.3).
  if (request.maxForwards <= 0) return { status: 483 };
  const unsupported = unsupportedTags(policy, request);
  if (unsupported.length > 0) return { status: 420, headers: { unsupported: [unsupported.join(', ')] } };
  const user = userOfRequest(policy.addresses, request.requestUri, request.to.uri);
  if (!user.ok) return { status: user.status };
  const contact = contactOfSip(policy.addresses, request.from.uri, request.from.params.gr);
  if (!contact.ok) return { status: contact.cause === 'sips' ? 403 : 400 };
  // Out through us and back in: both are XMPP users, who need no gateway between them.
  if (hasOwnVia(request.vias) && isServedUser(policy, request.from.uri)) return { status: 482 };
  const to = user.resource === undefined ? user.bareJid : `${user.bareJid}/${user.resource}`;
  return { from: contact.jid, to, domain: contact.domain };
}

/** Thread of a request outside a call. */
const threadOfCall = ({ callId }: SipRequest): string => stripIllegal(sidOfCallId(callId));

/** What the message tells of its sender's abilities; nothing for a plain text, as most are. */
function withShown(
  session: PairSession,
  request: SipRequest,
  content: TextFromSip,
  now: number,
): PairSession {
  const isWrapped = mediaType(request.body?.contentType ?? '') === CPIM;
  if (!isWrapped && content.html === undefined) return session;
  const facts = {
    ...(isWrapped && { cpim: true }),
    ...(content.html !== undefined && { html: true }),
  };
  return withAbilities(session, facts, now + CHAT_MS);
}

const typeOf = ({ messageType }: TranslatorPolicy, isChatting: boolean): 'chat' | 'normal' =>
  messageType === 'auto' ? (isChatting ? 'chat' : 'normal') : messageType;

/** A copy of the message has the id of the one before it, and is owed once. */
const withOwed = (session: PairSession, owed: OwedNotification): PairSession => {
  const others = session.owed.filter(({ id }) => id !== owed.id);
  return { ...session, owed: [...others, owed].slice(-MAX_NOTIFICATIONS) };
};

/** Delivers a text, and remembers what its sender wants to hear of it. */
function textToXmpp(
  policy: TranslatorPolicy,
  known: PairSession | undefined,
  input: Input,
  request: SipRequest,
  content: TextFromSip,
  ends: Ends,
  answer: Command,
): Step {
  const isChatting = known !== undefined && known.chatUntil > input.now;
  const { from, domain } = ends;
  const thread = threadOfCall(request);
  const type = typeOf(policy, isChatting);
  const to = type === 'chat' ? deviceInChat(policy, known, input.now, ends.to) : ends.to;
  const hasStates =
    type === 'chat' && known !== undefined && abilitiesAt(known, input.now).composing === true;
  const stanza = stanzaOfText(request, content, { from, to, thread, type, hasStates }, input.now);
  // What was being typed has come (RFC 3994 §3.3).
  const before: PairSession =
    known?.incoming === undefined ? (known ?? NEW_PAIR) : { ...known, incoming: undefined };
  const session = withShown(before, request, content, input.now);
  const { asked } = content;
  const { id = '' } = stanza.attrs;
  const owed: OwedNotification | undefined = asked && {
    id,
    messageId: asked.messageId,
    contact: from,
    user: to,
    ...asked.dispositions,
    ...(asked.routes && { routes: asked.routes }),
    ...(asked.originalTo !== undefined && { originalTo: asked.originalTo }),
    until: input.now + NOTIFICATION_MS,
  };
  const next = owed === undefined ? session : withOwed(session, owed);
  return pairStep(next, [answer, { type: 'xmpp.stanza.send', domain, stanza }], input);
}

/** Answers at once, since delivery takes longer than a non-INVITE transaction may, and sends the stanza. */
export function messageToXmpp(
  policy: TranslatorPolicy,
  known: PairSession | undefined,
  input: Input,
  event: EventOf<'sip.request.received'>,
): Step {
  const { request } = event;
  const answer = (status: number, headers: SipHeaders = {}): Command => ({
    type: 'sip.response.send',
    edge: input.edge,
    response: responseTo(request, status, deriveHex(`${input.eventId} tag`, 8), { headers }),
  });
  if (request.method === 'ACK') return { session: known, commands: [] };
  if (request.method !== 'MESSAGE') {
    return { session: known, commands: [answer(405, { allow: ['MESSAGE'] })] };
  }
  const ends = endsOf(policy, request);
  if ('status' in ends) return { session: known, commands: [answer(ends.status, ends.headers)] };
  const content = contentOfRequest(request, input.now);
  const accepted = answer(policy.messageAcceptStatus);
  switch (content.kind) {
    case 'refused':
      return { session: known, commands: [answer(content.status, content.headers)] };
    case 'nothing':
      return { session: known, commands: [accepted] };
    case 'text':
      return textToXmpp(policy, known, input, request, content, ends, accepted);
    case 'notification':
      return notificationToXmpp(known, input, content.notification, accepted);
    case 'composing': {
      const to = deviceInChat(policy, known, input.now, ends.to);
      const full = { ...ends, to, thread: threadOfCall(request), type: 'chat' as const };
      return composingToXmpp(policy, known, input, content.composing, full, accepted);
    }
  }
}
