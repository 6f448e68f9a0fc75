/**
 * A sound server of its own, with a microphone that beeps and a loudspeaker that is listened to.
 */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { dominantTone, type Tone } from '../dominant-tone.ts';
import { beeping, samplesOfWav, toneWav } from '../tone.ts';
import type { Child } from './child-process.ts';
import { until } from './until.ts';

const run = promisify(execFile);

export interface SoundServer {
  /** What the loudspeaker plays within half a second. */
  hear(): Promise<Tone>;
  /** Waits until that passes `test`; after `timeoutMs` (15 s) says what it is instead. */
  hears(test: (tone: Tone) => boolean, timeoutMs?: number): Promise<Tone>;
}

export interface SoundServerOptions {
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  /** Of the beeps that are its microphone. */
  readonly toneHz: number;
  /** Starts a program that ends with whoever asks for the sound server. */
  start(command: string, args: readonly string[]): Child;
}

const LISTEN_MS = 500;
const ANSWER_MS = 5000;
const RATE_HZ = 48_000;
/** A WAV file as `samplesOfWav` reads it. */
const EAR = ['--file-format=wav', '--format=s16le', '--rate=8000', '--channels=1', '--latency-msec=50'];

const SERVER = [
  ...['-n', '--daemonize=no', '--exit-idle-time=-1', '--use-pid-file=no', '--disable-shm=yes'],
  `--load=module-null-sink sink_name=loudspeaker rate=${RATE_HZ}`,
  `--load=module-null-sink sink_name=mouth rate=${RATE_HZ}`,
  '--load=module-remap-source source_name=microphone master=mouth.monitor',
  '--load=module-native-protocol-unix auth-anonymous=1 auth-cookie-enabled=0',
];

export async function startSoundServer(options: SoundServerOptions): Promise<SoundServer> {
  const { directory, env, toneHz, start } = options;
  start('pulseaudio', SERVER);
  const sets = (...args: readonly string[]): Promise<boolean> =>
    run('pactl', [...args], { env: { ...process.env, ...env }, timeout: ANSWER_MS }).then(
      () => true,
      () => false,
    );
  await until('no sound server', () => sets('set-default-sink', 'loudspeaker'));
  await until('no microphone', () => sets('set-default-source', 'microphone'));
  const [beeps, ear] = [join(directory, 'beeps.wav'), join(directory, 'ear.wav')];
  await writeFile(beeps, toneWav(toneHz, 300, beeping));
  start('paplay', ['--device=mouth', beeps]);
  start('parecord', ['--device=loudspeaker.monitor', ...EAR, ear]);
  const heard = async (): Promise<ReturnType<typeof samplesOfWav>> =>
    samplesOfWav(await readFile(ear).catch(() => Buffer.alloc(0)));
  const hear = async (): Promise<Tone> => {
    const before = await heard();
    await delay(LISTEN_MS);
    const { samples, sampleRateHz } = await heard();
    return dominantTone(samples.subarray(before.samples.length), sampleRateHz);
  };
  return {
    hear,
    hears: async (test, timeoutMs = 15_000) => {
      const deadline = Date.now() + timeoutMs;
      for (;;) {
        const tone = await hear();
        if (test(tone)) return tone;
        if (Date.now() > deadline) throw new Error(`the loudspeaker plays ${JSON.stringify(tone)}`);
      }
    },
  };
}
