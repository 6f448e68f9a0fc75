import { readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

/** CPU seconds that the processes have used so far; a process that is gone counts nothing. */
export function cpuSeconds(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      return sum + (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
    } catch {
      return sum;
    }
  }, 0);
}

/** Resident memory of the processes in MiB. */
export function residentMiB(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    try {
      const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
      return sum + (pages * 4096) / 2 ** 20;
    } catch {
      return sum;
    }
  }, 0);
}

/** CPU seconds that this virtual machine wanted and its host gave to others, so far; 0 on a real one. */
export function stolenSeconds(): number {
  const fields = readFileSync('/proc/stat', 'utf8').split('\n')[0]?.split(/ +/) ?? [];
  return Number(fields[8] ?? 0) / TICKS_PER_SECOND;
}
