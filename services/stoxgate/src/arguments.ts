/**
 * The command line: `stoxgate [ROLE] [--config FILE] [--check-config] [--print-config] [--version] [--help]`.
 */
import { parseArgs } from 'node:util';
import { nearest, ROLES, type Role } from '@stoxgate/runtime';

export interface RunArguments {
  readonly kind: 'run' | 'check-config' | 'print-config';
  readonly role: Role;
  readonly configFile: string | undefined;
}

export type Arguments =
  | RunArguments
  | { readonly kind: 'help' | 'version' }
  /** One sentence per thing that is wrong. */
  | { readonly kind: 'wrong'; readonly problems: readonly string[] };

const OPTIONS = {
  config: { type: 'string' },
  'check-config': { type: 'boolean' },
  'print-config': { type: 'boolean' },
  version: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

const NOT_YET: Readonly<Record<string, string>> = {
  'phone-state': 'phone-state: this version publishes no presence yet; the command comes with it.',
};

const COMMANDS = [...ROLES, 'phone-state'];

/** Total: whatever was typed ends in one of the kinds. */
export function parseArguments(args: readonly string[]): Arguments {
  const { tokens } = parseArgs({
    args: [...args],
    options: OPTIONS,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const problems: string[] = [];
  const words: string[] = [];
  const given = new Map<string, string | undefined>();
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    const problem = optionProblem(token.name, token.rawName, token.value);
    if (problem === undefined) given.set(token.name, token.value);
    else problems.push(problem);
  }
  if (given.has('help')) return { kind: 'help' };
  if (given.has('version')) return { kind: 'version' };
  if (problems.length === 0) problems.push(...wordProblems(words));
  if (problems.length > 0) return { kind: 'wrong', problems };
  const role = ROLES.find((name) => name === words[0]) ?? 'all';
  const kind = given.has('print-config')
    ? 'print-config'
    : given.has('check-config')
      ? 'check-config'
      : 'run';
  return { kind, role, configFile: given.get('config') };
}

function optionProblem(name: string, rawName: string, value: string | undefined): string | undefined {
  if (!Object.hasOwn(OPTIONS, name)) {
    const close = nearest(name, Object.keys(OPTIONS));
    return `unknown option ${rawName}${close === undefined ? '; see --help.' : `; did you mean --${close}?`}`;
  }
  if (name === 'config') {
    return value === undefined || value === '' ? '--config needs a file: --config stoxgate.yaml.' : undefined;
  }
  return value === undefined ? undefined : `${rawName} takes no value.`;
}

function wordProblems(words: readonly string[]): string[] {
  const [command, ...rest] = words;
  if (command === undefined) return [];
  const notYet = NOT_YET[command];
  if (notYet !== undefined) return [notYet];
  if (!COMMANDS.includes(command)) {
    const close = nearest(command, COMMANDS);
    const advice = close === undefined ? `the roles are ${ROLES.join(', ')}.` : `did you mean ${close}?`;
    return [`unknown role ${command}; ${advice}`];
  }
  return rest.length === 0 ? [] : [`one role at a time: ${command}, not also ${rest.join(' ')}.`];
}
