/**
 * How to log in, RFC 6120 §6.3.3: the first of the operator's mechanisms that the server offers.
 */
import type { SaslMechanism, XmlElement } from '@stoxgate/contracts';
import { childOf, childrenOf, NS, textOf } from '@stoxgate/wire-xmpp';

/** The mechanism, or undefined when there is none in common. */
export function chosenMechanism(
  features: XmlElement,
  mechanisms: readonly SaslMechanism[],
): SaslMechanism | undefined {
  const list = childOf(features, 'mechanisms', NS.SASL);
  if (list === undefined) return undefined;
  const offered = childrenOf(list, 'mechanism').map((mechanism) => textOf(mechanism).trim().toUpperCase());
  return mechanisms.find((mechanism) => offered.includes(mechanism));
}

/** Failures that have nothing to do with the password, RFC 6120 §6.5.11. */
export const isPassingFailure = (failure: XmlElement): boolean =>
  childOf(failure, 'temporary-auth-failure') !== undefined;
