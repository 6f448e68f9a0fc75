import { isInstalled } from './command.mjs';
import { canInstall, installPackages, isRoot } from './debian.mjs';
import { canProvide } from './docker.mjs';
import { SetupProblem, say } from './output.mjs';
import { PREREQUISITES } from './prerequisites.mjs';

/** One sentence that names what is missing for `task` and how Debian calls it, or where else it comes from. */
export function whatToInstall(task, missing, { asRoot }) {
  const joined = (names, by) => [...new Set(names)].join(by);
  const programs = joined(
    missing.map(({ program }) => program),
    ', ',
  );
  const packages = joined(
    missing.flatMap(({ debian = [] }) => debian),
    ' ',
  );
  const ways = [
    ...(packages === '' ? [] : [`Debian, Ubuntu: ${asRoot ? '' : 'sudo '}apt-get install ${packages}`]),
    ...missing.flatMap(({ advice = [] }) => advice),
  ];
  const needs = missing.every(({ isOptional }) => isOptional) ? 'leaves out what needs' : 'needs';
  return (
    `npm ${task === 'test' ? 'test' : `run ${task}`} ${needs} ${programs}: install ${missing.length > 1 ? 'them' : 'it'} ` +
    `(${ways.join('; ')}) and run it again.`
  );
}

const isRequired = ({ isOptional }) => !isOptional;

/** Installs all that is missing; a system that has no package for what is optional gets the others. */
function install(missing) {
  const packagesOf = (programs) => programs.flatMap(({ debian }) => debian.split(' '));
  const required = missing.filter(isRequired);
  try {
    installPackages(packagesOf(missing));
  } catch (cause) {
    if (required.length === missing.length || !(cause instanceof SetupProblem)) throw cause;
    say(cause.message);
    if (required.length > 0) installPackages(packagesOf(required));
  }
}

/** Whether `needed`, which Debian has no package of, is there now; says why not. */
function isFetched({ canFetch, fetch }) {
  if (fetch === undefined || !canFetch()) return false;
  try {
    fetch();
    return true;
  } catch (cause) {
    if (!(cause instanceof SetupProblem)) throw cause;
    say(cause.message);
    return false;
  }
}

/** Test files that need one of the `missing` programs. */
export const testsLeftOut = (missing) => [...new Set(missing.flatMap(({ tests = [] }) => tests))];

/**
 * Makes sure that every program `task` needs is there, or says in one sentence what to install and changes nothing. Where
 * only optional ones are missing, the task goes on without them.
 */
export function ensurePrograms(task, { mayInstall }) {
  const needed = PREREQUISITES[task];
  const images = needed.flatMap(({ image }) => image ?? []);
  const fromDocker = canProvide(images);
  // The tests need not find out again, server by server, what an engine cannot do.
  if (images.length > 0 && !fromDocker) process.env.STOXGATE_TEST_DOCKER = 'off';
  const isMissing = ({ program, image, isThere = () => isInstalled(program) }) =>
    !(image && fromDocker) && !isThere();
  let missing = needed.filter(isMissing);
  const packaged = missing.filter(({ debian }) => debian !== undefined);
  if (packaged.length > 0 && mayInstall && canInstall()) {
    install(packaged);
    missing = needed.filter(isMissing).filter(({ isOptional }) => isOptional);
  }
  const sentence = () => whatToInstall(task, missing, { asRoot: isRoot() });
  if (missing.some(isRequired)) throw new SetupProblem(sentence());
  if (mayInstall) missing = missing.filter((item) => !isFetched(item));
  if (missing.length === 0) return;
  say(sentence());
  process.env.STOXGATE_TEST_LEFT_OUT = testsLeftOut(missing).join(',');
}
