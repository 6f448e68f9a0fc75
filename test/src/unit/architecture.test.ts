import { existsSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, posix } from 'node:path';
import { expect, test } from 'vitest';
import { codeOf, type SourceFile, sourceFiles, TOP, workspaces } from './source-tree.ts';

const PACKAGES = workspaces('packages');
const SERVICES = workspaces('services');
const FILES = [...PACKAGES, ...SERVICES].flatMap((workspace) => sourceFiles(workspace));
const SHIPPED = FILES.filter((file) => !file.isTest);

const WIRE = ['packages/wire-sip', 'packages/wire-sdp', 'packages/wire-xmpp', 'packages/wire-msrp'];
/** What each package may import of ours; services may import every package but the testkit. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  'packages/contracts': [],
  'packages/addressing': ['contracts'],
  'packages/wire-sip': ['contracts'],
  'packages/wire-sdp': ['contracts'],
  'packages/wire-xmpp': ['contracts'],
  'packages/wire-msrp': [],
  'packages/bus': ['contracts'],
  'packages/store': ['contracts'],
  'packages/threads': ['contracts', 'bus', 'store'],
  'packages/sip-stack': ['contracts', 'wire-sip'],
  'packages/runtime': ['contracts', 'addressing', 'bus', 'store'],
  'packages/testkit': ['contracts', 'wire-msrp', 'wire-sip', 'wire-xmpp'],
};

/** Parts of the translator that do input and output; the rest of it is the core. */
const TRANSLATOR_SHELL = [
  'runner.ts',
  'plan.ts',
  'outbox.ts',
  'observe-phones.ts',
  'service.ts',
  'trace-facts.ts',
  'index.ts',
];
const CORE = SHIPPED.filter(
  ({ path }) =>
    path.startsWith('services/translator/src/') &&
    !TRANSLATOR_SHELL.includes(path.slice('services/translator/src/'.length)),
);
const PURE = [
  ...CORE,
  ...SHIPPED.filter(({ workspace }) =>
    ['packages/contracts', 'packages/addressing', ...WIRE].includes(workspace),
  ),
];

const nameOf = (workspace: string): string => workspace.split('/')[1] ?? '';
const isOurs = (specifier: string): boolean => /^@stoxgate\/|^stoxgate$/.test(specifier);
/** `@stoxgate/bus/testing` → `@stoxgate/bus`; `sip.js/lib/core` → `sip.js`. */
const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
const violations = (
  files: readonly SourceFile[],
  isWrong: (specifier: string, file: SourceFile) => boolean,
): string[] =>
  files.flatMap((file) =>
    file.imports
      .filter((specifier) => isWrong(specifier, file))
      .map((specifier) => `${file.path} imports ${specifier}`),
  );

test('architecture - the tree is where this test looks for it', () => {
  expect(Object.keys(ARROWS).sort()).toEqual([...PACKAGES].sort());
  expect(CORE.length).toBeGreaterThan(2);
  expect(PURE.flatMap((file) => file.imports).length).toBeGreaterThan(20);
});

test('architecture - packages import only what their arrows allow', () => {
  const files = SHIPPED.filter(({ workspace }) => PACKAGES.includes(workspace));
  const wrong = violations(files, (specifier, { workspace }) => {
    const allowed = ARROWS[workspace]?.map((name) => `@stoxgate/${name}`) ?? [];
    return isOurs(specifier) && !allowed.includes(packageOf(specifier));
  });
  expect(wrong).toEqual([]);
});

test('architecture - services import packages, never one another; only the program knows them all', () => {
  const packages = PACKAGES.map((workspace) => `@stoxgate/${nameOf(workspace)}`);
  const files = SHIPPED.filter(({ workspace }) => SERVICES.includes(workspace));
  const wrong = violations(files, (specifier, { workspace }) => {
    if (!isOurs(specifier)) return false;
    if (packageOf(specifier) === '@stoxgate/testkit') return true;
    return workspace !== 'services/stoxgate' && !packages.includes(packageOf(specifier));
  });
  expect(wrong).toEqual([]);
});

