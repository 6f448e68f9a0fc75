/**
 * Dependencies and build of this repository, redone only when they are out of date.
 */
import { existsSync, statSync } from 'node:fs';
import { runQuietly } from './command.mjs';
import { SetupProblem, say } from './output.mjs';

const [LEAST_MAJOR, LEAST_MINOR] = [20, 19];

export function isNodeNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > LEAST_MAJOR || (major === LEAST_MAJOR && minor >= LEAST_MINOR);
}

export function ensureNode() {
  const { node } = process.versions;
  if (isNodeNewEnough(node)) return;
  throw new SetupProblem(`Node ${LEAST_MAJOR}.${LEAST_MINOR} or newer is needed, this is ${node}.`);
}

/** Whether `file` was written after `than`, or `than` does not exist. */
export const isNewer = (file, than) => !existsSync(than) || statSync(file).mtimeMs > statSync(than).mtimeMs;

export function ensureDependencies() {
  if (!isNewer('package-lock.json', 'node_modules/.package-lock.json')) return;
  say('installing dependencies (npm ci)');
  const { status, output } = runQuietly('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  if (status !== 0)
    throw new SetupProblem(`npm ci failed:\n${output.trim().split('\n').slice(-12).join('\n')}`);
}

export function ensureBuild() {
  say('building (tsc -b)');
  const { status, output } = runQuietly(process.execPath, ['node_modules/typescript/bin/tsc', '-b']);
  if (status !== 0) throw new SetupProblem(`the build failed:\n${output.trim()}`);
}
