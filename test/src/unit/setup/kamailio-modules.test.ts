import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { hasKamailioModule } from '../../../../setup/kamailio-modules.mjs';
import { PREREQUISITES } from '../../../../setup/prerequisites.mjs';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const SUITES = ['test/src/e2e', 'test/guides'];

test('setup - a module of Kamailio is found where a distribution or a build of its own puts it, and no other', () => {
  const root = mkdtempSync(join(tmpdir(), 'stoxgate-modules-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [directory, module] of [
    ['lib/x86_64-linux-gnu', 'presence'],
    ['lib64', 'tls'],
  ] as const) {
    mkdirSync(join(root, directory, 'kamailio/modules'), { recursive: true });
    writeFileSync(join(root, directory, 'kamailio/modules', `${module}.so`), '');
  }
  const roots = [join(root, 'lib'), join(root, 'lib64'), join(root, 'none')];
  expect(['presence', 'tls', 'xmpp'].map((module) => hasKamailioModule(module, roots))).toEqual([
    true,
    true,
    false,
  ]);
});

test('setup - every suite that starts Kamailio is left out where there is none', () => {
  const starting = SUITES.flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => `${folder}/${name}`),
  ).filter((file) => /kamailio/i.test(readFileSync(join(ROOT, file), 'utf8')));
  const kamailio = PREREQUISITES.test.find(({ program }) => program === 'kamailio');
  expect(kamailio).toHaveProperty('tests', expect.arrayContaining(starting));
});
