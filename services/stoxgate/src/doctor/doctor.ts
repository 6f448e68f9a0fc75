/**
 * `stoxgate doctor`: looks at what the configuration names, from this machine, and says what is wrong and what to change.
 * Needs no running gateway and disturbs none.
 */
import type { Config } from '@stoxgate/runtime';
import { checkCertificate } from './checks/certificate.ts';
import { checkComponents } from './checks/component.ts';
import { checkClock, checkDomains, checkFiles } from './checks/machine.ts';
import { checkNats } from './checks/nats.ts';
import { checkOwnAddress, checkPeers } from './checks/own-address.ts';
import { checkPhones } from './checks/phones.ts';
import { checkPorts } from './checks/ports.ts';
import { checkRedis } from './checks/redis.ts';
import { checkRelays, checkTelemetry } from './checks/relays-and-traces.ts';
import { checkRunning } from './checks/running.ts';
import { checkSipProxy, isOwnAddress } from './checks/sip-proxy.ts';
import { type Finding, wrong } from './findings.ts';
import type { Probes } from './probes.ts';

const CHECK_MS = 15_000;

/** A check that does not come to an end is a finding, too. */
async function ended(
  name: string,
  check: Promise<readonly Finding[]>,
  timeoutMs: number,
): Promise<readonly Finding[]> {
  const unfinished = (why: string): readonly Finding[] => [
    wrong(
      'unfinished',
      '',
      `${name} could not be looked at (${why})`,
      'try again; if it stays so, look at it by hand',
    ),
  ];
  let late: NodeJS.Timeout | undefined;
  const deadline = new Promise<readonly Finding[]>((resolve) => {
    late = setTimeout(() => resolve(unfinished(`no end within ${timeoutMs / 1000} s`)), timeoutMs);
  });
  const result = check.catch((error: unknown) =>
    unfinished(error instanceof Error ? error.message : String(error)),
  );
  return Promise.race([result, deadline]).finally(() => clearTimeout(late));
}

/** Every finding, in the order of the configuration. Never rejects. */
export async function examine(
  config: Config,
  probes: Probes,
  timeoutMs = CHECK_MS,
): Promise<readonly Finding[]> {
  const { sip } = config;
  const running = await checkRunning(config, probes);
  const { isRunning } = running;
  const [proxy, own] = await Promise.all([
    sip.proxy_host === '' ? [] : probes.addresses(sip.proxy_host),
    probes.addresses(sip.local_host),
  ]);
  const checks: readonly (readonly [string, Promise<readonly Finding[]>])[] = [
    ['xmpp.domains', checkDomains(config, probes)],
    ['xmpp.components', checkComponents(config, probes, isRunning)],
    ['sip.proxy_host', checkSipProxy(config, proxy, isOwnAddress(config, proxy, own), probes)],
    ['sip.listen_port', checkPorts(config, probes, isRunning)],
    [
      'sip.local_host',
      Promise.resolve([...checkOwnAddress(config, own, proxy), ...checkPeers(config, proxy)]),
    ],
    ['sip.tls', checkCertificate(config, probes)],
    ['media.rtpengine', checkRelays(config, probes)],
    ['phones', checkPhones(config, probes)],
    ['bus', checkNats(config, probes)],
    ['store', checkRedis(config, probes)],
    ['telemetry', checkTelemetry(config, probes)],
    ['limits', checkFiles(config, probes)],
  ];
  const found = await Promise.all(checks.map(([name, check]) => ended(name, check, timeoutMs)));
  return [...running.findings, ...found.flat(), ...checkClock(probes)];
}

/** What was wrong with the configuration itself. */
export const misread = (problems: readonly string[]): readonly Finding[] =>
  problems.map((problem) => wrong('configuration', '', problem, 'correct it (docs/operate/config.md)'));

const lineOf = ({ level, key, what, change }: Finding): string =>
  `${level.padEnd(4)}  ${key === '' ? '' : `${key}: `}${what}${change === undefined ? '' : ` – ${change}`}`;

/** The report, and the exit code: 1 when anything fails. */
export function reportOf(
  findings: readonly Finding[],
  isJson: boolean,
): { readonly text: string; readonly code: 0 | 1 } {
  const code = findings.some(({ level }) => level === 'fail') ? 1 : 0;
  const lines = isJson ? findings.map((finding) => JSON.stringify(finding)) : findings.map(lineOf);
  return { text: lines.map((line) => `${line}\n`).join(''), code };
}
