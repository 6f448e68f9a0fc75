/**
 * Which core does what: where it is said so, the gateway has a core to itself and the stubs have the others; else it shares all
 * cores with stubs and servers.
 */
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { findBinary } from '@stoxgate/testkit';

const GATEWAY_CORE = 0;

export interface Cores {
  /** Prefix of the command line of a gateway that is held to one core. */
  readonly wrapper: readonly string[];
  /** A sentence for the reader. */
  readonly note: string;
  /** Keeps this process, and what it starts from now on, off the gateway's core. */
  setApart(): void;
  /** Gives it all cores again. */
  share(): void;
}

/** Without `taskset` nothing is bound, which the note says. */
export function findCores(): Cores {
  const last = availableParallelism() - 1;
  const bind = (cores: string): void => {
    spawnSync('taskset', ['-a', '-p', '-c', cores, String(process.pid)]);
  };
  if (findBinary('taskset') === undefined) {
    const note = 'taskset is missing: nothing is held to one core.';
    return { wrapper: [], note, setApart: () => {}, share: () => {} };
  }
  return {
    wrapper: ['taskset', '-c', String(GATEWAY_CORE)],
    note: `With one core it has core 0, the stubs ${last === 0 ? 'the same' : `core 1 to ${last}`}.`,
    setApart: () => {
      if (last > 0) bind(`1-${last}`);
    },
    share: () => bind(`0-${last}`),
  };
}
