import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { abilitiesOf } from './abilities.ts';
import { loadConfig } from './load.ts';
import { printConfig } from './print.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'stoxgate-config-'));
  writeFileSync(join(directory, 'turn'), 'from file\n');
});
afterAll(() => rmSync(directory, { recursive: true }));

/** A configuration with these services, each a YAML mapping. */
function load(...services: readonly string[]): ReturnType<typeof loadConfig> {
  const file = join(directory, 'config.yaml');
  const list = services.map((service) => `    - ${service}\n`).join('');
  writeFileSync(
    file,
    `xmpp:\n  domains: [example.org]\n  components: [{ domain: sip.example.org, secret: s }]\nmedia:\n  external_services:\n${list}`,
  );
  return loadConfig({ file, env: {} });
}

test('external services - defaults, and secrets by file, which are never printed', () => {
  const loaded = load(
    '{ type: stun, host: stun.example.org }',
    '{ type: turn, host: turn.example.org, port: 3478, secret_file: turn }',
    '{ type: turns, host: turn.example.org, transport: tcp, username: u, password: hidden }',
  );
  if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
  expect(loaded.config.media.external_services).toMatchObject([
    { type: 'stun', host: 'stun.example.org', transport: 'udp' },
    { type: 'turn', port: 3478, secret: 'from file', ttl: 86_400 },
    { type: 'turns', transport: 'tcp', username: 'u', password: 'hidden' },
  ]);
  expect(printConfig(loaded.config)).not.toMatch(/from file|hidden/);
  expect(abilitiesOf(loaded.config).hasExternalServices).toBe(true);
});

test.each([
  [
    '{ type: turn, host: h, username: u, password: p, secret: s }',
    'media.external_services[0] has both password and secret; keep one.',
  ],
  [
    '{ type: turn, host: h, secret: s, secret_file: turn }',
    'media.external_services[0] has both secret and secret_file; keep one.',
  ],
  [
    '{ type: turn, host: h, password: p }',
    'media.external_services[0] has a password and no username; give it one.',
  ],
  [
    '{ type: ftp, host: h }',
    'media.external_services[0].type must be stun, stuns, turn or turns; found "ftp".',
  ],
  ['{ type: turn, host: h, secret_file: absent }', /external_services\[0\]\.secret_file: cannot read/],
])('external services - %s is refused', (service, sentence) => {
  const loaded = load(service);
  expect(loaded.ok ? [] : loaded.problems).toEqual([
    typeof sentence === 'string' ? expect.stringContaining(sentence) : expect.stringMatching(sentence),
  ]);
});
