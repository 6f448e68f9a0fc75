/**
 * `npm run demo`: the main job on real servers, drawn as ladders. `--once` stops everything and exits 0 only when every
 * step was seen on both wires.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { drawLadder } from '@stoxgate/testkit';
import { missingSteps } from './missing-steps.ts';
import { SCENES, type Scene } from './scenes.ts';
import { type Stage, setStage } from './stage.ts';
import { arrowsOf } from './wires.ts';

const STEP_TIMEOUT_MS = 10_000;

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

async function main(args: readonly string[]): Promise<number> {
  const once = args.includes('--once');
  const stage = await setStage();
  try {
    console.log(stage.described.join('\n'));
    const verdicts: Verdict[] = [];
    for (const scene of SCENES) verdicts.push(await play(scene, stage));
    summarise(verdicts);
    const failed = verdicts.some(({ problems }) => problems.length > 0);
    console.log(NEXT_STEPS);
    if (!once) {
      console.log('\nEverything stays up; Ctrl-C ends it.');
      await new Promise<void>((resolve) => {
        const tick = setInterval(() => undefined, 60_000);
        const end = (): void => {
          clearInterval(tick);
          resolve();
        };
        process.once('SIGINT', end);
        process.once('SIGTERM', end);
      });
    }
    return failed ? 1 : 0;
  } finally {
    await stage.stop();
  }
}

process.exitCode = await main(process.argv.slice(2));
