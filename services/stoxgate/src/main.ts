/**
 * The command line program. Exit codes: 0 clean, 1 failed at run time, 2 bad usage or bad configuration.
 */
import { StoxgateError } from '@stoxgate/contracts';
import { endOnBugs, loadConfig, printConfig, runUntilSignal } from '@stoxgate/runtime';
import { parseArguments, type RunArguments } from './arguments.ts';
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
    default:
      return withConfig(parsed, terminal);
  }
}

async function withConfig({ kind, role, configFile }: RunArguments, terminal: Terminal): Promise<number> {
  const loaded = loadConfig({ file: configFile, env: terminal.env, role });
  if (!loaded.ok) {
    for (const problem of loaded.problems) terminal.error(`${problem}\n`);
    const count = loaded.problems.length === 1 ? '1 problem.' : `${loaded.problems.length} problems.`;
    terminal.error(`stoxgate: ${new StoxgateError('STOX_CONFIG_INVALID', count).message}\n`);
    return 2;
  }
  if (kind === 'check-config') {
    terminal.out('The configuration is fine.\n');
    return 0;
  }
  if (kind === 'print-config') {
    terminal.out(printConfig(loaded.config));
    return 0;
  }
  try {
    const gateway = await startGateway(loaded.config, { roles: servicesOf(role, loaded.config) });
    endOnBugs(gateway.log, process);
    return await runUntilSignal(gateway, {
      drainTimeoutMs: loaded.config.drain_timeout * 1000,
      log: gateway.log,
      port: process,
      isNpmChild: terminal.env.npm_lifecycle_event !== undefined,
    });
  } catch (error) {
    terminal.error(`stoxgate: ${startFault(error)}\n`);
    return 1;
  }
}

function startFault(error: unknown): string {
  if (error instanceof StoxgateError) return error.message;
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new StoxgateError('STOX_INTERNAL', `${stack}\n`).message;
}
