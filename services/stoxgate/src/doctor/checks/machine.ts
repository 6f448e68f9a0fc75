/**
 * The machine: names, files, the clock.
 */
import type { Config } from '@stoxgate/runtime';
import { type Finding, well, wrong } from '../findings.ts';
import type { Probes } from '../probes.ts';

/** Names that are nobody's in DNS (RFC 6761, RFC 6762, RFC 8375). */
const PRIVATE_NAME =
  /(?:^|\.)(?:test|example|invalid|localhost|local|internal|home\.arpa|example\.(?:com|net|org))$|^[^.]+$/;
const FILES_BESIDE_CONNECTIONS = 256;
const SKEW_SECONDS = 5;

/** Served domains, which SIP and XMPP servers elsewhere look for. */
export async function checkDomains({ xmpp }: Config, probes: Probes): Promise<readonly Finding[]> {
  const findings = await Promise.all(
    xmpp.domains.map(async (domain, at): Promise<Finding[]> => {
      const key = `xmpp.domains[${at}]`;
      if (PRIVATE_NAME.test(domain)) return [];
      const isThere =
        (await probes.hasServices(`_xmpp-client._tcp.${domain}`)) ||
        (await probes.addresses(domain)).length > 0;
      return [
        isThere
          ? well(key, `${domain} is in DNS`)
          : wrong(
              'domain-unresolved',
              key,
              `${domain} has neither SRV records for XMPP nor an address`,
              `correct it, or add _xmpp-client._tcp.${domain}`,
            ),
      ];
    }),
  );
  return findings.flat();
}

export async function checkFiles({ limits }: Config, probes: Probes): Promise<readonly Finding[]> {
  const text = await probes.readFile('/proc/self/limits');
  const soft = /^Max open files\s+(\d+|unlimited)/m.exec(text ?? '')?.[1];
  if (soft === undefined) return [];
  const needed = 2 * limits.sip_connections + FILES_BESIDE_CONNECTIONS;
  const key = 'limits.sip_connections';
  return soft === 'unlimited' || Number(soft) >= needed
    ? [well(key, `${soft} files may be open`)]
    : [
        wrong(
          'file-limit',
          key,
          `${soft} files may be open; ${limits.sip_connections} connections, and as many over TLS, need ${needed}`,
          `raise the limit (LimitNOFILE=, ulimit -n), or lower ${key}`,
        ),
      ];
}

/** After the others, which note clocks. */
export const checkClock = (probes: Probes): readonly Finding[] =>
  probes.clocks().map(({ whose, aheadSeconds }) => {
    const seconds = Math.round(Math.abs(aheadSeconds));
    return seconds <= SKEW_SECONDS
      ? well('', `the clock agrees with that of ${whose}`)
      : wrong(
          'clock-skew',
          '',
          `the clock of ${whose} is ${seconds} s ${aheadSeconds > 0 ? 'ahead' : 'behind'}`,
          'keep both by NTP: nonces, certificates and timers go by them',
        );
  });
