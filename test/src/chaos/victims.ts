/**
 * Who is killed next, and the killing: SIGKILL of one process at a time, never the second of a role while the first is away.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type GatewayProcesses, ROLES, type TestServer } from '@stoxgate/testkit';

export interface Victim {
  readonly name: string;
  /** Kills it and has it back. */
  kill(): Promise<void>;
}

const READY_MS = 60_000;

/** A process of each role and replica, NATS and Redis. */
export const victimsOf = (
  replicas: readonly GatewayProcesses[],
  nats: TestServer,
  redis: TestServer,
): readonly Victim[] => [
  ...ROLES.flatMap((role) =>
    replicas.map((replica, index) => ({
      name: `${role} ${index + 1}`,
      kill: async () => {
        await replica.crash(role);
        await replica.ready(READY_MS);
      },
    })),
  ),
  { name: 'NATS', kill: () => nats.restart() },
  { name: 'Redis', kill: () => redis.restart() },
];

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

/** Each of `all` once, then again, in an order that the seed gives. */
export function* shuffledForEver<Item>(all: readonly Item[], random: () => number): Generator<Item> {
  for (;;) {
    const left = [...all];
    while (left.length > 0) yield* left.splice(Math.floor(random() * left.length), 1);
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
    tell(`killed ${victim.name}, back after ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
  }
  await delay(Math.max(0, until - Date.now()));
  return killed;
}
