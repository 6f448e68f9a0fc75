/**
 * Runs the whole suite and ends in the line `N passed, N failed`. `--lint` checks format, lint and the types of tests
 * first; other arguments go to vitest.
 */
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runForeground, SIGNALLED } from './command.mjs';
import { countsOf } from './report.mjs';

const node = (args, env) => runForeground(process.execPath, args, env);

async function lint() {
  const biome = await node(['node_modules/@biomejs/biome/bin/biome', 'check', '.']);
  const types = await node(['node_modules/typescript/bin/tsc', '-p', 'test', '--noEmit']);
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
// All that the tests write goes with this directory, also when a terminal's Ctrl-C ends them first.
const directory = mkdtempSync(join(tmpdir(), 'stoxgate-test-'));
// PostgreSQL does not run as root; whose part it runs in must find its way to its data.
chmodSync(directory, 0o711);
process.once('exit', () => rmSync(directory, { recursive: true, force: true, maxRetries: 3 }));
const report = join(directory, 'report.json');
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
const rest = args.filter((arg) => arg !== '--lint');
const status = await node(['node_modules/vitest/vitest.mjs', 'run', ...reporters, ...rest], {
  TMPDIR: directory,
});
const { passed, failed, skipped } = countsOf(readReport(report));
if (skipped > 0) console.log(`${skipped} skipped tests count as failed.`);
if (!linted) console.log('Format, lint or types are not clean.');
const total = Math.max(failed, status === 0 ? 0 : 1) + (linted ? 0 : 1);
console.log(`${passed} passed, ${total} failed`);
process.exitCode = status > SIGNALLED ? status : Math.min(total, 1);
