/**
 * The effective configuration: defaults ← YAML file ← environment ← secret files.
 */
import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { crossChecks, type Role, roleProblem } from './checks.ts';
import { type Assignment, type Environment, readEnvironment, readSecret } from './environment.ts';
import { formatPath, type KeyPath } from './key-tree.ts';
import { resolvePhones } from './phones-checks.ts';
import { type Problem, problemsOf } from './problems.ts';
import { Config } from './schema.ts';
import { resolveTls } from './tls-files.ts';
import { parseYaml, type YamlSource } from './yaml-source.ts';

export interface ConfigSource {
  /** YAML file; absent: the environment alone. */
  readonly file?: string;
  readonly env: Environment;
  /** Role that will run with it; `all` when absent. */
  readonly role?: Role;
}

export type LoadedConfig =
  | { readonly ok: true; readonly config: Config }
  /** One sentence each, with its place. */
  | { readonly ok: false; readonly problems: readonly string[] };

const BEGIN =
  'To begin, copy config.example.yaml to stoxgate.yaml, set xmpp.domains and xmpp.components in it, and run: npx stoxgate --config stoxgate.yaml';

/** Loads and checks everything; all problems are told at once. Secrets named by file are read into their keys. */
export function loadConfig(source: ConfigSource): LoadedConfig {
  const environment = readEnvironment(source.env);
  if (source.file === undefined && environment.assignments.length + environment.problems.length === 0) {
    return { ok: false, problems: [`No configuration given. ${BEGIN}`] };
  }
  const yaml = readYaml(source.file);
  if (yaml.problems.length > 0) return { ok: false, problems: [...yaml.problems, ...environment.problems] };

  const merged = environment.assignments.reduce(assign, yaml.value ?? {});
  const place = placeFinder(yaml, environment.assignments);
  const tell = (problem: Problem): string => `${place(problem.path)}: ${problem.sentence}`;
  const parsed = Config.safeParse(merged);
  const found = parsed.success
    ? checked(parsed.data, source)
    : { problems: parsed.error.issues.flatMap((issue) => problemsOf(issue, merged)) };
  const problems = [...environment.problems, ...found.problems.map(tell)];
  if (problems.length > 0 || found.config === undefined) {
    return { ok: false, problems: problems.sort(byPlace) };
  }
  return { ok: true, config: found.config };
}

function readYaml(file: string | undefined): YamlSource {
  if (file === undefined) return { value: {}, problems: [], placeOf: () => 'environment' };
  try {
    return parseYaml(readFileSync(file, 'utf8'), basename(file));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const sentence =
      code === 'ENOENT' ? `${file}: no such file. ${BEGIN}` : `${file}: cannot be read (${String(code)}).`;
    return { value: {}, problems: [sentence], placeOf: () => file };
  }
}

function checked(config: Config, source: ConfigSource): { config?: Config; problems: readonly Problem[] } {
  const roleFault = roleProblem(config, source.role ?? 'all');
  const problems = [...crossChecks(config), ...(roleFault === undefined ? [] : [roleFault])];
  if (problems.length > 0) return { problems };
  const directory = source.file === undefined ? '.' : dirname(source.file);
  const secrets = resolveSecrets(config, directory);
  const tls = resolveTls(config, directory, source.role ?? 'all');
  const phones = resolvePhones(config, directory);
  if (secrets.config === undefined || tls.tls === undefined || phones.phones === undefined) {
    return { problems: [...secrets.problems, ...tls.problems, ...phones.problems] };
  }
  return {
    config: { ...secrets.config, phones: phones.phones, sip: { ...secrets.config.sip, tls: tls.tls } },
    problems: [],
  };
}

/** Reads `secret_file` and `password_file`, relative to the directory of the configuration file. */
function resolveSecrets(
  config: Config,
  directory: string,
): { config?: Config; problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const read = (file: string | undefined, path: KeyPath): string | undefined => {
    if (file === undefined) return undefined;
    const result = readSecret(resolve(directory, file));
    if (result.ok) return result.value;
    problems.push({ path, sentence: `${formatPath(path)}: ${result.problem}` });
    return undefined;
  };
  const components = config.xmpp.components.map((component, at) => ({
    ...component,
    secret: component.secret ?? read(component.secret_file, ['xmpp', 'components', at, 'secret_file']),
  }));
  const credentials = config.sip.credentials.map((credential, at) => ({
    ...credential,
    password:
      credential.password ?? read(credential.password_file, ['sip', 'credentials', at, 'password_file']),
  }));
  const registrations = config.sip.registrations.map((registration, at) => ({
    ...registration,
    password:
      registration.password ??
      read(registration.password_file, ['sip', 'registrations', at, 'password_file']),
  }));
  const external_services = config.media.external_services.map((service, at) => {
    const path = ['media', 'external_services', at];
    return {
      ...service,
      password: service.password ?? read(service.password_file, [...path, 'password_file']),
      secret: service.secret ?? read(service.secret_file, [...path, 'secret_file']),
    };
  });
  const { admin } = config;
  const token = admin.token ?? read(admin.token_file, ['admin', 'token_file']);
  if (problems.length > 0) return { problems };
  return {
    config: {
      ...config,
      xmpp: { ...config.xmpp, components },
      sip: { ...config.sip, credentials, registrations },
      admin: { ...admin, token },
      media: { ...config.media, external_services },
    },
    problems,
  };
}

/** `root` with the assigned value in place. What stands in the way is left for the schema to refuse. */
function assign(root: unknown, assignment: Assignment): unknown {
  const put = (value: unknown, path: KeyPath): unknown => {
    const [segment, ...rest] = path;
    if (segment === undefined) return assignment.value;
    const base = value ?? (typeof segment === 'number' ? [] : {});
    if (typeof base !== 'object') return base;
    if (!Array.isArray(base)) {
      return { ...base, [segment]: put((base as Record<string, unknown>)[segment], rest) };
    }
    const copy: unknown[] = [...base];
    copy[Number(segment)] = put(copy[Number(segment)], rest);
    return copy;
  };
  return put(root, assignment.path);
}

function placeFinder(yaml: YamlSource, assignments: readonly Assignment[]): (path: KeyPath) => string {
  const names = new Map(assignments.map(({ path, name }) => [formatPath(path), name]));
  return (path) => {
    for (let length = path.length; length > 0; length--) {
      const name = names.get(formatPath(path.slice(0, length)));
      if (name !== undefined) return `environment ${name}`;
    }
    return yaml.placeOf(path);
  };
}

const lineOf = (sentence: string): number => Number(/^[^\s:]+:(\d+):/.exec(sentence)?.[1] ?? 0);
const byPlace = (a: string, b: string): number => lineOf(a) - lineOf(b);
