/**
 * `npm run chaos [minutes] [--seed N]`: calls and messages while one process after the other is killed, ten minutes by default.
 * With `--stalls` processes also stand still for some seconds, and go on. With `--rolling` nobody is killed, each is restarted
 * in its turn.
 * Prints what became of all; exit code 1 when a call that was up or a message was lost.
 */
import { runForeground } from './command.mjs';
import { SetupProblem } from './output.mjs';

const USAGE =
  'npm run chaos [minutes] [-- --seed N | --stalls | --rolling], both whole numbers, at least one minute.';

const args = process.argv.slice(2);
const isRolling = args.includes('--rolling') || process.env.npm_config_rolling === 'true';
if (args.includes('--rolling')) args.splice(args.indexOf('--rolling'), 1);
const hasStalls = args.includes('--stalls') || process.env.npm_config_stalls === 'true';
if (args.includes('--stalls')) args.splice(args.indexOf('--stalls'), 1);
const at = args.indexOf('--seed');
const seed = at < 0 ? (process.env.npm_config_seed ?? '1') : (args.splice(at, 2)[1] ?? '');
const [minutes = '10', ...rest] = args;
if (rest.length > 0 || !/^[1-9]\d{0,3}$/.test(minutes) || !/^\d{1,9}$/.test(seed))
  throw new SetupProblem(USAGE);

process.exitCode = await runForeground(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--project',
    ...(isRolling
      ? ['e2e', 'test/src/e2e/rolling-restart.test.ts']
      : ['alone', 'test/src/e2e/chaos.test.ts']),
    '--disable-console-intercept',
  ],
  {
    STOXGATE_TEST_CHAOS_MINUTES: minutes,
    STOXGATE_TEST_CHAOS_SEED: seed,
    STOXGATE_TEST_CHAOS_STALLS: hasStalls ? '1' : '0',
  },
);
