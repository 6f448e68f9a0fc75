/**
 * Runs the whole suite and ends in the line `N passed, N failed`. A skipped test counts as failed: a suite that did not
 * run must not look green. `--lint` checks format, lint and the types of tests first; other arguments go to vitest.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runForeground } from './command.mjs';

const node = (...args) => runForeground(process.execPath, args);

async function lint() {
  const biome = await node('node_modules/@biomejs/biome/bin/biome', 'check', '.');
  const types = await node('node_modules/typescript/bin/tsc', '-p', 'test', '--noEmit');
  return biome === 0 && types === 0;
}

function countsOf(file) {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8'));
    const files = report.testResults.filter(({ status, assertionResults }) => {
      return status === 'failed' && assertionResults.every((result) => result.status !== 'failed');
    });
    const skipped = report.numPendingTests + report.numTodoTests;
    return { passed: report.numPassedTests, failed: report.numFailedTests + files.length + skipped, skipped };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

const args = process.argv.slice(2);
const linted = !args.includes('--lint') || (await lint());
const directory = mkdtempSync(join(tmpdir(), 'stoxgate-report-'));
const report = join(directory, 'report.json');
const status = await node(
  'node_modules/vitest/vitest.mjs',
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
  ...args.filter((arg) => arg !== '--lint'),
);
const { passed, failed, skipped } = countsOf(report);
rmSync(directory, { recursive: true, force: true });
if (skipped > 0) console.log(`${skipped} skipped tests count as failed.`);
if (!linted) console.log('Format, lint or types are not clean.');
const total = Math.max(failed, status === 0 ? 0 : 1) + (linted ? 0 : 1);
console.log(`${passed} passed, ${total} failed`);
process.exitCode = total === 0 ? 0 : 1;
