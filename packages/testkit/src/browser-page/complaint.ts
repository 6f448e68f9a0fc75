/**
 * What strict clients hold against a description before they hand it to WebRTC. XEP-0320 §3, RFC 8866.
 */
import { attributeOf, childOf, childrenOf } from './xml.ts';

const SETUPS = { offer: ['actpass'], answer: ['active', 'passive'] } as const;

/** The reason to end the session for, if there is one. */
export function complaintAbout(jingle: Element, kind: 'offer' | 'answer'): string | undefined {
  const setups: readonly string[] = SETUPS[kind];
  for (const content of childrenOf(jingle, 'content')) {
    const transport = childOf(content, 'transport');
    const fingerprint = childOf(transport, 'fingerprint');
    if (attributeOf(transport, 'ufrag') === '' || attributeOf(transport, 'pwd') === '')
      return 'unsupported-transports';
    if (!setups.includes(attributeOf(fingerprint, 'setup'))) return 'security-error';
    if (!/^\S{1,16}$/.test(attributeOf(content, 'name'))) return 'failed-application';
    if (childOf(childOf(content, 'description'), 'payload-type') === undefined) return 'failed-application';
  }
  return undefined;
}
