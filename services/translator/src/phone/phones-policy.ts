import type { SaslMechanism } from '@stoxgate/contracts';

/** What the operator chose for phones whose state is shown in XMPP accounts. */
export interface PhonesPolicy {
  /** bosh: sessions at a connection manager. client: connections over TCP or WebSocket. */
  readonly transport: 'bosh' | 'client';
  /** Where clients connect, of accounts whose domain has no place of its own; empty: none. */
  readonly clientUrl: string;
  /** Others, by domain. */
  readonly clientUrls: Readonly<Record<string, string>>;
  /** Connection manager of accounts whose domain has none of its own; empty: none. */
  readonly boshUrl: string;
  /** Others, by domain. */
  readonly boshUrls: Readonly<Record<string, string>>;
  /** Whether passwords may go without TLS to other hosts. */
  readonly allowPlain: boolean;
  /** Domain of user names without one; empty: that of the phone's SIP address. */
  readonly xmppDomain: string;
  readonly resource: string;
  readonly priority: number;
  /** Id of presence: that of the first in a session, or another one each time. */
  readonly presenceId: 'kept' | 'new';
  readonly onthephoneShow: 'dnd' | 'away' | 'xa';
  readonly onthephoneText: string;
  /** First rid of an account without one. `random`: that, and every session begins at one that nobody can foresee. */
  readonly ridStart: number | 'random';
  /** Best first. */
  readonly mechanisms: readonly SaslMechanism[];
  /** How long a request may be held, and how many at a time; 0: none, the session is polled. */
  readonly waitMs: number;
  readonly hold: number;
  /** Whether calls of phones are asked of the SIP side (RFC 4235). */
  readonly watchDialogs: boolean;
  /** For how long at a time. */
  readonly watchExpiresMs: number;
}

/** Whether states of phones are shown anywhere. */
export const hasPhones = ({ transport, boshUrl, boshUrls, clientUrl, clientUrls }: PhonesPolicy): boolean =>
  transport === 'bosh'
    ? boshUrl !== '' || Object.keys(boshUrls).length > 0
    : clientUrl !== '' || Object.keys(clientUrls).length > 0;
