/**
 * Missing programs from Debian's packages, when we are root on a Debian-like system.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isInstalled, runQuietly } from './command.mjs';
import { SetupProblem, say } from './output.mjs';

/** invoke-rc.d(8) asks this program whether a package may start its service. */
const POLICY = '/usr/sbin/policy-rc.d';
const MARK = '# Written by the set-up of Stoxgate';

export const isRoot = () => process.getuid?.() === 0;

export const canInstall = () => isRoot() && isInstalled('apt-get');

/** A policy that forbids every start while process `pid` lives and nothing after it, should that be killed half-way. */
export const policyWhile = (pid) => `#!/bin/sh
${MARK}: safe to delete.
kill -0 ${pid} 2>/dev/null && exit 101
exit 0
`;

/** Runs `task` while no package may start its service: the tests start their own on free ports. */
function withoutServices(task) {
  if (existsSync(POLICY) && !readFileSync(POLICY, 'utf8').includes(MARK)) return task();
  // A signal waits until the policy is gone: apt-get gets a terminal's Ctrl-C itself.
  const end = (_signal, number) => process.exit(128 + number);
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, end);
  writeFileSync(POLICY, policyWhile(process.pid), { mode: 0o755 });
  try {
    return task();
  } finally {
    rmSync(POLICY, { force: true });
    setImmediate(() => {
      for (const signal of signals) process.off(signal, end);
    });
  }
}

/** Installs `packages`; fails with apt's last lines. */
export function installPackages(packages) {
  say(`installing Debian packages: ${packages.join(' ')} (forbid with --no-install)`);
  const apt = (args) =>
    runQuietly('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=120', ...args], {
      env: { DEBIAN_FRONTEND: 'noninteractive' },
    });
  withoutServices(() => {
    const update = apt(['update']);
    const install = apt(['install', '-y', '--no-install-recommends', ...packages]);
    if (install.status === 0) return;
    const why = `${update.output}${install.output}`.trim().split('\n').slice(-8).join('\n');
    throw new SetupProblem(`apt-get could not install ${packages.join(' ')}:\n${why}`);
  });
}
