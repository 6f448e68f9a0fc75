/**
 * The Chrome DevTools Protocol over a browser's control pipes: JSON, a zero byte after each message.
 */
import type { Readable, Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

type Fields = Readonly<Record<string, unknown>>;

export interface DevToolsEvent {
  readonly method: string;
  readonly params: Fields;
  readonly sessionId?: string;
}

export interface DevTools {
  /** Rejects with the browser's error, or after `timeoutMs` (10 s). */
  send(method: string, params?: Fields, options?: SendOptions): Promise<Fields>;
  onEvent(listener: (event: DevToolsEvent) => void): void;
}

interface SendOptions {
  /** Of the target that it is for; the browser itself otherwise. */
  readonly sessionId?: string;
  readonly timeoutMs?: number;
}

interface Answer {
  readonly id?: number;
  readonly result?: Fields;
  readonly error?: { readonly message: string };
}

export function devToolsOver(pipes: { readonly to: Writable; readonly from: Readable }): DevTools {
  const waiting = new Map<number, (answer: Answer) => void>();
  const listeners: ((event: DevToolsEvent) => void)[] = [];
  const decoder = new StringDecoder('utf8');
  let pending = '';
  let lastId = 0;
  const take = (message: Answer | DevToolsEvent): void => {
    if ('method' in message) for (const listener of listeners) listener(message);
    else if (message.id !== undefined) waiting.get(message.id)?.(message);
  };
  pipes.from.on('data', (chunk: Buffer) => {
    const messages = (pending + decoder.write(chunk)).split('\0');
    pending = messages.pop() ?? '';
    for (const message of messages) take(JSON.parse(message) as Answer | DevToolsEvent);
  });
  return {
    onEvent: (listener) => void listeners.push(listener),
    send: (method, params = {}, { sessionId, timeoutMs = 10_000 } = {}) =>
      new Promise((resolve, reject) => {
        const id = ++lastId;
        const settle = (answer: Answer): void => {
          clearTimeout(timer);
          waiting.delete(id);
          if (answer.error === undefined) resolve(answer.result ?? {});
          else reject(new Error(`${method}: ${answer.error.message}`));
        };
        const timer = setTimeout(
          () => settle({ error: { message: `no answer in ${timeoutMs} ms` } }),
          timeoutMs,
        );
        waiting.set(id, settle);
        const target = sessionId === undefined ? {} : { sessionId };
        pipes.to.write(`${JSON.stringify({ id, method, params, ...target })}\0`);
      }),
  };
}
