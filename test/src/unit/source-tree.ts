import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const TOP = fileURLToPath(new URL('../../../', import.meta.url));

/** The text of a file whose path is given from the top. */
export const read = (path: string): string => readFileSync(join(TOP, path), 'utf8');

export interface SourceFile {
  /** From the top of the repository, `services/translator/src/step.ts`. */
  readonly path: string;
  /** `services/translator`. */
  readonly workspace: string;
  readonly text: string;
  readonly isTest: boolean;
  /** What it imports, as written. */
  readonly imports: readonly string[];
}

/** `packages/contracts`, `services/translator`, … */
export const workspaces = (group: 'packages' | 'services'): readonly string[] =>
  readdirSync(join(TOP, group), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(TOP, group, entry.name, 'package.json')))
    .map((entry) => `${group}/${entry.name}`);

/** Every source file under `folder`, which is given from the top. */
export function sourceFiles(folder: string): readonly SourceFile[] {
  if (!existsSync(join(TOP, folder))) return [];
  return readdirSync(join(TOP, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : sourceFiles(path);
    return /\.(ts|mjs|js)$/.test(entry.name) ? [readSource(path)] : [];
  });
}

const SKIPPED = new Set(['node_modules', 'dist']);
const IMPORT = /^\s*(?:import|export)\s(?:[^'";]*?\sfrom\s)?\s*'([^']+)'|\bimport\('([^']+)'\)/gm;

function readSource(path: string): SourceFile {
  const text = read(path);
  return {
    path,
    workspace: path.split('/').slice(0, 2).join('/'),
    text,
    /** Contract suites are tests that a package offers by its door `./testing`. */
    isTest: /\.test\.ts$|^test\/|\/src\/(testing|contract)[\w-]*\.ts$|\/src\/testing\//.test(path),
    imports: [...text.matchAll(IMPORT)].flatMap((match) => match[1] ?? match[2] ?? []),
  };
}

/** Code without comments and string contents, for finding names that it uses. */
export const codeOf = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\/|(?<![:'"`])\/\/.*$/gm, '').replace(/'(?:[^'\\\n]|\\.)*'/g, "''");
