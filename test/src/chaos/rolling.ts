/**
 * A rolling restart: every process of every replica once, one at a time, as an operator ends it and has it back.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { GatewayProcesses } from '@stoxgate/testkit';

const READY_MS = 60_000;

/**
 * Returns the names of what was restarted, in order.
 * @throws when one ends with another exit code than 0.
 */
export async function restartAll(
  replicas: readonly GatewayProcesses[],
  pauseMs: number,
  tell: (text: string) => void,
): Promise<readonly string[]> {
  const restarted: string[] = [];
  for (const [index, replica] of replicas.entries()) {
    for (const { role } of [...replica.processes]) {
      const name = `${role} ${index + 1}`;
      const startedAt = Date.now();
      const code = await replica.replace(role);
      if (code !== 0) throw new Error(`${name} ended with ${code}`);
      await replica.ready(READY_MS);
      restarted.push(name);
      tell(`restarted ${name}, back after ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
      await delay(pauseMs);
    }
  }
  return restarted;
}
