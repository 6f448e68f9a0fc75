/**
 * What a stanza is called in traces: `iq session-initiate`, `message`, `presence subscribe`. Words that somebody else chose
 * are left out.
 */
import type { Attributes } from '@opentelemetry/api';
import type { XmlElement } from '@stoxgate/contracts';
import { childOf, NS } from '@stoxgate/wire-xmpp';

/** XEP-0166 §7.2. */
const ACTIONS: ReadonlySet<string> = new Set([
  ...['content-accept', 'content-add', 'content-modify', 'content-reject', 'content-remove'],
  ...['description-info', 'security-info', 'session-accept', 'session-info', 'session-initiate'],
  ...['session-terminate', 'transport-accept', 'transport-info', 'transport-reject', 'transport-replace'],
]);
/** RFC 6120 §8.2.3, §8.3; RFC 6121 §4.7.1. */
const TYPES: ReadonlySet<string> = new Set([
  ...['result', 'error', 'subscribe', 'subscribed', 'unsubscribe', 'unsubscribed', 'unavailable', 'probe'],
]);

const among = (words: ReadonlySet<string>, word: string | undefined): string | undefined =>
  word !== undefined && words.has(word) ? word : undefined;

/** The Jingle action of a request, if it is one. */
const actionOf = (stanza: XmlElement): string | undefined =>
  among(ACTIONS, childOf(stanza, 'jingle', NS.JINGLE)?.attrs.action);

export function stanzaName(stanza: XmlElement): string {
  const word = among(TYPES, stanza.attrs.type) ?? actionOf(stanza);
  return word === undefined ? stanza.name : `${stanza.name} ${word}`;
}

export function stanzaAttributes(domain: string, stanza: XmlElement): Attributes {
  const action = actionOf(stanza);
  return { 'xmpp.domain': domain, 'xmpp.stanza': stanza.name, ...(action && { 'jingle.action': action }) };
}
