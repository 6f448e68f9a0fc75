/**
 * Loaded into a measured process, and each of its threads, before its own code: on SIGUSR2 they collect garbage, and the sum of
 * what is left goes, in bytes, to a file of the process's pid. Memory for a unit is the growth of that; resident memory holds
 * garbage too.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { BroadcastChannel, isMainThread } from 'node:worker_threads';

const CHANNEL = 'bench heap';
/** For a thread that is gone, or busy. */
const ANSWER_MS = 20_000;

function bytesInUse(collect: () => void): number {
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** A thread tells that it is there, and what it uses when it is asked. */
function answerAsThread(collect: () => void): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = ({ data }: { data: unknown }) => {
    if (data === 'ask') channel.postMessage(bytesInUse(collect));
  };
  channel.unref();
  channel.postMessage('here');
}

function answerAsProcess(collect: () => void, directory: string): void {
  const channel = new BroadcastChannel(CHANNEL);
  let threads = 0;
  let told: (bytes: number) => void = () => {};
  channel.onmessage = ({ data }: { data: unknown }) => {
    if (data === 'here') threads++;
    else if (typeof data === 'number') told(data);
  };
  channel.unref();
  process.on('SIGUSR2', () => {
    let left = threads;
    let sum = bytesInUse(collect);
    const finish = (): void => {
      clearTimeout(timer);
      writeFileSync(join(directory, String(process.pid)), String(sum));
    };
    const timer = setTimeout(() => {
      threads -= left;
      finish();
    }, ANSWER_MS);
    told = (bytes) => {
      sum += bytes;
      left--;
      if (left === 0) finish();
    };
    if (left === 0) finish();
    else channel.postMessage('ask');
  });
}

const directory = process.env.BENCH_HEAP_DIRECTORY;
if (directory !== undefined) {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  if (isMainThread) answerAsProcess(collect, directory);
  else answerAsThread(collect);
}
