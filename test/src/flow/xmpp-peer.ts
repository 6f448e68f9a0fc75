/**
 * What an XMPP participant of a flow remembers: whom it speaks with, which IQs it owes an answer.
 */
import { parseJid } from '@stoxgate/addressing';
import type { XmlElement } from '@stoxgate/contracts';
import { el, NS } from '@stoxgate/wire-xmpp';
import type { Participant } from './flow-file.ts';
import { fragmentOf } from './xml-fragment.ts';

interface Headline {
  readonly name: string;
  readonly words: readonly string[];
  readonly attrs: Readonly<Record<string, string>>;
}

/** `session-accept sid=123 to=a@b/c` → its name, plain words and attributes. */
export function readHeadline(text: string): Headline {
  const [name = '', ...rest] = text.split(/\s+/);
  const attrs: Record<string, string> = {};
  const words: string[] = [];
  for (const word of rest) {
    const equals = word.indexOf('=');
    if (equals > 0) attrs[word.slice(0, equals)] = word.slice(equals + 1);
    else words.push(word);
  }
  return { name, words, attrs };
}

export const STANZAS: ReadonlySet<string> = new Set(['message', 'presence', 'iq']);
const OF_STANZA: ReadonlySet<string> = new Set(['from', 'to', 'id', 'type']);

export class XmppPeer {
  readonly #me: Participant;
  readonly #owed: XmlElement[] = [];
  #contact: string | undefined;
  #count = 0;

  constructor(me: Participant) {
    this.#me = me;
  }

  /** Whether a stanza to `jid` is for this participant. */
  isAddressed(jid: string): boolean {
    return jid === this.#me.address || jid === this.#me.address.split('/', 1)[0];
  }

  receive(stanza: XmlElement): void {
    const { from, type } = stanza.attrs;
    this.#contact = from ?? this.#contact;
    if (stanza.name === 'iq' && (type === 'set' || type === 'get')) this.#owed.push(stanza);
  }

  #head(attrs: Readonly<Record<string, string>>): Record<string, string | undefined> {
    this.#count++;
    this.#contact = attrs.to ?? this.#contact;
    return {
      from: attrs.from ?? this.#me.address,
      to: this.#contact,
      id: attrs.id ?? `${this.#me.name}-${this.#count}`,
    };
  }

  #answer(
    type: 'result' | 'error',
    attrs: Readonly<Record<string, string>>,
    ...children: XmlElement[]
  ): XmlElement {
    const owed = this.#owed.shift();
    if (owed === undefined) throw new Error(`${this.#me.name} owes no answer`);
    const from = attrs.from ?? this.#me.address;
    return el('iq', { type, from, to: owed.attrs.from, id: attrs.id ?? owed.attrs.id }, ...children);
  }

  /** The stanza of a headline: `session-initiate sid=…`, `iq-result`, `iq-error item-not-found`, `message to=…`. */
  speak(text: string, details: readonly string[]): XmlElement {
    const { name, words, attrs } = readHeadline(text);
    const children = fragmentOf(details);
    if (name === 'iq-result') return this.#answer('result', attrs, ...children);
    if (name === 'iq-error') {
      const condition = el(words[0] ?? 'undefined-condition', { xmlns: NS.STANZA_ERROR });
      return this.#answer(
        'error',
        attrs,
        el('error', { type: words[1] ?? 'cancel' }, condition, ...children),
      );
    }
    const head = this.#head(attrs);
    if (STANZAS.has(name)) return el(name, { ...head, type: attrs.type }, ...children);
    const rest = Object.fromEntries(Object.entries(attrs).filter(([key]) => !OF_STANZA.has(key)));
    const jingle = el('jingle', { xmlns: NS.JINGLE, action: name, ...rest }, ...children);
    return el('iq', { ...head, type: attrs.type ?? 'set' }, jingle);
  }
}

/** Domain of a JID; where a stanza to it goes in. */
export const domainOf = (jid: string): string => parseJid(jid)?.domain ?? jid;
