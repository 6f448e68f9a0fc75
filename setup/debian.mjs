/**
 * Missing programs from Debian's packages, when we are root on a Debian-like system.
 */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { isInstalled, runQuietly } from './command.mjs';
import { SetupProblem, say } from './output.mjs';

/** Services must not start by themselves: the tests start their own on free ports. */
const POLICY = '/usr/sbin/policy-rc.d';

export const canInstall = () => process.getuid?.() === 0 && isInstalled('apt-get');

/** Installs `packages`; fails with apt's last lines. */
export function installPackages(packages) {
  say(`installing Debian packages: ${packages.join(' ')} (forbid with --no-install)`);
  const apt = (args) => runQuietly('apt-get', ['-qq', ...args], { DEBIAN_FRONTEND: 'noninteractive' });
  const guarded = !existsSync(POLICY);
  if (guarded) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    const update = apt(['update']);
    const install = apt(['install', '-y', '--no-install-recommends', ...packages]);
    if (install.status !== 0) {
      const why = `${update.output}${install.output}`.trim().split('\n').slice(-8).join('\n');
      throw new SetupProblem(`apt-get could not install ${packages.join(' ')}:\n${why}`);
    }
  } finally {
    if (guarded) rmSync(POLICY);
  }
}
