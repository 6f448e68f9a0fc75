/**
 * The configuration as the stack wants it.
 */
import type { Config } from '@stoxgate/runtime';
import { type Credentials, type SipStackOptions, systemDns, type TlsListener } from '@stoxgate/sip-stack';
import { guardPolicyOf } from './capabilities.ts';
import { identityOf } from './own-certificate.ts';

/** Those of registrations come last: a trunk asks for them in calls, too. */
const credentialsOf = ({ sip }: Config): readonly Credentials[] =>
  [
    ...sip.credentials,
    ...sip.registrations.map(({ aor, realm, username, password }) => ({ aor, realm, username, password })),
  ].map(({ realm, password, ...account }) => ({
    ...account,
    password: password ?? '',
    ...(realm === undefined ? {} : { realm }),
  }));

const tlsOf = ({ sip: { tls } }: Config): TlsListener => ({ port: tls.port, ...identityOf(tls) });

/** @throws when a file of `sip.tls`, which was there when the configuration was checked, cannot be read any more. */
export function stackOptionsOf(config: Config): SipStackOptions {
  const { sip, limits } = config;
  return {
    listenHost: sip.listen_host,
    listenPort: sip.listen_port,
    ...(sip.tls.cert_file === '' ? {} : { tls: tlsOf(config) }),
    localHost: sip.local_host,
    ...(sip.proxy_host === ''
      ? {}
      : { proxy: { host: sip.proxy_host, port: sip.proxy_port, protocol: sip.proxy_transport } }),
    peers: sip.peers,
    strangers: sip.strangers,
    credentials: credentialsOf(config),
    dns: systemDns(sip.dns_servers),
    policy: guardPolicyOf(config),
    maxMessageBytes: limits.sip_message_bytes,
    maxTransactions: limits.sip_transactions,
    streamLimits: { maxConnections: limits.sip_connections },
    userAgent: 'Stoxgate',
  };
}
