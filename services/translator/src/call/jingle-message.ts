/**
 * Jingle Message Initiation: calls that ring by messages before there is a session. XEP-0353 §3.
 */
import { formatJid, parseJid } from '@stoxgate/addressing';
import type { XmlElement } from '@stoxgate/contracts';
import {
  childOf,
  childrenOf,
  el,
  elementsOf,
  NS,
  type StanzaErrorSpec,
  stanzaError,
} from '@stoxgate/wire-xmpp';
import type { Towards } from './jingle-stanza.ts';
import type { GivenReason, JingleReason } from './reasons.ts';
import type { Turn } from './turn.ts';

const HINTS = 'urn:xmpp:hints';
/** The version that some clients speak in between. */
const NAMESPACES: ReadonlySet<string> = new Set([NS.JINGLE_MESSAGE, 'urn:xmpp:jingle-message:1']);
const VERBS = ['propose', 'ringing', 'proceed', 'accept', 'reject', 'retract', 'finish'] as const;

export type Verb = (typeof VERBS)[number];

export interface JingleMessage {
  readonly domain: string;
  readonly verb: Verb;
  readonly sid: string;
  /** Id of the message, for an error. */
  readonly id: string;
  /** Prepared JIDs. */
  readonly from: string;
  readonly to: string;
  readonly element: XmlElement;
}

const prepared = (jid: string | undefined): string | undefined => {
  const parsed = parseJid(jid ?? '');
  return parsed && formatJid(parsed);
};

/** The call that a message is about; undefined: it is about none, or cannot be answered. */
export function readJingleMessage(domain: string, stanza: XmlElement): JingleMessage | undefined {
  if (stanza.attrs.type === 'error') return undefined;
  const element = elementsOf(stanza).find(({ attrs }) => NAMESPACES.has(attrs.xmlns ?? ''));
  const verb = VERBS.find((each) => each === element?.name);
  const from = prepared(stanza.attrs.from);
  const to = prepared(stanza.attrs.to);
  const sid = element?.attrs.id ?? '';
  if (element === undefined || verb === undefined || from === undefined || to === undefined || sid === '') {
    return undefined;
  }
  return { domain, verb, sid, id: stanza.attrs.id ?? '', from, to, element };
}

/** What is proposed: `audio`, `video`. */
export const mediaProposed = ({ element }: JingleMessage): readonly string[] =>
  childrenOf(element, 'description').flatMap(({ attrs }) => attrs.media ?? []);

/** Why a call is rejected, retracted or finished. */
export function reasonOf({ element }: JingleMessage): GivenReason {
  const reason = childOf(element, 'reason');
  const condition = reason && elementsOf(reason).find(({ name }) => name !== 'text')?.name;
  return condition === undefined ? {} : { condition };
}

/** `<reason/>` stands in Jingle's namespace, wherever it stands (XEP-0353 §3.3). */
export const reasonElement = (condition: JingleReason): XmlElement =>
  el('reason', { xmlns: NS.JINGLE }, el(condition));

/** Sends a word about a call; returns the id of the message. `<store/>`: a device that sleeps finds it later. */
export function sayOfCall(turn: Turn, towards: Towards, verb: Verb, ...children: XmlElement[]): string {
  const { domain, contact, to, sid } = towards;
  const id = turn.nextId();
  const call = el(verb, { xmlns: NS.JINGLE_MESSAGE, id: sid }, ...children);
  const stanza = el('message', { type: 'chat', from: contact, to, id }, call, el('store', { xmlns: HINTS }));
  turn.issue({ type: 'xmpp.stanza.send', domain, stanza });
  return id;
}

/** Returns a message as an error: clients tell so a number that does not exist from one that is busy. */
export function bounce(
  turn: Turn,
  { domain, from, to, id }: Pick<JingleMessage, 'domain' | 'from' | 'to' | 'id' | 'sid'>,
  error: StanzaErrorSpec,
): void {
  const message = el('message', { type: 'chat', from, to, ...(id === '' ? {} : { id }) });
  turn.issue({ type: 'xmpp.stanza.send', domain, stanza: stanzaError(message, error) });
}
