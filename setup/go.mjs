/**
 * Programs written in Go that no package of Debian has: built from their modules, into a directory of this repository.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BUILT_PROGRAMS, isInstalled, runQuietly } from './command.mjs';
import { SetupProblem, say } from './output.mjs';

/** Runs `go` as an other module would; fails with the last lines of what is wrong. */
function go(module, args, options) {
  const { status, output } = runQuietly('go', args, options);
  if (status === 0) return;
  throw new SetupProblem(`go could not build ${module}:\n${output.trim().split('\n').slice(-8).join('\n')}`);
}

/** Builds `module` (`example.org/command@v1.2.3`). */
function build(module) {
  say(`building ${module}: some minutes, once (forbid with --no-install)`);
  go(module, ['install', module], { env: { GOBIN: BUILT_PROGRAMS } });
}

/** Builds one whose own module replaces others, which `go install` refuses: as a tool of a module that exists for it. */
function buildAsTool(program, module) {
  say(`building ${module}: some minutes, once (forbid with --no-install)`);
  const cwd = mkdtempSync(join(tmpdir(), 'stoxgate-go-'));
  const inModule = (args) => go(module, args, { cwd, env: { GOFLAGS: '-mod=mod' } });
  try {
    inModule(['mod', 'init', 'stoxgate.invalid/tool']);
    inModule(['get', '-tool', module]);
    inModule(['build', '-o', join(BUILT_PROGRAMS, program), module.replace(/@.*/, '')]);
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}

const canFetch = () => isInstalled('go');

/** A prerequisite that is built from `module` where there is Go. */
export const fromGo = (program, module) => ({
  program,
  canFetch,
  fetch: () => build(module),
  advice: `go install ${module}`,
});

/** The same, of a module that `go install` refuses. */
export const fromGoAsTool = (program, module, advice) => ({
  program,
  canFetch,
  fetch: () => buildAsTool(program, module),
  advice,
});
