/**
 * Stanza errors: building the reply, reading one. RFC 6120 §8.3.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { childOf, el, elementsOf, textOf } from './element.ts';
import { NS } from './namespaces.ts';

export type StanzaErrorType = 'auth' | 'cancel' | 'continue' | 'modify' | 'wait';

/** The 22 conditions of RFC 6120 §8.3.3 with the type that goes with each. */
export const STANZA_CONDITIONS = {
  'bad-request': 'modify',
  conflict: 'cancel',
  'feature-not-implemented': 'cancel',
  forbidden: 'auth',
  gone: 'cancel',
  'internal-server-error': 'cancel',
  'item-not-found': 'cancel',
  'jid-malformed': 'modify',
  'not-acceptable': 'modify',
  'not-allowed': 'cancel',
  'not-authorized': 'auth',
  'policy-violation': 'modify',
  'recipient-unavailable': 'wait',
  redirect: 'modify',
  'registration-required': 'auth',
  'remote-server-not-found': 'cancel',
  'remote-server-timeout': 'wait',
  'resource-constraint': 'wait',
  'service-unavailable': 'cancel',
  'subscription-required': 'auth',
  'undefined-condition': 'modify',
  'unexpected-request': 'wait',
} as const satisfies Record<string, StanzaErrorType>;

export type StanzaCondition = keyof typeof STANZA_CONDITIONS;

export const isStanzaCondition = (name: string): name is StanzaCondition =>
  Object.hasOwn(STANZA_CONDITIONS, name);

export interface StanzaError {
  readonly type: StanzaErrorType;
  readonly condition: StanzaCondition;
  /** For people; English. */
  readonly text?: string | undefined;
  /** Address inside `<gone/>` or `<redirect/>`. */
  readonly address?: string | undefined;
  /** Application-specific conditions, in their own namespaces. */
  readonly application?: readonly XmlElement[] | undefined;
}

/** What an error reply is built from; the type follows from the condition when it is not given. */
export interface StanzaErrorSpec {
  readonly condition: StanzaCondition;
  readonly type?: StanzaErrorType | undefined;
  readonly text?: string | undefined;
  readonly address?: string | undefined;
  readonly application?: XmlElement | undefined;
}

/**
 * The error reply to `stanza`: same kind and id, `from` and `to` swapped, its payload not repeated. The caller must not
 * answer an error or an IQ result (RFC 6120 §8.3.1).
 */
export function stanzaError(stanza: XmlElement, spec: StanzaErrorSpec): XmlElement {
  const { condition, type = STANZA_CONDITIONS[condition], text, address, application } = spec;
  const { from, to, id } = stanza.attrs;
  return el(
    stanza.name,
    { type: 'error', from: to, to: from, id },
    el(
      'error',
      { type },
      el(condition, { xmlns: NS.STANZA_ERROR }, address),
      text === undefined ? undefined : el('text', { xmlns: NS.STANZA_ERROR, 'xml:lang': 'en' }, text),
      application,
    ),
  );
}

const TYPES: ReadonlySet<string> = new Set<StanzaErrorType>(['auth', 'cancel', 'continue', 'modify', 'wait']);
const isType = (text: string | undefined): text is StanzaErrorType => text !== undefined && TYPES.has(text);

/** The error in a stanza of type `error`; an absent or unknown condition reads as `undefined-condition`. Total. */
export function readStanzaError(stanza: XmlElement): StanzaError {
  const error = childOf(stanza, 'error');
  const children = error === undefined ? [] : elementsOf(error);
  const defined = children.filter((child) => child.attrs.xmlns === NS.STANZA_ERROR);
  const named = defined.find((child) => child.name !== 'text');
  const condition =
    named !== undefined && isStanzaCondition(named.name) ? named.name : ('undefined-condition' as const);
  const text = defined.find((child) => child.name === 'text');
  const address =
    named === undefined || (condition !== 'gone' && condition !== 'redirect') ? '' : textOf(named);
  const type = error?.attrs.type;
  return {
    type: isType(type) ? type : STANZA_CONDITIONS[condition],
    condition,
    text: text === undefined ? undefined : textOf(text),
    address: address === '' ? undefined : address,
    application: children.filter((child) => child.attrs.xmlns !== NS.STANZA_ERROR),
  };
}
