/**
 * `npm test` and `npm run demo`, `bench`, `fuzz`, `chaos`, `trace` on a machine with Node and npm and nothing else: sets up what is
 * missing, then runs the task in this process. Needs no dependency itself.
 */
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { readArguments } from './arguments.mjs';
import { SetupProblem } from './output.mjs';
import { endWithNpm } from './parent.mjs';
import { ensurePrograms } from './programs.mjs';
import { ensureBuild, ensureDependencies, ensureNode } from './workspace.mjs';

const TASKS = {
  test: 'setup/run-tests.mjs',
  demo: 'demo/dist/main.js',
  bench: 'bench/dist/main.js',
  fuzz: 'setup/run-fuzz.mjs',
  chaos: 'setup/run-chaos.mjs',
  trace: 'setup/run-trace.mjs',
};

/** Returns the file that is the task, after everything that it needs is there. */
function setUp(task, mayInstall) {
  const entry = TASKS[task];
  if (entry === undefined)
    throw new SetupProblem(`unknown task ${task}: one of ${Object.keys(TASKS).join(', ')}.`);
  ensureNode();
  ensurePrograms(task, { mayInstall });
  ensureDependencies();
  ensureBuild();
  return resolve(entry);
}

const [task = '', ...args] = process.argv.slice(2);
try {
  const { mayInstall, rest } = readArguments(args, process.env);
  process.chdir(fileURLToPath(new URL('..', import.meta.url)));
  const entry = setUp(task, mayInstall);
  process.argv = [process.execPath, entry, ...rest];
  process.setSourceMapsEnabled(true);
  endWithNpm();
  await import(pathToFileURL(entry));
} catch (cause) {
  if (!(cause instanceof SetupProblem)) throw cause;
  process.stderr.write(`stoxgate: ${cause.message}\n`);
  process.exitCode = 1;
  // .ci/run ends in its closing line also when nothing could run.
  if (task === 'test' && args.includes('--lint')) console.log('0 passed, 1 failed');
}
