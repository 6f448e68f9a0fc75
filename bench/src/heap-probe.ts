/**
 * Loaded into a measured process before its own code: on SIGUSR2 it collects garbage and writes what is left, in bytes, to a
 * file of its pid. Memory for a unit is the growth of that; resident memory holds garbage too.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const directory = process.env.BENCH_HEAP_DIRECTORY;
if (directory !== undefined) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  process.on('SIGUSR2', () => {
    collect();
    collect();
    const { heapUsed, external } = process.memoryUsage();
    writeFileSync(join(directory, String(process.pid)), String(heapUsed + external));
  });
}
