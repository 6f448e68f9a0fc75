/**
 * What each task needs beside Node: the program, the Debian package that brings it, and what makes it unnecessary.
 */
import { runQuietly } from './command.mjs';

const NATS = {
  program: 'nats-server',
  debian: 'nats-server',
  givenBy: 'STOXGATE_TEST_NATS_URL',
  container: true,
};
const REDIS = {
  program: 'redis-server',
  debian: 'redis-server',
  givenBy: 'STOXGATE_TEST_REDIS_URL',
  container: true,
};
const PROSODY = { program: 'prosody', debian: 'prosody' };
const SIPP = { program: 'sipp', debian: 'sip-tester' };
const BARESIP = { program: 'baresip', debian: 'baresip-core' };

export const PREREQUISITES = {
  test: [NATS, REDIS, PROSODY, SIPP, BARESIP],
  demo: [PROSODY, BARESIP],
  bench: [NATS, REDIS],
};

/** Whether a Docker engine answers. `STOXGATE_TEST_DOCKER=off` says no. */
export const dockerAnswers = () =>
  process.env.STOXGATE_TEST_DOCKER !== 'off' &&
  runQuietly('docker', ['version', '--format', '{{.Server.Version}}']).status === 0;
