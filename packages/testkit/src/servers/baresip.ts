/**
 * baresip, a real SIP phone without sound card, driven over its control socket. Its SIP trace is the record of the wire
 * as the phone saw it.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { dominantTone, type Tone } from '../dominant-tone.ts';
import { samplesOfWav, toneWav } from '../tone.ts';
import { type BaresipControl, controlBaresip } from './baresip-control.ts';
import { type Child, startChild, waitForPort } from './child-process.ts';
import { freePort } from './free-port.ts';
import { scratchDirectory } from './scratch-directory.ts';

export interface BaresipOptions {
  /** Address of record, `user@host`. */
  readonly address: string;
  /** Where it sends every request, `host:port`. */
  readonly outboundProxy: string;
  readonly answerMode: 'auto' | 'manual';
  /** Where it takes SIP; a free port by default. */
  readonly port?: number;
  /** Address of its one contact, `user@host`: whom `message` speaks to. */
  readonly contact: string;
  /** Of the sine that is its microphone, for ten minutes; only with one it listens, too. */
  readonly toneHz?: number;
}

export interface Baresip extends Omit<BaresipControl, 'close'> {
  readonly port: number;
  /** What comes to it within the next 400 ms. */
  hear(): Promise<Tone>;
  /** Waits until it hears something that passes `test`; after `timeoutMs` (10 s) says what it hears instead. */
  hears(test: (tone: Tone) => boolean, timeoutMs?: number): Promise<Tone>;
  output(): string;
  readonly child: Child;
  stop(): Promise<void>;
}

const configOf = (directory: string, port: number, control: number, listens: boolean): string =>
  `poll_method epoll
sip_listen 127.0.0.1:${port}
net_interface 127.0.0.1
audio_source aufile,${join(directory, 'tone.wav')}
audio_alert aufile,${join(directory, 'alert.wav')}
ausrc_srate 8000
auplay_srate 8000
ausrc_channels 1
auplay_channels 1
rtp_ports 42000-43000
module_path /usr/lib/baresip/modules
module g711.so
module aufile.so
${listens ? `module sndfile.so\nsnd_path ${directory}\n` : ''}module ctrl_tcp.so
module_tmp uuid.so
module_tmp account.so
module_app contact.so
module_app menu.so
ctrl_tcp_listen 127.0.0.1:${control}
`;

/**
 * How the account takes requests for its own domain without a registrar. From 1.1 on only an account that registers does,
 * others answer for IP addresses alone; one that would register as a fallback (`prio=1`) counts, and never sends a REGISTER.
 */
export async function baresipRegistration(): Promise<string> {
  const help = startChild({ command: 'baresip', args: ['-h'] });
  await help.exited(5000);
  const [, major, minor] = /v(\d+)\.(\d+)/.exec(help.output()) ?? [];
  return Number(major) > 1 || (major === '1' && minor !== '0') ? 'regint=3600;prio=1' : 'regint=0';
}

/**
 * It records what it sends beside what it receives, and from 1.0 on what it receives ends at a hold, unless what it
 * sends could not be recorded: of the second it starts in, that file's name is taken.
 */
async function keepFromRecordingItself(directory: string): Promise<void> {
  const now = Date.now();
  for (let second = 0; second < TONE_SECONDS; second++) {
    const time = new Date(now + second * 1000).toISOString().slice(0, 19).replace(/[T:]/g, '-');
    await mkdir(join(directory, `dump-${time}-enc.wav`));
  }
}

const LISTEN_MS = 400;
const TONE_SECONDS = 600;

/** What the phone took off the wire and decoded in the latest call, as far as it is written. */
async function received(
  directory: string,
): Promise<ReturnType<typeof samplesOfWav> & { readonly file: string }> {
  const files = (await readdir(directory)).filter((name) => name.endsWith('-dec.wav'));
  // Their names have the time in them.
  const file = files.sort().at(-1) ?? '';
  const wav = file === '' ? Buffer.alloc(0) : await readFile(join(directory, file));
  return { file, ...samplesOfWav(wav) };
}

/** Listens to what comes from now on. */
async function hear(directory: string): Promise<Tone> {
  const before = await received(directory);
  await delay(LISTEN_MS);
  const { file, samples, sampleRateHz } = await received(directory);
  return dominantTone(samples.subarray(file === before.file ? before.samples.length : 0), sampleRateHz);
}

async function hears(directory: string, test: (tone: Tone) => boolean, timeoutMs: number): Promise<Tone> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const tone = await hear(directory);
    if (test(tone)) return tone;
    if (Date.now() > deadline) throw new Error(`baresip hears ${JSON.stringify(tone)}`);
  }
}

export async function startBaresip(options: BaresipOptions): Promise<Baresip> {
  const scratch = await scratchDirectory('baresip');
  const directory = scratch.path;
  const [port, control] = [options.port ?? (await freePort()), await freePort()];
  await writeFile(join(directory, 'tone.wav'), toneWav(options.toneHz ?? 440, TONE_SECONDS));
  await writeFile(
    join(directory, 'config'),
    configOf(directory, port, control, options.toneHz !== undefined),
  );
  if (options.toneHz !== undefined) await keepFromRecordingItself(directory);
  await writeFile(
    join(directory, 'accounts'),
    `<sip:${options.address}>;${await baresipRegistration()};outbound="sip:${options.outboundProxy}";` +
      `answermode=${options.answerMode};audio_codecs=pcma,pcmu\n`,
  );
  await writeFile(join(directory, 'contacts'), `"Friend" <sip:${options.contact}>\n`);
  const child = startChild({ command: 'baresip', args: ['-f', directory, '-s', '-v'], env: { TZ: 'UTC' } });
  await waitForPort(child, control);
  const { close, ...controlled } = await controlBaresip(control);
  return {
    ...controlled,
    port,
    child,
    output: child.output,
    hear: () => hear(directory),
    hears: (test, timeoutMs = 10_000) => hears(directory, test, timeoutMs),
    stop: async () => {
      close();
      await child.stop();
      await scratch.remove();
    },
  };
}
