/** One redis-server of several, a process of its own: each must reach the others, and containers would be in the way. */
import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type Child, startChild, waitForPort } from './child-process.ts';
import { freePort } from './free-port.ts';
import type { ScratchDirectory } from './scratch-directory.ts';

export const LOCAL = '127.0.0.1';
const TALK_MS = 25_000;
const LAST = 'that-was-all';

export class RedisNode {
  readonly port: number;
  readonly #directory: string;
  readonly #args: readonly string[];
  #child: Child | undefined;

  private constructor(port: number, directory: string, args: readonly string[]) {
    this.port = port;
    this.#directory = directory;
    this.#args = args;
  }

  /** @param argsFor command line besides address, port and directory, which is given. */
  static async start(
    scratch: ScratchDirectory,
    argsFor: (directory: string) => Promise<readonly string[]> | readonly string[],
  ): Promise<RedisNode> {
    const port = await freePort();
    const directory = join(scratch.path, String(port));
    await mkdir(directory);
    const node = new RedisNode(port, directory, await argsFor(directory));
    await node.start();
    return node;
  }

  /** Also after `kill`: on the same port and data. */
  async start(): Promise<void> {
    const place = ['--port', String(this.port), '--bind', LOCAL, '--dir', this.#directory];
    this.#child = startChild({ command: 'redis-server', args: [...this.#args, ...place] });
    await waitForPort(this.#child, this.port);
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.#child?.exited(5000);
  }

  /** Sends commands over one connection; resolves to all that is answered, in Redis' own protocol. */
  async talk(...commands: readonly string[]): Promise<string> {
    const socket = connect({ port: this.port, host: LOCAL, signal: AbortSignal.timeout(TALK_MS) });
    let answers = '';
    socket.setEncoding('utf8');
    // A Sentinel knows no QUIT.
    socket.write(`${[...commands, `PING ${LAST}`].join('\r\n')}\r\n`);
    for await (const text of socket) {
      answers += String(text);
      if (answers.endsWith(`${LAST}\r\n`)) break;
    }
    return answers;
  }

  async stop(): Promise<void> {
    await this.#child?.stop();
  }
}
