/**
 * Which domains belong together; from the configuration, read-only.
 */
import type { NumberRules } from './number-rules.ts';

export interface ComponentDomain {
  /** XMPP domain under which SIP users appear. */
  readonly domain: string;
  /** SIP domain of those users. */
  readonly sipDomain: string;
}

export interface AddressMap {
  /** XMPP domains served: their users exist on the SIP side under the same domain. */
  readonly xmppDomains: readonly string[];
  /** At least one. A SIP address outside every `sipDomain` appears under the first, XEP-0106-escaped. */
  readonly components: readonly ComponentDomain[];
  /** Absent: numbers are as they are written. */
  readonly numbers?: NumberRules;
}
