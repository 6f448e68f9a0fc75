/**
 * Many calls at a time, as the suites about loss make them.
 */
import type { JingleUser } from '@stoxgate/testkit';
import type { World } from './world.ts';

export const CALLS = 300;
/** How much of each direction is lost. */
export const LOSS_PERCENT = 10;
/** What has to come again and again may take this long. */
export const WAIT_MS = 60_000;
const AT_A_TIME = 50;

/** Several: what one user's calls have in common is handled one by one. */
export const USERS = ['u0', 'u1', 'u2', 'u3', 'u4', 'u5', 'u6', 'u7', 'u8', 'u9'];

/** Logs all `USERS` in, each with `contact`. */
export async function loginAll(world: World, contact: string): Promise<JingleUser[]> {
  const users: JingleUser[] = [];
  for (const name of USERS) users.push(await world.caller(name, { contacts: [contact] }));
  return users;
}

/** Runs `call` as often as there are calls; gives how often it came to its end. */
export async function completed(
  users: readonly JingleUser[],
  call: (user: JingleUser) => Promise<void>,
): Promise<number> {
  let begun = 0;
  let done = 0;
  const worker = async (user: JingleUser): Promise<void> => {
    while (begun++ < CALLS) {
      await call(user);
      done++;
    }
  };
  const workers = users.flatMap((user) =>
    Array.from({ length: AT_A_TIME / users.length }, () => worker(user)),
  );
  await Promise.all(workers);
  return done;
}
