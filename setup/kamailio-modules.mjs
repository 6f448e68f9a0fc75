/**
 * Which of Kamailio's modules are there: a distribution brings many of them in packages of their own, so that who has the
 * program need not have what a task loads.
 */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const ROOTS = ['/usr/lib', '/usr/lib64', '/usr/local/lib', '/usr/local/lib64'];
const MODULES = 'kamailio/modules';

/** Whether a module, `presence` say, is below one of the library directories, or of their directories for an architecture. */
export const hasKamailioModule = (module, roots = ROOTS) =>
  roots
    .filter((root) => existsSync(root))
    .flatMap((root) => [root, ...readdirSync(root).map((name) => join(root, name))])
    .some((directory) => existsSync(join(directory, MODULES, `${module}.so`)));
