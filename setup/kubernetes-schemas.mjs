/**
 * The JSON schemas of Kubernetes' own objects, for kubeconform: out of a Python package, as files that need no other.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isInstalled, runQuietly } from './command.mjs';
import { SetupProblem, say } from './output.mjs';

export const SCHEMAS_PACKAGE = 'kubernetes-validate==1.37.0';
/** The oldest that the chart takes, and one of today. */
export const KUBERNETES_VERSIONS = ['1.27.0', '1.37.0'];
export const KUBERNETES_SCHEMAS = fileURLToPath(new URL('../.cache/kubernetes-schemas', import.meta.url));

const KINDS = [
  'ConfigMap',
  'Deployment',
  'HorizontalPodAutoscaler',
  'NetworkPolicy',
  'Pod',
  'PodDisruptionBudget',
  'Secret',
  'Service',
  'ServiceAccount',
  'StatefulSet',
];

const directoryOf = (version) => join(KUBERNETES_SCHEMAS, version);

export const hasKubernetesSchemas = () =>
  process.env.STOXGATE_TEST_KUBERNETES_SCHEMAS !== undefined ||
  KUBERNETES_VERSIONS.every((version) => existsSync(directoryOf(version)));

export const canFetchSchemas = () => isInstalled('python3');

const REFERENCE = '#/$defs/';

/** Names of all definitions that `node` needs, those that these need among them. */
function needed(definitions, node, names = new Set()) {
  const references = JSON.stringify(node).matchAll(/"\$ref":"#\/\$defs\/([^"]+)"/g);
  for (const [, name] of references) {
    if (names.has(name)) continue;
    names.add(name);
    needed(definitions, definitions[name], names);
  }
  return names;
}

/** File name, as kubeconform asks for it → schema, for each of our kinds among `definitions`. */
export function standaloneSchemas(definitions) {
  const found = Object.entries(definitions).flatMap(([name, definition]) =>
    (definition['x-kubernetes-group-version-kind'] ?? []).map((is) => ({ name, ...is })),
  );
  return Object.fromEntries(
    found
      .filter(({ kind }) => KINDS.includes(kind))
      .map(({ name, group, version, kind }) => {
        const file = [kind.toLowerCase(), ...(group === '' ? [] : [group.split('.')[0]]), version].join('-');
        const names = needed(definitions, definitions[name]);
        const $defs = Object.fromEntries([...names, name].map((key) => [key, definitions[key]]));
        return [`${file}.json`, { $ref: `${REFERENCE}${name}`, $defs }];
      }),
  );
}

/** Fetches the package and writes the schemas; fails with the last lines of what is wrong. */
export function fetchKubernetesSchemas() {
  say(`fetching the schemas of Kubernetes (${SCHEMAS_PACKAGE}; forbid with --no-install)`);
  const directory = mkdtempSync(join(tmpdir(), 'stoxgate-schemas-'));
  const python = (args) => {
    const { status, output } = runQuietly('python3', ['-m', ...args]);
    if (status === 0) return;
    const why = output.trim().split('\n').slice(-4).join('\n');
    throw new SetupProblem(`python3 -m ${args[0]} could not fetch ${SCHEMAS_PACKAGE}:\n${why}`);
  };
  try {
    python(['pip', 'download', '--quiet', '--no-deps', '--dest', directory, SCHEMAS_PACKAGE]);
    const wheel = readdirSync(directory).find((name) => name.endsWith('.whl')) ?? '';
    python(['zipfile', '--extract', join(directory, wheel), directory]);
    for (const version of KUBERNETES_VERSIONS) {
      const source = join(
        directory,
        'kubernetes_validate/kubernetes-json-schema',
        `v${version}-local-strict`,
      );
      const { $defs } = JSON.parse(readFileSync(join(source, '_definitions.json'), 'utf8'));
      mkdirSync(directoryOf(version), { recursive: true });
      for (const [file, schema] of Object.entries(standaloneSchemas($defs))) {
        writeFileSync(join(directoryOf(version), file), JSON.stringify(schema));
      }
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
