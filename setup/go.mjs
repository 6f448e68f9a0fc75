/**
 * Programs written in Go that no package of Debian has: built from their modules, into a directory of this repository.
 */
import { BUILT_PROGRAMS, isInstalled, runQuietly } from './command.mjs';
import { SetupProblem, say } from './output.mjs';

/** Builds `module` (`example.org/command@v1.2.3`); fails with the last lines of what is wrong. */
function build(module) {
  say(`building ${module}: some minutes, once (forbid with --no-install)`);
  const { status, output } = runQuietly('go', ['install', module], { env: { GOBIN: BUILT_PROGRAMS } });
  if (status === 0) return;
  throw new SetupProblem(`go could not build ${module}:\n${output.trim().split('\n').slice(-8).join('\n')}`);
}

/** A prerequisite that is built from `module` where there is Go. */
export const fromGo = (program, module) => ({
  program,
  canFetch: () => isInstalled('go'),
  fetch: () => build(module),
  advice: `go install ${module}`,
});
