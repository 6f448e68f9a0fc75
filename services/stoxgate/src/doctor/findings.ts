/**
 * What the doctor can find, by name. docs/operate/doctor.md has each of them; a test checks that both ways.
 */
export const FINDINGS = {
  'admin-port-taken': 'fail',
  'bosh-missing': 'fail',
  'bosh-unreachable': 'fail',
  'certificate-expires': 'warn',
  'certificate-name': 'warn',
  'certificate-untrusted': 'warn',
  'client-missing': 'fail',
  'client-unreachable': 'fail',
  'clock-skew': 'warn',
  configuration: 'fail',
  'component-conflict': 'warn',
  'component-host-unknown': 'fail',
  'component-no-listener': 'fail',
  'component-secret': 'fail',
  'component-unreachable': 'fail',
  'database-unreachable': 'fail',
  'domain-unresolved': 'warn',
  'file-limit': 'warn',
  'intercept-missing': 'fail',
  'listen-address': 'fail',
  'listen-port-taken': 'fail',
  'local-host-loopback': 'fail',
  'local-host-private': 'warn',
  'local-host-unresolved': 'fail',
  'local-host-unspecified': 'fail',
  'nats-credentials': 'fail',
  'nats-jetstream': 'fail',
  'nats-payload': 'fail',
  'nats-storage': 'fail',
  'nats-unreachable': 'fail',
  'nats-version': 'fail',
  'otlp-path': 'fail',
  'otlp-unreachable': 'warn',
  'peers-without-proxy': 'fail',
  'redis-cluster': 'fail',
  'redis-credentials': 'fail',
  'redis-eviction': 'fail',
  'redis-persistence': 'warn',
  'redis-replica': 'fail',
  'redis-sentinel': 'fail',
  'redis-unreachable': 'fail',
  'redis-version': 'fail',
  'relay-silent': 'fail',
  'sdp-origin-loopback': 'warn',
  'sip-proxy-certificate': 'fail',
  'sip-proxy-self': 'fail',
  'sip-proxy-silent': 'fail',
  'sip-proxy-unreachable': 'fail',
  'sip-proxy-unresolved': 'fail',
  unfinished: 'warn',
} as const satisfies Record<string, 'warn' | 'fail'>;

export type FindingName = keyof typeof FINDINGS;

export interface Finding {
  readonly level: 'ok' | 'warn' | 'fail';
  /** Of what is wrong; absent of what is well. */
  readonly name?: FindingName;
  /** Configuration key that it is about; empty: none. */
  readonly key: string;
  readonly what: string;
  /** What to change. */
  readonly change?: string;
}

export const well = (key: string, what: string): Finding => ({ level: 'ok', key, what });

export const wrong = (name: FindingName, key: string, what: string, change: string): Finding => ({
  level: FINDINGS[name],
  name,
  key,
  what,
  change,
});
