/**
 * baresip's control socket: commands with their answers, and events, each a JSON text in a netstring.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { DeadlineQueue } from '../deadline-queue.ts';

export interface BaresipEvent {
  /** `CALL_INCOMING`, `CALL_ESTABLISHED`, `CALL_CLOSED`, `CALL_DTMF_START`, … */
  readonly type: string;
  /** The key of a digit, the reason of an end. */
  readonly param?: string;
  readonly peeruri?: string;
}

export interface BaresipControl {
  /** Runs a command of its menu and gives what it printed; rejects when it fails. */
  command(name: string, params?: string): Promise<string>;
  /** Takes the next event of `type`. */
  next(type: string, timeoutMs?: number): Promise<BaresipEvent>;
  close(): void;
}

interface Answer {
  readonly response: true;
  readonly ok: boolean;
  readonly data: string;
  readonly token?: string;
}

type Message = Answer | (BaresipEvent & { readonly event: true });

const DEADLINE_MS = 5000;

/** Calls `take` with the content of every netstring that comes. */
function readNetstrings(socket: Socket, take: (text: string) => void): void {
  let pending: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    for (;;) {
      const colon = pending.indexOf(':');
      const length = Number(pending.subarray(0, Math.max(0, colon)).toString());
      if (colon < 0 || pending.length < colon + length + 2) return;
      take(pending.subarray(colon + 1, colon + 1 + length).toString());
      pending = pending.subarray(colon + length + 2);
    }
  });
}

export async function controlBaresip(port: number): Promise<BaresipControl> {
  const socket = connect({ port, host: '127.0.0.1' });
  await once(socket, 'connect', { signal: AbortSignal.timeout(DEADLINE_MS) });
  socket.on('error', () => undefined);
  const events = new DeadlineQueue<BaresipEvent>();
  const answers = new DeadlineQueue<Answer>();
  const came: string[] = [];
  let lastToken = 0;
  readNetstrings(socket, (text) => {
    const message = JSON.parse(text) as Message;
    if ('response' in message) {
      answers.put(message);
      return;
    }
    came.push(`${message.type} ${message.param ?? ''}`);
    events.put(message);
  });
  return {
    command: async (command, params = '') => {
      const token = String(++lastToken);
      const request = JSON.stringify({ command, params, token });
      const answer = answers.take(
        (one) => one.token === token,
        DEADLINE_MS,
        (reason) => `baresip does not answer ${command} ${reason}`,
      );
      socket.write(`${Buffer.byteLength(request)}:${request},`);
      const { ok, data } = await answer;
      if (!ok) throw new Error(`baresip cannot ${command} ${params}: ${data}`);
      return data;
    },
    next: (type, timeoutMs = 3 * DEADLINE_MS) =>
      events.take(
        (event) => event.type === type,
        timeoutMs,
        (reason) => `no ${type} from baresip ${reason}; events: ${came.slice(-20).join(', ')}`,
      ),
    close: () => socket.destroy(),
  };
}
