/**
 * IQs to a user itself that its server hands on to the component. XEP-0355 §4.2: wrapped, and answered wrapped.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { childOf, elementsOf, NS } from '@stoxgate/wire-xmpp';

const NAMESPACES: ReadonlySet<string> = new Set([NS.DELEGATION, 'urn:xmpp:delegation:1']);

/** The IQ that a server delegates: from a user of the server that sends it. Undefined: it delegates none. */
export function delegatedIn(iq: XmlElement): XmlElement | undefined {
  const [delegation, ...more] = elementsOf(iq);
  if (iq.attrs.type !== 'set' || delegation?.name !== 'delegation' || more.length > 0) return undefined;
  if (!NAMESPACES.has(delegation.attrs.xmlns ?? '')) return undefined;
  const forwarded = childOf(delegation, 'forwarded', NS.FORWARD);
  const inner = forwarded && childOf(forwarded, 'iq');
  const server = inner?.attrs.from?.split('/', 1)[0]?.split('@').at(-1);
  return server === iq.attrs.from ? inner : undefined;
}
