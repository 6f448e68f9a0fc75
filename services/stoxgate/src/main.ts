/**
 * The command line program. Exit codes: 0 clean, 1 failed at run time, 2 bad usage or bad configuration.
 */
import { availableParallelism } from 'node:os';
import { StoxgateError } from '@stoxgate/contracts';
import {
  type Config,
  endOnBugs,
  endOnSignal,
  loadConfig,
  printConfig,
  type Role,
  runUntilSignal,
} from '@stoxgate/runtime';
import { type DoctorArguments, type PhoneArguments, parseArguments, type RunArguments } from './arguments.ts';
import { startGateway } from './gateway.ts';
import { servicesOf } from './roles.ts';
import { USAGE, VERSION } from './usage.ts';

export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  out(text: string): void;
  error(text: string): void;
}

const TERMINAL: Terminal = {
  env: process.env,
  out: (text) => process.stdout.write(text),
  error: (text) => process.stderr.write(text),
};

/** Runs the command line; resolves to the exit code, after the drain when it served. */
export async function main(args: readonly string[], terminal: Terminal = TERMINAL): Promise<number> {
  const parsed = parseArguments(args);
  switch (parsed.kind) {
    case 'help':
      terminal.out(USAGE);
      return 0;
    case 'version':
      terminal.out(`${VERSION}\n`);
      return 0;
    case 'wrong':
      for (const problem of parsed.problems) terminal.error(`stoxgate: ${problem}\n`);
      return 2;
    case 'doctor':
      return runDoctor(parsed, terminal);
    case 'phone-state':
    case 'phone-accounts import':
    case 'phone-accounts remove':
      return tellPhones(parsed, terminal);
    default:
      return withConfig(parsed, terminal);
  }
}

/** Undefined when it is wrong, which was told. */
async function load(
  configFile: string | undefined,
  role: Role,
  terminal: Terminal,
): Promise<Config | undefined> {
  const loaded = loadConfig({ file: configFile, env: terminal.env, role });
  const problems = loaded.ok ? await accountProblems(loaded.config, role) : loaded.problems;
  if (loaded.ok && problems.length === 0) return loaded.config;
  for (const problem of problems) terminal.error(`${problem}\n`);
  const count = problems.length === 1 ? '1 problem.' : `${problems.length} problems.`;
  terminal.error(`stoxgate: ${new StoxgateError('STOX_CONFIG_INVALID', count).message}\n`);
  return undefined;
}

/** What is wrong with `phones.file`, line by line. */
async function accountProblems({ phones }: Config, role: Role): Promise<readonly string[]> {
  if (phones.file === '' || (role !== 'all' && role !== 'bosh-edge')) return [];
  return (await import('@stoxgate/bosh-edge')).readAccountFile(phones.file).problems;
}

/** What is wrong with the configuration itself is a finding like others. Exit code 1 when something fails. */
async function runDoctor({ configFile, isJson }: DoctorArguments, terminal: Terminal): Promise<number> {
  const { examine, misread, reportOf } = await import('./doctor/doctor.ts');
  const loaded = loadConfig({ file: configFile, env: terminal.env, role: 'all' });
  const problems = loaded.ok ? await accountProblems(loaded.config, 'all') : loaded.problems;
  const { realProbes } = await import('./doctor/probes/real-probes.ts');
  const findings = loaded.ok ? await examine(loaded.config, realProbes()) : [];
  const { text, code } = reportOf([...misread(problems), ...findings], isJson);
  terminal.out(text);
  return code;
}

async function tellPhones(command: PhoneArguments, terminal: Terminal): Promise<number> {
  const config = await load(command.configFile, 'all', terminal);
  if (config === undefined) return 2;
  const { code, lines } = await (await import('./phone-command.ts')).runPhoneCommand(command, config);
  for (const line of lines) {
    if (code === 0) terminal.out(`${line}\n`);
    else terminal.error(`stoxgate: ${line}\n`);
  }
  return code;
}

async function withConfig({ kind, role, configFile }: RunArguments, terminal: Terminal): Promise<number> {
  const config = await load(configFile, role, terminal);
  if (config === undefined) return 2;
  if (kind === 'check-config') {
    terminal.out('The configuration is fine.\n');
    return 0;
  }
  if (kind === 'print-config') {
    terminal.out(printConfig(config));
    return 0;
  }
  const beganToServe = endOnSignal(process);
  try {
    const gateway = await startGateway(config, {
      roles: servicesOf(role, config),
      cores: availableParallelism(),
    });
    beganToServe();
    endOnBugs(gateway.log, process);
    return await runUntilSignal(gateway, {
      drainTimeoutMs: config.drain_timeout * 1000,
      log: gateway.log,
      port: process,
      isNpmChild: terminal.env.npm_lifecycle_event !== undefined,
    });
  } catch (error) {
    beganToServe();
    terminal.error(`stoxgate: ${startFault(error)}\n`);
    return 1;
  }
}

function startFault(error: unknown): string {
  if (error instanceof StoxgateError) return error.message;
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new StoxgateError('STOX_INTERNAL', `${stack}\n`).message;
}
