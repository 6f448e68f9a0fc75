/**
 * Why a component link is down, and what follows from it. RFC 6120 §4.9.3, XEP-0114 §3.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { elementsOf, NS, textOf } from '@stoxgate/wire-xmpp';

export interface LinkFailure {
  /** For /readyz and the log; names the cause, holds no secrets. */
  readonly reason: string;
  /** Somebody must look at it. */
  readonly needsOperator: boolean;
  /** Trying again soon is of no use. */
  readonly isLasting: boolean;
  /** Another connection serves the domain: this one takes over when that ends. */
  readonly isStandby: boolean;
  /** The server blames what we sent: the same stanzas may bring it about again. */
  readonly blamesStanza: boolean;
}

export const lost = (reason: string): LinkFailure => ({
  reason,
  needsOperator: false,
  isLasting: false,
  isStandby: false,
  blamesStanza: false,
});

const ADVICE: Readonly<Record<string, string>> = {
  'not-authorized':
    'the server refuses the secret (not-authorized): compare xmpp.components[].secret with the secret of this ' +
    "component in the server's configuration",
  'host-unknown':
    'the server does not know this component (host-unknown): add it to its configuration, or correct ' +
    'xmpp.components[].domain',
  conflict:
    'another connection serves this domain (conflict) and this one stands by: if no other edge is meant to, look for a ' +
    'second gateway',
};

const BLAMING: ReadonlySet<string> = new Set([
  'bad-format',
  'bad-namespace-prefix',
  'improper-addressing',
  'invalid-from',
  'invalid-namespace',
  'invalid-xml',
  'not-well-formed',
  'policy-violation',
  'restricted-xml',
  'unsupported-encoding',
  'unsupported-stanza-type',
]);

/** Reads a `<stream:error/>`. */
export function failureOf(streamError: XmlElement): LinkFailure {
  const children = elementsOf(streamError).filter((child) => child.attrs.xmlns === NS.STREAM_ERROR);
  const condition = children.find((child) => child.name !== 'text')?.name ?? 'undefined-condition';
  const text = children.find((child) => child.name === 'text');
  const said = text === undefined ? '' : `: ${textOf(text).slice(0, 200)}`;
  const advice = Object.hasOwn(ADVICE, condition) ? ADVICE[condition] : undefined;
  return {
    reason: advice ?? `the server ended the stream (${condition}${said})`,
    needsOperator: advice !== undefined && condition !== 'conflict',
    isLasting: condition === 'not-authorized' || condition === 'host-unknown',
    isStandby: condition === 'conflict',
    blamesStanza: BLAMING.has(condition),
  };
}
