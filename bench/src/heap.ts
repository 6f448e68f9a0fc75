import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const PROBE = new URL('./heap-probe.js', import.meta.url);
const ANSWER_MS = 60_000;

/** Environment of processes whose heap shall be asked for. */
export const probeEnvironment = (directory: string): Readonly<Record<string, string>> => ({
  NODE_OPTIONS: `--import=${PROBE.href}`,
  BENCH_HEAP_DIRECTORY: directory,
});

/** Bytes in use in all the processes together, after a collection. */
export async function heapBytes(directory: string, pids: readonly number[]): Promise<number> {
  let sum = 0;
  for (const pid of pids) {
    const file = join(directory, String(pid));
    await rm(file, { force: true });
    process.kill(pid, 'SIGUSR2');
    const deadline = performance.now() + ANSWER_MS;
    let text = '';
    while (text === '') {
      if (performance.now() > deadline)
        throw new Error(`Process ${pid} does not tell its memory (${fileURLToPath(PROBE)}).`);
      await delay(50);
      text = await readFile(file, 'utf8').catch(() => '');
    }
    sum += Number(text);
  }
  return sum;
}
