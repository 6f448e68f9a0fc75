import { afterEach } from 'vitest';

/** Prints what the servers of a guide said after each test that fails. */
export function showOnFailure(output: () => string): void {
  afterEach(({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${output()}\n`);
  });
}
