/** Runs the command line; resolves to the exit code. */
export const main = async (_args: readonly string[]): Promise<number> => 2;
