import { isInstalled } from './command.mjs';
import { canInstall, installPackages, isRoot } from './debian.mjs';
import { canProvide } from './docker.mjs';
import { SetupProblem } from './output.mjs';
import { PREREQUISITES } from './prerequisites.mjs';

/** One sentence that names what is missing for `task` and how Debian calls it. */
export function whatToInstall(task, missing, { asRoot }) {
  const programs = missing.map(({ program }) => program).join(', ');
  const packages = missing.map(({ debian }) => debian).join(' ');
  return (
    `npm ${task === 'test' ? 'test' : `run ${task}`} needs ${programs}: install ${missing.length > 1 ? 'them' : 'it'} ` +
    `(Debian, Ubuntu: ${asRoot ? '' : 'sudo '}apt-get install ${packages}) and run it again.`
  );
}

/** Makes sure that every program `task` needs is there, or says in one sentence what to install and changes nothing. */
export function ensurePrograms(task, { mayInstall }) {
  const needed = PREREQUISITES[task];
  const images = needed.flatMap(({ image }) => image ?? []);
  const fromDocker = canProvide(images);
  // The tests need not find out again, server by server, what an engine cannot do.
  if (images.length > 0 && !fromDocker) process.env.STOXGATE_TEST_DOCKER = 'off';
  const missing = needed.filter(({ program, image }) => !(image && fromDocker) && !isInstalled(program));
  if (missing.length === 0) return;
  if (!(mayInstall && canInstall()))
    throw new SetupProblem(whatToInstall(task, missing, { asRoot: isRoot() }));
  installPackages(missing.map(({ debian }) => debian));
}
