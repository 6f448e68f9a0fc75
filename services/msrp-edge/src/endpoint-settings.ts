/**
 * The configuration as the endpoint wants it.
 */
import { readFileSync } from 'node:fs';
import type { Config } from '@stoxgate/runtime';
import { SourceFilter } from '@stoxgate/sip-stack';
import type { MsrpEndpointOptions } from './endpoint/endpoint-options.ts';
import type { MsrpIdentity } from './endpoint/streams.ts';
import { MSRP_TIMING } from './endpoint/timing.ts';

/** Messages that wait in a session may take this much of the largest. */
const QUEUED_MESSAGES = 16;

const read = (file: string): string => readFileSync(file, 'utf8');

/** @throws when a file of `sip.tls` cannot be read. */
export const identityOf = ({ sip: { tls } }: Config): MsrpIdentity => ({
  cert: read(tls.cert_file),
  key: read(tls.key_file),
  ...(tls.ca_file !== '' && { ca: read(tls.ca_file) }),
});

/** @throws when a file of `sip.tls`, which was there when the configuration was checked, cannot be read any more. */
export function endpointSettings(config: Config): MsrpEndpointOptions {
  const { msrp } = config.messages;
  const filter = new SourceFilter(msrp.peers);
  const { max_bytes, max_sessions, max_connections } = msrp;
  return {
    listenHost: msrp.listen_host,
    listenPort: msrp.listen_port,
    ...(msrp.tls_port !== 0 && { tls: { port: msrp.tls_port, identity: identityOf(config) } }),
    publicHost: msrp.public_host === '' ? config.sip.local_host : msrp.public_host,
    admits: (address) => msrp.peers.length === 0 || filter.allows(address),
    limits: {
      maxMessageBytes: max_bytes,
      maxQueuedBytes: QUEUED_MESSAGES * config.limits.stanza_bytes,
      maxSessions: max_sessions,
      maxConnections: max_connections,
    },
    timing: { ...MSRP_TIMING, keepAliveMs: msrp.keep_alive * 1000 },
  };
}
