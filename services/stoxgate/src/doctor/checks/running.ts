/**
 * Whether a gateway runs by this configuration: then its ports are its own, and its component link is left alone.
 */
import type { Config } from '@stoxgate/runtime';
import { type Finding, well, wrong } from '../findings.ts';
import type { Probes } from '../probes.ts';

const ANY: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

export async function checkRunning(
  { admin }: Config,
  probes: Probes,
): Promise<{ readonly isRunning: boolean; readonly findings: readonly Finding[] }> {
  if (admin.port === 0) return { isRunning: false, findings: [] };
  const host = ANY[admin.host] ?? admin.host;
  const place = `${host.includes(':') ? `[${host}]` : host}:${admin.port}`;
  const answer = await probes.http(`http://${place}/livez`);
  if (answer.ok && /"state":"(?:alive|stuck)"/.test(answer.text)) {
    const ready = await probes.http(`http://${place}/readyz`);
    const state = ready.ok ? (/"state":"([a-z ]+)"/.exec(ready.text)?.[1] ?? 'unknown') : 'unknown';
    return { isRunning: true, findings: [well('admin.port', `a gateway runs at ${place}, ${state}`)] };
  }
  const fault = await probes.listenFault('tcp', { host: admin.host, port: admin.port });
  if (fault === undefined) return { isRunning: false, findings: [well('admin.port', `${place} is free`)] };
  const what =
    fault === 'EADDRINUSE'
      ? `something else listens at ${place}`
      : `${place} cannot be listened at (${fault})`;
  return {
    isRunning: false,
    findings: [wrong('admin-port-taken', 'admin.port', what, 'set another admin.port')],
  };
}
