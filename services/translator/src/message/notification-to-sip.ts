/**
 * Receipts, markers and errors of messages that went to XMPP, as their SIP sender asked for them: XEP-0184, XEP-0333,
 * RFC 5438 §7.2.
 */
import { parseJid } from '@stoxgate/addressing';
import { deriveHex, type XmlElement } from '@stoxgate/contracts';
import { readStanzaError, type StanzaCondition } from '@stoxgate/wire-xmpp';
import type { TranslatorPolicy } from '../policy.ts';
import type { Input, Step } from '../step.ts';
import { cpimBody } from './cpim.ts';
import { type SipEnds, sipEndsOf } from './ends.ts';
import { IMDN, imdnDocument } from './imdn.ts';
import { messageRequest, ownCallId } from './message-request.ts';
import type { Said } from './message-to-sip.ts';
import type { OwedNotification, PairSession } from './pair-session.ts';
import { pairStep } from './pair-turn.ts';
import { enqueued, isFull, tagOf } from './queue.ts';

type About = Parameters<typeof imdnDocument>[3];
type Status = Parameters<typeof imdnDocument>[4];

/**
 * The session with the notification on its way, outside any dialog, by those who wanted to be on its path; no notification
 * is asked for it (RFC 5438 §7.2.1).
 */
function notified(
  session: PairSession,
  input: Input,
  ends: SipEnds,
  owed: OwedNotification,
  about: About,
  status?: Status,
): PairSession {
  const recipient = { uri: ends.fromUri, originalUri: owed.originalTo };
  const document = imdnDocument(owed.messageId, recipient, input.now, about, status);
  const messageId = deriveHex(`${input.eventId} imdn`, 10);
  const { routes = [] } = owed;
  const body = cpimBody(
    { ...ends, at: input.now, messageId, routes, contentType: IMDN, disposition: 'notification' },
    document,
  );
  const callId = ownCallId(input.eventId);
  const towards = messageRequest(ends, { tag: tagOf(input), callId }, {});
  const request = { ...towards, requestUri: routes[0] ?? towards.requestUri };
  const stanza = { domain: '', id: owed.id, from: owed.user, to: owed.contact };
  const message = { kind: 'notification' as const, stanza, request, parts: [{ body }] };
  return { ...session, queue: enqueued(session, message, input) };
}

const replaced = (session: PairSession, old: OwedNotification, next?: OwedNotification): PairSession => ({
  ...session,
  owed: session.owed.flatMap((owed) => (owed === old ? (next === undefined ? [] : [next]) : [owed])),
});

/** A message arrived, or was read: its SIP sender hears it once, if it asked. */
export function receiptToSip({ known, input, stanza, policy }: Said, id: string, isRead: boolean): Step {
  const owed = known?.owed.find((one) => one.id === id);
  const { from = '' } = stanza.attrs;
  const user = parseJid(from);
  const ends = owed && sipEndsOf(policy, from, owed.contact);
  if (known === undefined || owed === undefined || user === undefined || ends === undefined) {
    return { session: known, commands: [], dropped: 'notification' };
  }
  const isWanted = isRead ? owed.display : owed.delivery;
  if (!isWanted || 'condition' in ends || isFull(known, 0)) {
    return { session: known, commands: [], dropped: 'notification' };
  }
  const left: OwedNotification = isRead
    ? { ...owed, delivery: false, failure: false, display: false }
    : { ...owed, delivery: false, failure: false };
  const next = replaced(known, owed, left.display ? left : undefined);
  const about = isRead ? 'display-notification' : 'delivery-notification';
  return pairStep(notified(next, input, ends, owed, about), [], input);
}

const FORBIDDEN: ReadonlySet<StanzaCondition> = new Set(['forbidden', 'not-allowed']);
const FAILED: ReadonlySet<StanzaCondition> = new Set([
  'gone',
  'item-not-found',
  'recipient-unavailable',
  'remote-server-not-found',
  'remote-server-timeout',
  'service-unavailable',
]);

const statusOf = (condition: StanzaCondition): 'failed' | 'forbidden' | 'error' =>
  FORBIDDEN.has(condition) ? 'forbidden' : FAILED.has(condition) ? 'failed' : 'error';

/** An error that came for a message to XMPP: a failure notification for its SIP sender, or nothing but a count. */
export function bounced(
  policy: TranslatorPolicy,
  known: PairSession | undefined,
  input: Input,
  stanza: XmlElement,
): Step {
  // The device that an answer went to is gone (RFC 6121 §5.1).
  const isOfDevice = known?.chatDevice !== undefined && known.chatDevice === stanza.attrs.from;
  const session = isOfDevice ? { ...known, chatDevice: undefined } : known;
  const owed = session?.owed.find(({ id }) => id === stanza.attrs.id);
  const ends = owed && sipEndsOf(policy, owed.user, owed.contact);
  if (
    session === undefined ||
    owed?.failure !== true ||
    ends === undefined ||
    'condition' in ends ||
    isFull(session, 0)
  ) {
    return { session, commands: [], dropped: 'bounced' };
  }
  const status = statusOf(readStanzaError(stanza).condition);
  const next = notified(replaced(session, owed), input, ends, owed, 'delivery-notification', status);
  return pairStep(next, [], input);
}
