/**
 * Splits what follows `npm run demo --` into our own switches and the task's. Without the `--` npm takes a switch for
 * itself and hands it on in the environment only: `--no-install` must forbid all the same.
 */
export function readArguments(args, env) {
  const mayInstall = !args.includes('--no-install') && !['', 'false'].includes(env.npm_config_install);
  const rest = args.filter((arg) => arg !== '--no-install');
  if (env.npm_config_once === 'true' && !rest.includes('--once')) rest.push('--once');
  return { mayInstall, rest };
}
