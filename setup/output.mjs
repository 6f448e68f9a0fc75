/** One line of progress on stderr, so that stdout stays the task's own. */
export const say = (text) => process.stderr.write(`stoxgate: ${text}\n`);

/** A problem that the user can solve: shown as one sentence, without a stack. */
export class SetupProblem extends Error {}
