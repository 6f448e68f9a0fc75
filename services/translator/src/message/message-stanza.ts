/**
 * The message stanza for a MESSAGE request, inside a call or outside: RFC 7572 §5.
 */
import { deriveHex, type SipHeaders, type SipRequest, type XmlElement } from '@stoxgate/contracts';
import { el, NS } from '@stoxgate/wire-xmpp';
import { contentOfRequest } from './sip-content.ts';

export interface StanzaEnds {
  /** Contact JID, full when the SIP user names an instance. */
  readonly from: string;
  readonly to: string;
  readonly thread: string;
  readonly type: 'normal' | 'chat';
}

export type MessageFromSip =
  | { readonly kind: 'deliver'; readonly stanza: XmlElement }
  /** Accept, deliver nothing: empty or expired. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'refused'; readonly status: number; readonly headers: SipHeaders };

const DELAY_FROM_MS = 60_000;

/** Stanza id: the same for every copy of the request, unlike for any other request. */
const stanzaIdOf = (request: SipRequest): string =>
  `m${deriveHex([request.vias[0], request.callId, request.from.params.tag, request.cseq.number].join('\n'), 10)}`;

function delayOf(request: SipRequest, now: number): XmlElement | undefined {
  const sentAt = Date.parse(request.headers.date?.[0] ?? '');
  if (!Number.isFinite(sentAt) || sentAt < 0 || now - sentAt < DELAY_FROM_MS) return undefined;
  return el('delay', { xmlns: NS.DELAY, stamp: new Date(sentAt).toISOString().replace('.000Z', 'Z') });
}

/**
 * What a MESSAGE becomes. `now` in ms since the epoch. Refusals: 400 no UTF-8, 413 over 64 KiB, 415 with Accept.
 * Addresses are the caller's matter; so is the response in the other cases.
 */
export function messageFromSip(request: SipRequest, ends: StanzaEnds, now: number): MessageFromSip {
  const content = contentOfRequest(request, now);
  if (content.kind !== 'text') return content;
  return {
    kind: 'deliver',
    stanza: el(
      'message',
      {
        id: stanzaIdOf(request),
        // RFC 7572 §5: type normal, which is what none means (RFC 6121 §5.2.2).
        type: ends.type === 'chat' ? 'chat' : undefined,
        from: ends.from,
        to: ends.to,
        'xml:lang': content.lang,
      },
      content.subject === undefined ? undefined : el('subject', {}, content.subject),
      content.text === '' ? undefined : el('body', {}, content.text),
      el('thread', {}, ends.thread),
      delayOf(request, now),
    ),
  };
}
