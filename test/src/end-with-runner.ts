/**
 * A worker whose test runner was killed ends at once, and with it the servers that it started. The runner replaces
 * process.exit in its workers, hence the signal.
 */
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
