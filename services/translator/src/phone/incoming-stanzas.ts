/**
 * Stanzas that the account gets: the phone answers what must be answered, and reads nothing. RFC 6120 §8.2.3, XEP-0199.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { childOf, el, NS, serialize, stanzaError } from '@stoxgate/wire-xmpp';

const MAX_OWED = 16;
const MAX_ID = 256;
/** Of a JID, RFC 7622 §3. */
const MAX_JID = 3071;

const isStanza = ({ attrs }: XmlElement): boolean => attrs.xmlns === undefined || attrs.xmlns === NS.CLIENT;

/** The answer to an IQ, as text; undefined when `stanza` is none that is owed one. */
function answerTo(stanza: XmlElement): string | undefined {
  const { type, id, from } = stanza.attrs;
  if (stanza.name !== 'iq' || !isStanza(stanza) || (type !== 'get' && type !== 'set')) return undefined;
  if (id === undefined || id.length > MAX_ID || (from?.length ?? 0) > MAX_JID) return undefined;
  const isPing = type === 'get' && childOf(stanza, 'ping', NS.PING) !== undefined;
  const { name, attrs, children } = isPing
    ? el('iq', { type: 'result', id, to: from })
    : stanzaError(el('iq', { id, from }), { condition: 'service-unavailable' });
  return serialize({ name, attrs: { xmlns: NS.CLIENT, ...attrs }, children });
}

/** `owed` with the answers to what came: a ping has a result, every other IQ an error. Bounded: what is over gets none. */
export function withAnswers(owed: readonly string[], elements: readonly XmlElement[]): readonly string[] {
  const answers = elements.map(answerTo).filter((answer) => answer !== undefined);
  return answers.length === 0 ? owed : [...owed, ...answers].slice(0, MAX_OWED);
}

/** What came of an IQ of ours; undefined: nothing yet. */
export function outcomeOfIq(elements: readonly XmlElement[], id: string): XmlElement | undefined {
  return elements.find(
    (stanza) =>
      stanza.name === 'iq' &&
      isStanza(stanza) &&
      stanza.attrs.id === id &&
      (stanza.attrs.type === 'result' || stanza.attrs.type === 'error'),
  );
}
