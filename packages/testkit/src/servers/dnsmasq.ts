/**
 * dnsmasq, a real DNS server on loopback that knows the names it is given and no other.
 */
import { startChild, waitForPort } from './child-process.ts';
import { freePort } from './free-port.ts';

export interface DnsServer {
  /** `host:port`. */
  readonly address: string;
  stop(): Promise<void>;
}

/**
 * @param records options of dnsmasq: `host-record=a.test,127.0.0.1`, `srv-host=_sip._udp.test,a.test,5060,1,0`,
 * `naptr-record=test,1,1,s,SIP+D2U,,_sip._udp.test`.
 */
export async function startDnsmasq(records: readonly string[]): Promise<DnsServer> {
  const port = await freePort();
  const child = startChild({
    command: 'dnsmasq',
    args: [
      '--keep-in-foreground',
      '--conf-file=/dev/null',
      '--pid-file=',
      '--no-resolv',
      '--no-hosts',
      '--bind-interfaces',
      '--listen-address=127.0.0.1',
      `--port=${port}`,
      '--local=/test/',
      ...records.map((record) => `--${record}`),
    ],
  });
  await waitForPort(child, port);
  return { address: `127.0.0.1:${port}`, stop: () => child.stop() };
}
