/**
 * `npm run demo`: the main job on real servers, drawn as ladders. `--once` stops everything and exits 0 only when every
 * step was seen on both wires.
 */
import { constants } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { drawLadder, type XmppLogEntry } from '@stoxgate/testkit';
import { missingSteps } from './missing-steps.ts';
import { SCENES, type Scene } from './scenes.ts';
import { SOUND_SCENES } from './sound-scenes.ts';
import { setSoundStage } from './sound-stage.ts';
import { missingForSound, type Stage, setStage } from './stage.ts';
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
  readonly findings: readonly string[];
  readonly problems: readonly string[];
}

/** The XMPP user of a scene, whose log is one of its wires. */
interface Player {
  readonly xmppUser: string;
  log(): Promise<readonly XmppLogEntry[]>;
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

/** Plays `scene` with all that it acts `on`, and draws it. */
async function play<On extends Pick<Stage, 'phone'>>(
  scene: Scene<On>,
  on: On,
  { xmppUser, log }: Player,
  { phoneAddress, trace }: Stage,
): Promise<Verdict> {
  const names = { xmppUser, gateway: 'Stoxgate', phone: phoneAddress };
  const since = Date.now();
  const [findings, problems]: [string[], string[]] = [[], []];
  await scene
    .play(on, (finding) => findings.push(finding))
    .catch((cause: unknown) => problems.push(messageOf(cause)));
  const arrows = async () => arrowsOf(await log(), trace, names, since);
  const deadline = Date.now() + STEP_TIMEOUT_MS;
  let missing = missingSteps(scene.expected, await arrows());
  while (missing.length > 0 && problems.length === 0 && Date.now() < deadline) {
    await delay(50);
    missing = missingSteps(scene.expected, await arrows());
  }
  await delay(100);
  console.log(`\n${scene.title}\n`);
  console.log(drawLadder([names.xmppUser, names.gateway, names.phone], await arrows()));
  return { title: scene.title, findings, problems: [...problems, ...missing] };
}

/** The calls with sound; none where something that they need is missing. */
async function playSound(stage: Stage): Promise<Verdict[]> {
  const { relay } = stage;
  if (relay === undefined) return [];
  try {
    const on = await setSoundStage(stage, relay);
    const player = { xmppUser: on.xmppUser, log: on.carol.log };
    const verdicts: Verdict[] = [];
    for (const scene of SOUND_SCENES) verdicts.push(await play(scene, on, player, stage));
    return verdicts;
  } catch (cause) {
    return SOUND_SCENES.map(({ title }) => ({ title, findings: [], problems: [messageOf(cause)] }));
  }
}

function summarise(verdicts: readonly Verdict[]): void {
  console.log('\nSummary\n');
  for (const { title, findings, problems } of verdicts) {
    console.log(`  ${problems.length === 0 ? 'seen on both wires' : 'FAILED            '}  ${title}`);
    for (const line of [...findings, ...problems]) console.log(`      ${line}`);
  }
  const missing = missingForSound();
  if (missing.length === 0) return;
  for (const { title } of SOUND_SCENES) console.log(`  left out            ${title}`);
  console.log(`      not installed: ${missing.join(', ')}`);
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
  const player = { xmppUser: stage.xmppUser, log: async () => stage.alice.user.log };
  for (const scene of SCENES) verdicts.push(await play(scene, stage, player, stage));
  verdicts.push(...(await playSound(stage)));
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
