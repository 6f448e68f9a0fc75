/**
 * Whether the SIP ports can be listened at.
 */
import type { Config } from '@stoxgate/runtime';
import { type Finding, well, wrong } from '../findings.ts';
import type { Probes } from '../probes.ts';

interface Wanted {
  readonly key: string;
  readonly port: number;
  readonly kinds: readonly ('udp' | 'tcp')[];
}

function wantedOf({ sip }: Config): readonly Wanted[] {
  const plain: Wanted = { key: 'sip.listen_port', port: sip.listen_port, kinds: ['udp', 'tcp'] };
  return sip.tls.cert_file === ''
    ? [plain]
    : [plain, { key: 'sip.tls.port', port: sip.tls.port, kinds: ['tcp'] }];
}

/** @param isRunning the ports are the gateway's. */
export async function checkPorts(
  config: Config,
  probes: Probes,
  isRunning: boolean,
): Promise<readonly Finding[]> {
  const host = config.sip.listen_host;
  const findings = await Promise.all(
    wantedOf(config).map(async ({ key, port, kinds }): Promise<Finding> => {
      const place = `${host}:${port}`;
      if (isRunning) return well(key, `${place} is the running gateway's`);
      for (const kind of kinds) {
        const fault = await probes.listenFault(kind, { host, port });
        if (fault === 'EADDRINUSE') {
          return wrong(
            'listen-port-taken',
            key,
            `something listens at ${place}/${kind} already`,
            'stop it (ss -tulpn shows what it is), or set another port',
          );
        }
        if (fault !== undefined) {
          return wrong(
            'listen-address',
            'sip.listen_host',
            `${place}/${kind} cannot be listened at (${fault})`,
            'set sip.listen_host to an address of this machine, or 0.0.0.0',
          );
        }
      }
      return well(key, `${place} is free`);
    }),
  );
  return findings;
}
