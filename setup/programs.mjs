import { isInstalled } from './command.mjs';
import { canInstall, installPackages } from './debian.mjs';
import { SetupProblem } from './output.mjs';
import { dockerAnswers, PREREQUISITES } from './prerequisites.mjs';

/** Makes sure that every program `task` needs is there, or says in one sentence what to install. */
export function ensurePrograms(task, { mayInstall }) {
  const absent = PREREQUISITES[task].filter(
    ({ program, givenBy }) => !isInstalled(program) && !(givenBy && process.env[givenBy]),
  );
  if (absent.length === 0) return;
  const docker = absent.some(({ container }) => container) && dockerAnswers();
  const missing = absent.filter(({ container }) => !(container && docker));
  if (missing.length === 0) return;
  const packages = missing.map(({ debian }) => debian);
  if (mayInstall && canInstall()) {
    installPackages(packages);
    return;
  }
  const programs = missing.map(({ program }) => program).join(', ');
  throw new SetupProblem(
    `npm ${task === 'test' ? 'test' : `run ${task}`} needs ${programs}: install them (Debian, Ubuntu: ` +
      `sudo apt-get install ${packages.join(' ')}) and run it again.`,
  );
}
