/**
 * The files that are made from code. `npm run generate` writes them, a test compares them.
 */
import { KEY_TREE } from '../config/key-tree.ts';
import { configPage } from './config-page.ts';
import { exampleYaml } from './example-yaml.ts';
import { metricsPage } from './metrics-page.ts';

/** Text by path from the top of the repository. */
export const generatedFiles = (): Readonly<Record<string, string>> => ({
  'config.example.yaml': exampleYaml(),
  'docs/operate/config.md': configPage(),
  'docs/operate/config.schema.json': `${JSON.stringify({ title: 'Stoxgate configuration', ...KEY_TREE }, null, 2)}\n`,
  'docs/operate/metrics.md': metricsPage(),
});
