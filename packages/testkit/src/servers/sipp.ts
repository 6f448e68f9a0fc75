/**
 * SIPp, the SIP traffic generator, as an independent peer.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Child, startChild } from './child-process.ts';
import { scratchDirectory } from './scratch-directory.ts';

export interface SippOptions {
  /** A built-in scenario (`uac`, `uas`) or the XML text of one. */
  readonly scenario: { readonly builtin: 'uac' | 'uas' } | { readonly xml: string };
  /** Peer address, `host:port`; a UAS has none. */
  readonly target?: string;
  readonly port: number;
  readonly calls: number;
  readonly rate?: number;
  /** Percentage of packets that SIPp drops, each way. */
  readonly lossPercent?: number;
  readonly transport?: 'udp' | 'tcp';
  readonly service?: string;
  readonly timeoutSeconds: number;
  readonly extraArgs?: readonly string[];
}

export interface SippResult {
  readonly successful: number;
  readonly failed: number;
  readonly retransmissions: number;
  /** SIPp's own log of what went wrong. */
  readonly errors: string;
}

export interface RunningSipp {
  readonly child: Child;
  /** Waits for the end of the run and reads SIPp's statistics. */
  result(): Promise<SippResult>;
  stop(): Promise<void>;
}

async function readStatistics(directory: string): Promise<SippResult> {
  const text = await readFile(join(directory, 'stat.csv'), 'utf8').catch(() => '');
  const lines = text.trim().split('\n');
  const names = lines[0]?.split(';') ?? [];
  const last = lines.at(-1)?.split(';') ?? [];
  const value = (name: string): number => Number(last[names.indexOf(name)] ?? Number.NaN);
  return {
    successful: value('SuccessfulCall(C)'),
    failed: value('FailedCall(C)'),
    retransmissions: value('Retransmissions(C)'),
    errors: await readFile(join(directory, 'errors.log'), 'utf8').catch(() => ''),
  };
}

/**
 * By itself SIPp gives an INVITE up after five repetitions, before RFC 3261 does (§17.1.1.2, §17.1.2.2): with one packet in ten
 * lost each way that ends one call in 20,000.
 */
const PATIENT = ['-max_invite_retrans', '7', '-max_non_invite_retrans', '10'];

export async function startSipp(options: SippOptions): Promise<RunningSipp> {
  const scratch = await scratchDirectory('sipp');
  const directory = scratch.path;
  const scenario =
    'builtin' in options.scenario
      ? ['-sn', options.scenario.builtin]
      : ['-sf', join(directory, 'scenario.xml')];
  if ('xml' in options.scenario) await writeFile(join(directory, 'scenario.xml'), options.scenario.xml);
  const args = [
    ...scenario,
    ...['-nostdin', '-i', '127.0.0.1', '-p', String(options.port), '-m', String(options.calls)],
    ...['-r', String(options.rate ?? 50), '-t', options.transport === 'tcp' ? 't1' : 'u1'],
    ...['-trace_stat', '-stf', join(directory, 'stat.csv'), '-fd', '1'],
    ...['-trace_err', '-error_file', join(directory, 'errors.log')],
    ...['-timeout', `${options.timeoutSeconds}s`, '-timeout_error'],
    ...(options.lossPercent === undefined ? [] : ['-lost', String(options.lossPercent), ...PATIENT]),
    ...(options.service === undefined ? [] : ['-s', options.service]),
    ...(options.extraArgs ?? []),
    ...(options.target === undefined ? [] : [options.target]),
  ];
  const child = startChild({ command: 'sipp', args, cwd: directory, env: { TERM: 'dumb' } });
  return {
    child,
    result: async () => {
      await child.exited((options.timeoutSeconds + 15) * 1000);
      const statistics = await readStatistics(directory);
      await scratch.remove();
      return statistics;
    },
    stop: async () => {
      await child.stop();
      await scratch.remove();
    },
  };
}
