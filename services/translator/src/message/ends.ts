/**
 * The two ends of a stanza to SIP: RFC 7572 §4, addressing of RFC 7247.
 */
import { componentOf, parseJid, sipOfContact, sipOfUser } from '@stoxgate/addressing';
import type { StanzaCondition } from '@stoxgate/wire-xmpp';
import { errorOfAddress } from '../condition/address-condition.ts';
import { withoutFixedResource } from '../fixed-resource.ts';
import type { TranslatorPolicy } from '../policy.ts';

export interface Refusal {
  readonly condition: StanzaCondition;
  readonly text: string;
}

export interface SipEnds {
  readonly fromUri: string;
  readonly toUri: string;
}

/** The two ends as SIP addresses, or why there are none. */
export function sipEndsOf(policy: TranslatorPolicy, from: string, to: string): SipEnds | Refusal {
  const sender = sipOfUser(policy.addresses, from);
  if (!sender.ok) {
    const domain = parseJid(from)?.domain;
    if (domain !== undefined && componentOf(policy.addresses, domain) !== undefined) {
      return { condition: 'not-acceptable', text: 'Both addresses are of the SIP side' };
    }
    return { condition: 'not-allowed', text: 'This gateway does not serve your domain' };
  }
  const target = sipOfContact(policy.addresses, withoutFixedResource(to));
  return target.ok ? { fromUri: sender.uri, toUri: target.uri } : errorOfAddress(target);
}
