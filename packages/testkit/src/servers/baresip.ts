/**
 * baresip, a real SIP phone without sound card, driven over its control socket. Its SIP trace is the record of the wire
 * as the phone saw it.
 */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { toneWav } from '../tone.ts';
import { type Child, startChild, waitForPort } from './child-process.ts';
import { freePort } from './free-port.ts';
import { scratchDirectory } from './scratch-directory.ts';

export interface BaresipOptions {
  /** Address of record, `user@host`. */
  readonly address: string;
  /** Where it sends every request, `host:port`. */
  readonly outboundProxy: string;
  readonly answerMode: 'auto' | 'manual';
  /** Address of its one contact, `user@host`: whom `message` speaks to. */
  readonly contact: string;
}

export interface Baresip {
  readonly port: number;
  /** Runs a command of its menu (`dial`, `accept`, `hangup`, `message`, …). */
  command(name: string, params?: string): Promise<void>;
  output(): string;
  readonly child: Child;
  stop(): Promise<void>;
}

const configOf = (directory: string, port: number, control: number): string =>
  `poll_method epoll
sip_listen 127.0.0.1:${port}
net_interface 127.0.0.1
audio_player aufile,${join(directory, 'received.wav')}
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
module ctrl_tcp.so
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
async function registration(): Promise<string> {
  const help = startChild({ command: 'baresip', args: ['-h'] });
  await help.exited(5000);
  const [, major, minor] = /v(\d+)\.(\d+)/.exec(help.output()) ?? [];
  return Number(major) > 1 || (major === '1' && minor !== '0') ? 'regint=3600;prio=1' : 'regint=0';
}

const netstring = (text: string): string => `${Buffer.byteLength(text)}:${text},`;

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' });
  await once(socket, 'connect', { signal: AbortSignal.timeout(5000) });
  socket.on('error', () => undefined);
  socket.resume();
  return socket;
}

export async function startBaresip(options: BaresipOptions): Promise<Baresip> {
  const scratch = await scratchDirectory('baresip');
  const directory = scratch.path;
  const [port, control] = [await freePort(), await freePort()];
  await writeFile(join(directory, 'tone.wav'), toneWav(440, 30));
  await writeFile(join(directory, 'config'), configOf(directory, port, control));
  await writeFile(
    join(directory, 'accounts'),
    `<sip:${options.address}>;${await registration()};outbound="sip:${options.outboundProxy}";` +
      `answermode=${options.answerMode};audio_codecs=pcma,pcmu\n`,
  );
  await writeFile(join(directory, 'contacts'), `"Friend" <sip:${options.contact}>\n`);
  const child = startChild({ command: 'baresip', args: ['-f', directory, '-s', '-v'] });
  await waitForPort(child, control);
  const socket = await open(control);
  return {
    port,
    child,
    output: child.output,
    command: (name, params = '') =>
      new Promise((resolve, reject) => {
        socket.write(netstring(JSON.stringify({ command: name, params })), (cause) =>
          cause ? reject(cause) : resolve(),
        );
      }),
    stop: async () => {
      socket.destroy();
      await child.stop();
      await scratch.remove();
    },
  };
}
