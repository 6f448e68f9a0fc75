/**
 * `npm run trace`: calls through separate processes, told to a real Jaeger, which is built first where there is none.
 */
import { runForeground } from './command.mjs';

process.exitCode = await runForeground(process.execPath, [
  'node_modules/vitest/vitest.mjs',
  'run',
  '--project',
  'e2e',
  'test/src/e2e/jaeger.test.ts',
  ...process.argv.slice(2),
]);