test('architecture - the core imports contracts, addressing, wire packages and itself', () => {
  const allowed = [
    '@stoxgate/contracts',
    '@stoxgate/addressing',
    ...WIRE.map((w) => `@stoxgate/${nameOf(w)}`),
  ];
  const wrong = violations(CORE, (specifier, file) => {
    if (!specifier.startsWith('.')) return !allowed.includes(specifier);
    const target = posix.join(posix.dirname(file.path), specifier);
    return !CORE.some(({ path }) => path === target);
  });
  expect(wrong).toEqual([]);
});

test('architecture - pure parts have no Node, no clock, no randomness', () => {
  const impure =
    /\bDate\.now\b|\bnew Date\(\)|\bMath\.random\b|\bperformance\.|\bcrypto\.|\bprocess\.|\bBuffer\b|\bset(Timeout|Interval|Immediate)\b|\bfetch\(|\bPromise\b|\bawait\b/;
  const uses = PURE.filter(({ text }) => impure.test(codeOf(text))).map(({ path }) => path);
  expect(uses).toEqual([]);
  expect(violations(PURE, (specifier) => isBuiltin(specifier))).toEqual([]);
});

test('architecture - only sip-stack knows sip.js, and only its core', () => {
  const wrong = violations(FILES, (specifier, { workspace }) =>
    packageOf(specifier) === 'sip.js'
      ? workspace !== 'packages/sip-stack' || !/^sip\.js\/lib\/core\b/.test(specifier)
      : false,
  );
  expect(wrong).toEqual([]);
});

test('architecture - what a workspace imports it names in its package.json', () => {
  const wrong = violations(SHIPPED, (specifier, { workspace }) => {
    if (specifier.startsWith('.') || isBuiltin(specifier)) return false;
    return !declared(workspace).includes(packageOf(specifier));
  });
  expect(wrong).toEqual([]);
});

function declared(workspace: string): readonly string[] {
  const manifest = JSON.parse(readFileSync(join(TOP, workspace, 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>;
    optionalDependencies?: Record<string, string>;
    devDependencies?: Record<string, string>;
    peerDependencies?: Record<string, string>;
  };
  return Object.keys({
    ...manifest.dependencies,
    ...manifest.optionalDependencies,
    ...manifest.devDependencies,
    ...manifest.peerDependencies,
  });
}

test('architecture - test doors are imported by tests only', () => {
  const files = SHIPPED.filter(({ workspace }) => workspace !== 'packages/testkit');
  expect(violations(files, (specifier) => specifier.endsWith('/testing'))).toEqual([]);
});

test('architecture - what tests share registers no hook on import: only the first file would have it', () => {
  const hook = /^(before|after)(Each|All)\(/m;
  const shared = [...FILES, ...sourceFiles('test/src')].filter(
    ({ path }) => !/\.(test|fuzz)\.ts$/.test(path),
  );
  expect(shared.filter(({ text }) => hook.test(text)).map(({ path }) => path)).toEqual([]);
});

/** Files that may be longer than the limit, with the reason. */
const LONG: Readonly<Record<string, string>> = {};

test('architecture - a file is about one thing: at most 300 lines, a test at most 500', () => {
  const everywhere = ['test', 'demo', 'bench', 'setup'].flatMap((folder) => sourceFiles(folder));
  const long = [...FILES, ...everywhere]
    .map(({ path, text, isTest }) => ({
      path,
      lines: text.split('\n').length - 1,
      limit: isTest ? 500 : 300,
    }))
    .filter(({ path, lines, limit }) => lines > limit && LONG[path] === undefined)
    .map(({ path, lines, limit }) => `${path}: ${lines} lines, ${limit} allowed`);
  expect(long).toEqual([]);
});

test('architecture - no default exports', () => {
  const wrong = FILES.filter(({ text }) => /^export default\b|\bas default\b/m.test(codeOf(text)));
  expect(wrong.map(({ path }) => path)).toEqual([]);
});

test('architecture - every package and service has a README', () => {
  const missing = [...PACKAGES, ...SERVICES].filter((w) => !existsSync(join(TOP, w, 'README.md')));
  expect(missing).toEqual([]);
});
