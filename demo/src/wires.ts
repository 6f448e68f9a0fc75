/**
 * What was on each wire, as arrows of one ladder: the XMPP client's log and the phone's SIP trace.
 */
import type { XmlElement } from '@stoxgate/contracts';
import type { LadderArrow, TracedMessage, XmppLogEntry } from '@stoxgate/testkit';
import { childOf, elementsOf, NS, textOf } from '@stoxgate/wire-xmpp';

export interface WireArrow extends LadderArrow {
  readonly wire: 'xmpp' | 'sip';
}

export interface Participants {
  readonly xmppUser: string;
  readonly gateway: string;
  readonly phone: string;
}

/** A short name for a stanza; undefined for those that only carry protocol housekeeping. */
export function nameOfStanza(stanza: XmlElement): string | undefined {
  const jingle = childOf(stanza, 'jingle');
  if (jingle !== undefined) {
    const detail = elementsOf(jingle)[0];
    const shown = detail?.name === 'reason' ? elementsOf(detail)[0]?.name : detail?.name;
    const named = ['session-info', 'session-terminate'].includes(jingle.attrs.action ?? '');
    return named ? `${jingle.attrs.action} (${shown})` : jingle.attrs.action;
  }
  const about = elementsOf(stanza).find(({ attrs }) => attrs.xmlns === NS.JINGLE_MESSAGE);
  if (stanza.name === 'message' && about !== undefined) return about.name;
  const body = childOf(stanza, 'body');
  if (stanza.name === 'message' && body !== undefined) return `message "${textOf(body)}"`;
  if (stanza.attrs.type === 'error') return `${stanza.name} error`;
  return undefined;
}

/** A short name for a SIP message: the method, or the status with the method it answers. */
export function nameOfSip({ startLine, cseqMethod, text }: TracedMessage): string {
  const status = /^SIP\/2\.0 (\d{3}) (.*)$/.exec(startLine);
  if (status !== null) return `${status[1]} ${status[2]} (${cseqMethod})`;
  const method = startLine.split(' ', 1)[0] ?? '';
  if (method !== 'MESSAGE') return method;
  const body = text.split(/\r?\n\r?\n/)[1] ?? '';
  return `MESSAGE "${body.trim()}"`;
}

/** All arrows since `since`, in order of time. */
export function arrowsOf(
  log: readonly XmppLogEntry[],
  trace: readonly TracedMessage[],
  { xmppUser, gateway, phone }: Participants,
  since: number,
): WireArrow[] {
  const xmpp = log.flatMap(({ at, sent, stanza }): WireArrow[] => {
    const text = nameOfStanza(stanza);
    if (text === undefined || at < since) return [];
    return [{ at, text, wire: 'xmpp', from: sent ? xmppUser : gateway, to: sent ? gateway : xmppUser }];
  });
  const sip = trace
    .filter(({ at }) => at >= since)
    .map((message): WireArrow => {
      const [from, to] = message.sent ? [phone, gateway] : [gateway, phone];
      return { at: message.at, text: nameOfSip(message), wire: 'sip', from, to };
    });
  return [...xmpp, ...sip].sort((a, b) => a.at - b.at);
}
