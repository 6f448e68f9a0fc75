import { ROLES } from '@stoxgate/runtime';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { read, workspaces } from '../source-tree.ts';

const manifest = JSON.parse(read('package.json')) as {
  readonly workspaces: string[];
  readonly version: string;
};
const dockerfile = read('deploy/Dockerfile');
/** Paths that are copied from the repository, by stage. */
const copies = [...dockerfile.matchAll(/^COPY (?!--)(.+) \S+$/gm)].flatMap(([, from = '']) =>
  from.split(' '),
);

test('image - the manifest of every workspace is copied before npm ci', () => {
  expect(manifest.workspaces).toEqual(['packages/*', 'services/*', 'test', 'demo', 'bench']);
  const folders = [...workspaces('packages'), ...workspaces('services'), 'test', 'demo', 'bench'];
  expect(copies.filter((path) => path.endsWith('/package.json')).sort()).toEqual(
    folders.map((folder) => `${folder}/package.json`).sort(),
  );
});

test('image - what it copies is not kept from the engine', () => {
  const allowed = read('.dockerignore')
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1));
  for (const path of copies) {
    expect(
      allowed.some((entry) => path === entry || path.startsWith(`${entry}/`)),
      path,
    ).toBe(true);
  }
});

test('image - its label is the version of the program', () => {
  expect(dockerfile).toContain(`ARG VERSION=${manifest.version}\n`);
});

interface Compose {
  readonly services: Readonly<
    Record<string, { readonly image: string; readonly command: readonly string[] }>
  >;
}

test('compose - every role has a service, beside NATS and Redis', () => {
  const { services } = parse(read('deploy/compose.yaml'), { merge: true }) as Compose;
  const roles = Object.keys(services).filter((name) => services[name]?.image.includes('stoxgate'));
  expect(roles.sort()).toEqual(ROLES.filter((role) => role !== 'all').sort());
  for (const role of roles) expect(services[role]?.command[0]).toBe(role);
  expect([services.nats?.image, services.redis?.image]).toEqual([
    expect.stringMatching(/^nats:/),
    expect.stringMatching(/^redis:/),
  ]);
});
