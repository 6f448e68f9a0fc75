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

/** A domain of users whose calls among themselves go by SIP, too: its server hands them to the component. */
export interface InterceptedDomain {
  /** One of the served XMPP domains. */
  readonly domain: string;
  /** Domain of the component, as configured. */
  readonly component: string;
}

export interface AddressMap {
  /** XMPP domains served: their users exist on the SIP side under the same domain. */
  readonly xmppDomains: readonly string[];
  /** At least one. A SIP address outside every `sipDomain` appears under the first, XEP-0106-escaped. */
  readonly components: readonly ComponentDomain[];
  /** Absent: none. */
  readonly intercepted?: readonly InterceptedDomain[];
  /** Absent: numbers are as they are written. */
  readonly numbers?: NumberRules;
}
