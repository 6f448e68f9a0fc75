/**
 * What the operator says of telephone numbers; from the configuration, read-only.
 */
export interface DialRule {
  /** Pattern of a number from its beginning. */
  readonly match: string;
  /** What stands in place of what matched; `user@host` names the host, too. Absent: nothing is changed. */
  readonly replace?: string;
  /** Whether XMPP users may not call such a number. */
  readonly refuse?: boolean;
  /** Absent: both. */
  readonly direction?: 'to_sip' | 'from_sip';
}

export interface UserPhone {
  /** Localpart at the first served domain, or bare JID. */
  readonly username: string;
  /** Begins with `+` or `*`; no visual separators. */
  readonly phone: string;
}

export interface NumberRules {
  readonly dialplan: readonly DialRule[];
  readonly phones: readonly UserPhone[];
  /** SIP hosts, as of trunks, whose global numbers are those of the first component. */
  readonly hosts: readonly string[];
  /** Host at which users with a phone call from their number; absent: they call from their name. */
  readonly callerHost?: string;
  /** User parts of the contacts that the gateway registers: a request to one of them is for whom To names. */
  readonly contactUsers?: readonly string[];
}
