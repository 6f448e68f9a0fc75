/**
 * The configuration as the stack wants it.
 */
import type { AddressMap } from '@stoxgate/addressing';
import type { Config } from '@stoxgate/runtime';
import type { Credentials, SipStackOptions } from '@stoxgate/sip-stack';
import { POLICY } from './capabilities.ts';

export const addressMapOf = ({ xmpp }: Config): AddressMap => ({
  xmppDomains: xmpp.domains,
  components: xmpp.components.map(({ domain, sip_domain }) => ({ domain, sipDomain: sip_domain ?? domain })),
});

const credentialsOf = ({ sip }: Config): readonly Credentials[] =>
  sip.credentials.map(({ realm, username, password }) => ({
    username,
    password: password ?? '',
    ...(realm === undefined ? {} : { realm }),
  }));

export function stackOptionsOf(config: Config): SipStackOptions {
  const { sip, limits } = config;
  return {
    listenHost: sip.listen_host,
    listenPort: sip.listen_port,
    localHost: sip.local_host,
    ...(sip.proxy_host === ''
      ? {}
      : { proxy: { host: sip.proxy_host, port: sip.proxy_port, protocol: sip.proxy_transport } }),
    peers: sip.peers,
    strangers: sip.strangers,
    credentials: credentialsOf(config),
    policy: POLICY,
    maxMessageBytes: limits.sip_message_bytes,
    maxTransactions: limits.sip_transactions,
    streamLimits: { maxConnections: limits.sip_connections },
    userAgent: 'Stoxgate',
  };
}
