/**
 * Who is killed next, and the killing: SIGKILL of one process at a time, or SIGSTOP for a while, never the second of a role
 * while the first is away.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { GatewayProcesses, TestServer } from '@stoxgate/testkit';

export interface Victim {
  readonly name: string;
  /** Kills it, or has it stand still, and has it back. */
  kill(): Promise<void>;
}

const READY_MS = 60_000;
/** Silent for 4 s a process counts as dead. */
const STALL_MS = 7000;

/** The processes of each replica, to be killed; NATS and Redis are with the first. */
export const victimsOf = (
  replicas: readonly GatewayProcesses[],
  nats: TestServer,
  redis: TestServer,
): readonly (readonly Victim[])[] =>
  replicas.map((replica, index) => [
    ...replica.processes.map(({ role }) => ({
      name: `${role} ${index + 1}`,
      kill: async () => {
        await replica.crash(role);
        await replica.ready(READY_MS);
      },
    })),
    ...(index > 0
      ? []
      : [
          { name: 'NATS', kill: () => nats.restart() },
          { name: 'Redis', kill: () => redis.restart() },
        ]),
  ]);

/** The processes of a replica, to stand still for longer than a process may that is not taken for dead. */
export const stalledOf = (replica: GatewayProcesses): readonly Victim[] =>
  replica.processes.map(({ role }) => ({
    name: `${role} (stalled)`,
    kill: async () => {
      const { child } = replica.process(role);
      child.kill('SIGSTOP');
      await delay(STALL_MS);
      child.kill('SIGCONT');
      await replica.ready(READY_MS);
    },
  }));

/** A generator of numbers in [0, 1): the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Each of one group, then each of the next, and so on for ever, in an order that the seed gives. */
export function* shuffledForEver<Item>(
  groups: readonly (readonly Item[])[],
  random: () => number,
): Generator<Item> {
  for (;;) {
    for (const group of groups) {
      const left = [...group];
      while (left.length > 0) yield* left.splice(Math.floor(random() * left.length), 1);
    }
  }
}

/** Kills one after the other until `until`; each is back before the next, `pauseMs` later. Returns their names. */
export async function killUntil(
  until: number,
  victims: Iterable<Victim>,
  pauseMs: number,
  tell: (text: string) => void,
): Promise<readonly string[]> {
  const killed: string[] = [];
  for (const victim of victims) {
    if (Date.now() + pauseMs >= until) break;
    await delay(pauseMs);
    const startedAt = Date.now();
    killed.push(victim.name);
    await victim.kill();
    const tookSeconds = ((Date.now() - startedAt) / 1000).toFixed(1);
    tell(`${new Date(startedAt).toISOString()} killed ${victim.name}, back after ${tookSeconds} s`);
  }
  await delay(Math.max(0, until - Date.now()));
  return killed;
}
