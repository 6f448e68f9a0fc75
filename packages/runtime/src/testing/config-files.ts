/**
 * Configuration files in a directory of their own, for tests of what is made of them.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConfigSource, type LoadedConfig, loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';

export const MINIMAL = `xmpp:
  domains: [example.org]
  components:
    - domain: sip.example.org
      secret: s3cret
`;

let directory = '';

/** Makes the directory, with a file `secret` and one that is `empty`. For `beforeAll`. */
export function makeDirectory(): void {
  directory = mkdtempSync(join(tmpdir(), 'stoxgate-config-'));
  write('secret', 'from file\n');
  write('empty', '\n');
}

export const removeDirectory = (): void => rmSync(directory, { recursive: true });

export const pathOf = (name: string): string => join(directory, name);
export const write = (name: string, text: string): void => writeFileSync(pathOf(name), text);

export function load(yaml: string, rest: Partial<ConfigSource> = {}): LoadedConfig {
  write('config.yaml', yaml);
  return loadConfig({ file: pathOf('config.yaml'), env: {}, ...rest });
}

export function problems(yaml: string, rest: Partial<ConfigSource> = {}): readonly string[] {
  const loaded = load(yaml, rest);
  return loaded.ok ? [] : loaded.problems;
}

/** @throws Error with all problems, where there are any. */
export function config(yaml: string, rest: Partial<ConfigSource> = {}): Config {
  const loaded = load(yaml, rest);
  if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
  return loaded.config;
}
