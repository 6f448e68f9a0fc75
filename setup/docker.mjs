/**
 * NATS and Redis from a Docker engine, where one answers.
 */
import { runQuietly } from './command.mjs';
import { say } from './output.mjs';

const PULL_TIMEOUT_MS = 300_000;

const docker = (args, timeoutMs = 5000) => runQuietly('docker', args, { timeoutMs });

/** Whether a Docker engine answers. `STOXGATE_TEST_DOCKER=off` says no. */
const engineAnswers = () =>
  process.env.STOXGATE_TEST_DOCKER !== 'off' &&
  docker(['version', '--format', '{{.Server.Version}}']).status === 0;

function hasImage(image) {
  if (docker(['image', 'inspect', image]).status === 0) return true;
  say(`fetching the Docker image ${image}`);
  return docker(['pull', '--quiet', image], PULL_TIMEOUT_MS).status === 0;
}

/** Whether an engine answers and has, or can fetch, every one of `images`; says so when it answers but cannot. */
export function canProvide(images) {
  if (images.length === 0 || !engineAnswers()) return false;
  const absent = images.find((image) => !hasImage(image));
  if (absent === undefined) return true;
  say(`the Docker engine cannot provide ${absent}: taking installed programs instead`);
  return false;
}
