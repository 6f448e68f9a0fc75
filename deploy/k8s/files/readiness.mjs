import { lookup } from 'node:dns/promises';

const deadline = Date.now() + Number(process.env.WAIT_SECONDS ?? 60) * 1000;
const pause = () => new Promise((resolve) => setTimeout(resolve, 1000));

/** What a pod says of itself; throws when it says nothing. */
async function ask(address, port) {
  const host = address.includes(':') ? `[${address}]` : address;
  const answer = await fetch(`http://${host}:${port}/readyz`, { signal: AbortSignal.timeout(5000) });
  return { isReady: answer.ok, text: await answer.text() };
}

/** Asks the pods behind `target` (NAME:PORT) until all of them are ready, or the time is up. */
async function becomesReady(target) {
  const at = target.lastIndexOf(':');
  const [name, port] = [target.slice(0, at), target.slice(at + 1)];
  for (let last = ''; ; await pause()) {
    try {
      const addresses = await lookup(name, { all: true });
      const said = await Promise.all(addresses.map(({ address }) => ask(address, port)));
      last = said.map(({ text }) => text).join('; ');
      if (said.every(({ isReady }) => isReady)) {
        console.log(`${name}: ${said.length} ready`);
        return true;
      }
    } catch (cause) {
      last = String(cause.cause ?? cause);
    }
    if (Date.now() > deadline) {
      console.error(`${name}: not ready: ${last}`);
      return false;
    }
  }
}

const results = await Promise.all(
  process.argv
    .slice(1)
    .filter((arg) => arg !== '--')
    .map(becomesReady),
);
process.exitCode = results.length > 0 && results.every(Boolean) ? 0 : 1;
