/**
 * `npm run demo`: the main job on real servers, drawn as ladders. `--once` stops everything and exits 0 only when every
 * step was seen on both wires.
 */
import { constants } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { drawLadder } from '@stoxgate/testkit';
import { missingSteps } from './missing-steps.ts';
import { SCENES, type Scene } from './scenes.ts';
import { type Stage, setStage } from './stage.ts';
import { arrowsOf } from './wires.ts';

const STEP_TIMEOUT_MS = 10_000;
const STOP_TIMEOUT_MS = 5000;

const end = new AbortController();

/** Resolves to the exit code that an interruption owes. A terminal and npm both pass a signal on: only the first counts. */
const interrupted = new Promise<number>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      end.abort();
      resolve(128 + constants.signals[signal]);
    });
  }
});

interface Verdict {
  readonly title: string;
  readonly problems: readonly string[];
}

async function play(scene: Scene, stage: Stage): Promise<Verdict> {
  const names = { xmppUser: stage.xmppUser, gateway: 'Stoxgate', phone: stage.phoneAddress };
  const since = Date.now();
  const problems: string[] = [];
  await scene.play(stage).catch((cause: unknown) => {
    problems.push(cause instanceof Error ? cause.message : String(cause));
  });
  const arrows = () => arrowsOf(stage.alice.user, stage.trace, names, since);
  const deadline = Date.now() + STEP_TIMEOUT_MS;
  let missing = missingSteps(scene.expected, arrows());
  while (missing.length > 0 && problems.length === 0 && Date.now() < deadline) {
    await delay(50);
    missing = missingSteps(scene.expected, arrows());
  }
  await delay(100);
  console.log(`\n${scene.title}\n`);
  console.log(drawLadder([names.xmppUser, names.gateway, names.phone], arrows()));
  return { title: scene.title, problems: [...problems, ...missing] };
}

function summarise(verdicts: readonly Verdict[]): void {
  console.log('\nSummary\n');
  for (const { title, problems } of verdicts) {
    console.log(`  ${problems.length === 0 ? 'seen on both wires' : 'FAILED            '}  ${title}`);
    for (const problem of problems) console.log(`      ${problem}`);
  }
}

const NEXT_STEPS = `
Next, with your own servers:
  1. cp config.example.yaml stoxgate.yaml, then set xmpp.domains, the component and its secret, and sip.proxy_host.
  2. Allow the component in your XMPP server (Prosody: Component "sip.example.org" with component_secret).
  3. Let your SIP proxy send calls for your XMPP domain to the gateway's address.
  4. npx stoxgate --config stoxgate.yaml --check-config, then without --check-config.`;

/** Plays every scene; resolves to the exit code. */
async function show(stage: Stage): Promise<number> {
  console.log(stage.described.join('\n'));
  const verdicts: Verdict[] = [];
  for (const scene of SCENES) verdicts.push(await play(scene, stage));
  summarise(verdicts);
  console.log(NEXT_STEPS);
  return verdicts.some(({ problems }) => problems.length > 0) ? 1 : 0;
}

async function main(args: readonly string[]): Promise<number> {
  const stage = await Promise.race([setStage(), interrupted]);
  if (typeof stage === 'number') return process.exit(stage);
  try {
    const status = await Promise.race([show(stage), interrupted]);
    if (args.includes('--once') || end.signal.aborted) return status;
    console.log('\nEverything stays up; Ctrl-C ends it.');
    await interrupted;
    return status;
  } finally {
    // A shown ladder is worth more than a clean end: whatever still runs dies with this process.
    await Promise.race([stage.stop().catch(console.error), delay(STOP_TIMEOUT_MS)]);
  }
}

process.exit(await main(process.argv.slice(2)));
