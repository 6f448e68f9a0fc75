/**
 * `npm test`, `npm run demo` and `npm run bench` on a machine with Node and npm and nothing else: sets up what is
 * missing, then runs the task. Needs no dependency itself.
 */
import { runForeground } from './command.mjs';
import { SetupProblem } from './output.mjs';
import { ensurePrograms } from './programs.mjs';
import { ensureBuild, ensureDependencies, ensureNode } from './workspace.mjs';

const TASKS = {
  test: 'setup/run-tests.mjs',
  demo: 'demo/dist/main.js',
  bench: 'bench/dist/main.js',
};

async function main([task = '', ...args]) {
  const entry = TASKS[task];
  if (entry === undefined)
    throw new SetupProblem(`unknown task ${task}: one of ${Object.keys(TASKS).join(', ')}.`);
  ensureNode();
  ensureDependencies();
  ensureBuild();
  ensurePrograms(task, { mayInstall: !args.includes('--no-install') });
  const rest = args.filter((arg) => arg !== '--no-install');
  return runForeground(process.execPath, ['--enable-source-maps', entry, ...rest]);
}

try {
  process.chdir(new URL('..', import.meta.url).pathname);
  process.exitCode = await main(process.argv.slice(2));
} catch (cause) {
  if (!(cause instanceof SetupProblem)) throw cause;
  process.stderr.write(`stoxgate: ${cause.message}\n`);
  process.exitCode = 1;
}
