/**
 * The command line: `stoxgate [ROLE] [--config FILE] [--check-config] [--print-config] [--version] [--help]`, and commands
 * to a gateway that runs.
 */
import { parseArgs } from 'node:util';
import { PhoneReport } from '@stoxgate/contracts';
import { nearest, ROLES, type Role } from '@stoxgate/runtime';

export interface RunArguments {
  readonly kind: 'run' | 'check-config' | 'print-config';
  readonly role: Role;
  readonly configFile: string | undefined;
}

/** Told to a gateway that runs. */
export type PhoneArguments =
  | {
      readonly kind: 'phone-state';
      readonly uri: string;
      readonly state: PhoneReport;
      readonly configFile: string | undefined;
    }
  | {
      readonly kind: 'phone-accounts import';
      readonly accountFile: string;
      readonly configFile: string | undefined;
    }
  | {
      readonly kind: 'phone-accounts remove';
      readonly uris: readonly string[];
      readonly configFile: string | undefined;
    };

/** Looks at what the configuration names. */
export interface DoctorArguments {
  readonly kind: 'doctor';
  readonly isJson: boolean;
  readonly configFile: string | undefined;
}

export type Arguments =
  | RunArguments
  | DoctorArguments
  | PhoneArguments
  | { readonly kind: 'help' | 'version' }
  /** One sentence per thing that is wrong. */
  | { readonly kind: 'wrong'; readonly problems: readonly string[] };

const OPTIONS = {
  config: { type: 'string' },
  'check-config': { type: 'boolean' },
  'print-config': { type: 'boolean' },
  version: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

const COMMANDS = [...ROLES, 'phone-state', 'phone-accounts', 'doctor'];

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
  const configFile = given.get('config');
  const [command, ...rest] = words;
  const asked = given.has('print-config') || given.has('check-config');
  if (command === 'doctor') {
    if (asked || rest.length > 0) return wrong('doctor takes --config and --json only.');
    return { kind: 'doctor', isJson: given.has('json'), configFile };
  }
  if (given.has('json')) return wrong('--json is for doctor.');
  if (command === 'phone-state' || command === 'phone-accounts') {
    return asked ? wrong(`${command} takes --config only.`) : phoneArguments(command, rest, configFile);
  }
  const role = ROLES.find((name) => name === command) ?? 'all';
  const kind = given.has('print-config')
    ? 'print-config'
    : given.has('check-config')
      ? 'check-config'
      : 'run';
  return { kind, role, configFile };
}

const wrong = (problem: string): Arguments => ({ kind: 'wrong', problems: [problem] });

function accountArguments(words: readonly string[], configFile: string | undefined): Arguments {
  const [verb, first, ...more] = words;
  if (verb === 'import' && first !== undefined && more.length === 0) {
    return { kind: 'phone-accounts import', accountFile: first, configFile };
  }
  if (verb === 'remove' && first !== undefined) {
    return { kind: 'phone-accounts remove', uris: [first, ...more], configFile };
  }
  return wrong(
    verb === 'remove'
      ? 'phone-accounts remove needs a phone: npx stoxgate phone-accounts remove 1001@example.org --config stoxgate.yaml.'
      : 'phone-accounts needs a file: npx stoxgate phone-accounts import FILE --config stoxgate.yaml.',
  );
}

function phoneArguments(
  command: 'phone-state' | 'phone-accounts',
  words: readonly string[],
  configFile: string | undefined,
): Arguments {
  if (command === 'phone-accounts') return accountArguments(words, configFile);
  const [first, second, ...more] = words;
  if (first === undefined || second === undefined || more.length > 0) {
    return wrong(
      'phone-state needs a phone and its state: npx stoxgate phone-state 1001@example.org online.',
    );
  }
  const state = PhoneReport.safeParse(second.toLowerCase());
  if (state.success) return { kind: command, uri: first, state: state.data, configFile };
  const close = nearest(second, PhoneReport.options);
  const advice =
    close === undefined ? `the states are ${PhoneReport.options.join(', ')}.` : `did you mean ${close}?`;
  return wrong(`unknown state ${second}; ${advice}`);
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
  if (!COMMANDS.includes(command)) {
    const close = nearest(command, COMMANDS);
    const advice = close === undefined ? `the roles are ${ROLES.join(', ')}.` : `did you mean ${close}?`;
    return [`unknown role ${command}; ${advice}`];
  }
  if (command.startsWith('phone-') || command === 'doctor') return [];
  return rest.length === 0 ? [] : [`one role at a time: ${command}, not also ${rest.join(' ')}.`];
}
