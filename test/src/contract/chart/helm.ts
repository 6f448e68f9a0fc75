/**
 * The Helm chart as Helm renders it: objects of Kubernetes, and what its commands say.
 */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parse, parseAllDocuments } from 'yaml';
import type { Kubernetes } from './kubernetes.ts';

const top = new URL('../../../../', import.meta.url);
export const CHART = fileURLToPath(new URL('deploy/k8s', top));
/** Where `setup/` builds programs of Go. */
const BUILT = fileURLToPath(new URL('.cache/bin', top));
export const SCHEMAS = fileURLToPath(new URL('.cache/kubernetes-schemas', top));

const run = promisify(execFile);
const env = { ...process.env, PATH: `${process.env.PATH}${delimiter}${BUILT}` };

export interface Outcome {
  readonly ok: boolean;
  readonly output: string;
}

/** Runs a command to its end; `output` is what it printed, anywhere. */
export async function command(program: string, args: readonly string[], input = ''): Promise<Outcome> {
  try {
    const done = run(program, [...args], { env, maxBuffer: 32 * 1024 * 1024, timeout: 60_000 });
    done.child.stdin?.end(input);
    const { stdout, stderr } = await done;
    return { ok: true, output: `${stdout}${stderr}` };
  } catch (cause) {
    const {
      stdout = '',
      stderr = '',
      message = '',
    } = cause as Partial<Record<'stdout' | 'stderr' | 'message', string>>;
    return { ok: false, output: stdout + stderr || message };
  }
}

export const EXAMPLES: readonly string[] = readdirSync(`${CHART}/examples`)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => name.slice(0, -'.yaml'.length));

export const exampleFile = (name: string): string => `${CHART}/examples/${name}.yaml`;

const valueArgs = (values: object): string[] => ['--set-json', ...[pairs(values)]];
const pairs = (values: object): string =>
  Object.entries(values)
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join(',');

/** `helm template`, with the values of an example and others over them. A Helm from `go install` knows no Kubernetes. */
export const template = (example: string | undefined, values: object = {}): Promise<Outcome> =>
  command('helm', [
    'template',
    'release',
    CHART,
    '--namespace=voice',
    '--kube-version=1.31.0',
    ...(example === undefined ? [] : ['--values', exampleFile(example)]),
    ...(Object.keys(values).length === 0 ? [] : valueArgs(values)),
  ]);

const rendered = new Map<string, Promise<readonly Kubernetes[]>>();

/** The objects of an example; rendered once. Fails with what Helm says. */
export function objectsOf(example: string, values: object = {}): Promise<readonly Kubernetes[]> {
  const name = `${example} ${JSON.stringify(values)}`;
  const known = rendered.get(name) ?? template(example, values).then(parseObjects);
  rendered.set(name, known);
  return known;
}

function parseObjects({ ok, output }: Outcome): readonly Kubernetes[] {
  if (!ok) throw new Error(output);
  return parseAllDocuments(output)
    .map((document) => document.toJS() as Kubernetes | null)
    .filter((object) => object !== null);
}

/** A YAML file of the chart. */
export const chartFile = <Content>(path: string): Content =>
  parse(readFileSync(`${CHART}/${path}`, 'utf8')) as Content;

/** Schema locations for kubeconform, by version of Kubernetes. */
export function schemaLocations(): Readonly<Record<string, string>> {
  const given = process.env.STOXGATE_TEST_KUBERNETES_SCHEMAS;
  if (given !== undefined) return { given };
  const versions = existsSync(SCHEMAS) ? readdirSync(SCHEMAS) : [];
  return Object.fromEntries(
    versions.map((version) => [version, `${SCHEMAS}/${version}/{{ .ResourceKind }}{{ .KindSuffix }}.json`]),
  );
}
