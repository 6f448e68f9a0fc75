import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { leaves } from '../config/key-tree.ts';
import { loadConfig } from '../config/load.ts';
import { Config } from '../config/schema.ts';
import { generatedFiles } from './files.ts';

const top = new URL('../../../../', import.meta.url);

test.each(Object.entries(generatedFiles()))(
  'generated - %s is up to date (npm run generate)',
  (path, text) => {
    expect(readFileSync(new URL(path, top), 'utf8')).toBe(text);
  },
);

test('generated - config.example.yaml loads, and means the defaults', () => {
  const file = fileURLToPath(new URL('config.example.yaml', top));
  const xmpp = { domains: ['example.org'], components: [{ domain: 'sip.example.org', secret: 's3cret' }] };
  expect(loadConfig({ file, env: {} })).toEqual({ ok: true, config: Config.parse({ xmpp }) });
});

test('generated - every key has a sentence, and stands in the example', () => {
  const example = generatedFiles()['config.example.yaml'] ?? '';
  for (const { path, node } of leaves()) {
    expect(node.description, path.join('.')).toMatch(/\.$/);
    expect(example).toMatch(new RegExp(`^[ #-]*${path.at(-1)}: `, 'm'));
  }
});
