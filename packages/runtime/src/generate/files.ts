/**
 * The files that are made from code. `npm run generate` writes them, a test compares them.
 */
import { readFileSync } from 'node:fs';
import { KEY_TREE } from '../config/key-tree.ts';
import { configPage } from './config-page.ts';
import { exampleYaml } from './example-yaml.ts';
import { metricsPage } from './metrics-page.ts';
import { valuesSchema } from './values-schema.ts';

const VALUES_SCHEMA = 'deploy/k8s/values.schema.json';
const top = new URL('../../../../', import.meta.url);

/** Text by path from the top of the repository. */
export const generatedFiles = (): Readonly<Record<string, string>> => ({
  'config.example.yaml': exampleYaml(),
  'docs/operate/config.md': configPage(),
  'docs/operate/config.schema.json': `${JSON.stringify({ title: 'Stoxgate configuration', ...KEY_TREE }, null, 2)}\n`,
  'docs/operate/metrics.md': metricsPage(),
  [VALUES_SCHEMA]: valuesSchema(readFileSync(new URL(VALUES_SCHEMA, top), 'utf8')),
});
