/**
 * Runs the whole suite and ends in the line `N passed, N failed`. `--lint` checks format, lint and the types of tests
 * first; other arguments go to vitest.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runForeground } from './command.mjs';
import { countsOf } from './report.mjs';

const node = (...args) => runForeground(process.execPath, args);

async function lint() {
  const biome = await node('node_modules/@biomejs/biome/bin/biome', 'check', '.');
  const types = await node('node_modules/typescript/bin/tsc', '-p', 'test', '--noEmit');
  return biome === 0 && types === 0;
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

const args = process.argv.slice(2);
const linted = !args.includes('--lint') || (await lint());
const directory = mkdtempSync(join(tmpdir(), 'stoxgate-report-'));
process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
const report = join(directory, 'report.json');
const status = await node(
  'node_modules/vitest/vitest.mjs',
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
  ...args.filter((arg) => arg !== '--lint'),
);
const { passed, failed, skipped } = countsOf(readReport(report));
if (skipped > 0) console.log(`${skipped} skipped tests count as failed.`);
if (!linted) console.log('Format, lint or types are not clean.');
const total = Math.max(failed, status === 0 ? 0 : 1) + (linted ? 0 : 1);
console.log(`${passed} passed, ${total} failed`);
process.exitCode = total === 0 ? 0 : 1;
