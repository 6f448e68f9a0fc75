/**
 * `npm run fuzz [seconds] [--seed N]`: mutated input for the parsers and the core, a minute by default, 0 until Ctrl-C.
 * Exit code 1 when something was found; the same seed finds it again.
 */
import { runForeground } from './command.mjs';
import { SetupProblem } from './output.mjs';

const USAGE = 'npm run fuzz [seconds] [-- --seed N], both whole numbers; 0 seconds: until Ctrl-C.';

const args = process.argv.slice(2);
const at = args.indexOf('--seed');
const seed = at < 0 ? (process.env.npm_config_seed ?? '1') : (args.splice(at, 2)[1] ?? '');
const [seconds = '60', ...rest] = args;
if (rest.length > 0 || ![seconds, seed].every((text) => /^\d{1,9}$/.test(text)))
  throw new SetupProblem(USAGE);

process.exitCode = await runForeground(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--project',
    'fuzz',
    '--silent=false',
    '--disable-console-intercept',
  ],
  { STOXGATE_TEST_FUZZ_SECONDS: seconds, STOXGATE_TEST_FUZZ_SEED: seed },
);
