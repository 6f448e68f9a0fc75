const CHECK_EVERY_MS = 500;

/** When npm started this process, ends with it: npm killed by SIGKILL cannot hand the signal on. */
export function endWithNpm() {
  if (process.env.npm_lifecycle_event === undefined) return;
  const { ppid } = process;
  setInterval(() => {
    if (process.ppid !== ppid) process.exit(137);
  }, CHECK_EVERY_MS).unref();
}
