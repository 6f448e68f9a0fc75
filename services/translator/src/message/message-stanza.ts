/**
 * The message stanza for a MESSAGE request, inside a call or outside: RFC 7572 §5.
 */
import { aorOfSipUri } from '@stoxgate/addressing';
import { deriveHex, type SipRequest, type XmlElement } from '@stoxgate/contracts';
import { el, NS, stripIllegal } from '@stoxgate/wire-xmpp';
import type { TextFromSip } from './sip-content.ts';

export interface StanzaEnds {
  /** Contact JID, full when the SIP user names an instance. */
  readonly from: string;
  readonly to: string;
  readonly thread: string;
  readonly type: 'normal' | 'chat';
  /** The sender says when it types: told by a state with the text (XEP-0085 §5.1). */
  readonly hasStates?: boolean;
}

/** What the request says of itself and its sender. */
export type RequestOfText = Pick<SipRequest, 'vias' | 'callId' | 'from' | 'cseq'>;

const DELAY_FROM_MS = 60_000;
const MAX_NICK_LENGTH = 128;

/**
 * Stanza id: the same for every copy of the request, unlike for any other request. A message that has a name of its own
 * (RFC 5438 §6.3) keeps its id even when its sender tries again.
 */
function stanzaIdOf(request: RequestOfText, { asked }: TextFromSip): string {
  const { callId, from, cseq, vias } = request;
  const name =
    asked === undefined
      ? `${vias[0] ?? ''}\n${callId}\n${from.params.tag ?? ''}\n${cseq.number}`
      : `imdn ${from.uri}\n${asked.messageId}`;
  return `m${deriveHex(name, 10)}`;
}

function delayOf(sentAt: number | undefined, now: number): XmlElement | undefined {
  if (sentAt === undefined || sentAt < 0 || now - sentAt < DELAY_FROM_MS) return undefined;
  return el('delay', { xmlns: NS.DELAY, stamp: new Date(sentAt).toISOString().replace('.000Z', 'Z') });
}

/** How the sender calls itself; inside a wrapper only under the address that the request has (RFC 3862 §4.1). */
function nickOf({ from }: RequestOfText, { sender }: TextFromSip): string {
  const isSame = sender !== undefined && aorOfSipUri(sender.uri) === aorOfSipUri(from.uri);
  const name = from.displayName || (isSame ? sender.name : '');
  return stripIllegal(name).slice(0, MAX_NICK_LENGTH);
}

/**
 * The stanza for a text. `now` in ms since the epoch. What its sender wants to hear is asked for here: a receipt
 * (XEP-0184), a marker (XEP-0333). Addresses are the caller's matter; so is the response.
 */
export function stanzaOfText(
  request: RequestOfText,
  content: TextFromSip,
  ends: StanzaEnds,
  now: number,
): XmlElement {
  const nick = nickOf(request, content);
  const { subject, text, html, asked, lang, sentAt, isFleeting } = content;
  return el(
    'message',
    {
      id: stanzaIdOf(request, content),
      // RFC 7572 §5: type normal, which is what none means (RFC 6121 §5.2.2).
      type: ends.type === 'chat' ? 'chat' : undefined,
      from: ends.from,
      to: ends.to,
      'xml:lang': lang,
    },
    subject === undefined ? undefined : el('subject', {}, subject),
    text === '' ? undefined : el('body', {}, text),
    html && el('html', { xmlns: NS.XHTML_IM }, el('body', { xmlns: NS.XHTML }, ...html)),
    ends.hasStates === true ? el('active', { xmlns: NS.CHAT_STATES }) : undefined,
    el('thread', {}, ends.thread),
    nick === '' ? undefined : el('nick', { xmlns: NS.NICK }, nick),
    delayOf(sentAt, now),
    asked?.dispositions.delivery === true ? el('request', { xmlns: NS.RECEIPTS }) : undefined,
    asked?.dispositions.display === true ? el('markable', { xmlns: NS.CHAT_MARKERS }) : undefined,
    isFleeting === true ? el('no-store', { xmlns: NS.HINTS }) : undefined,
  );
}

/** A chat state on its own (XEP-0085 §5.6), which no archive keeps (XEP-0334). */
export const stateStanza = (
  ends: Pick<StanzaEnds, 'from' | 'to' | 'thread'>,
  state: 'composing' | 'active' | 'paused' | 'gone',
  seed: string,
): XmlElement =>
  el(
    'message',
    { id: `s${deriveHex(`state ${seed}`, 10)}`, type: 'chat', from: ends.from, to: ends.to },
    el(state, { xmlns: NS.CHAT_STATES }),
    el('thread', {}, ends.thread),
    el('no-store', { xmlns: NS.HINTS }),
  );
