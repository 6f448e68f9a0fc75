/** Talk with a Redis server or a Sentinel: its protocol (RESP), as much of it as questions need. */
import type { RedisPlace } from '@stoxgate/store';
import type { Conversation, FaultCode, Probes, Target } from '../probes.ts';

const command = (...words: readonly string[]): string =>
  `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;

/** Asks in turn; each answer is what was heard after the one before. */
export class RedisTalk {
  readonly #line: Conversation;
  #read = 0;

  constructor(line: Conversation) {
    this.#line = line;
  }

  close(): void {
    this.#line.close();
  }

  /** The reply as it is on the wire; empty when none came. */
  async ask(...words: readonly string[]): Promise<string> {
    this.#line.say(command(...words));
    const start = this.#read;
    const heard = await this.#line.hear((all) => replyEnd(all, start) !== undefined);
    this.#read = replyEnd(heard, start) ?? heard.length;
    return heard.slice(start, this.#read);
  }
}

/** Where the reply that starts at `at` ends. */
function replyEnd(text: string, at: number): number | undefined {
  const eol = text.indexOf('\r\n', at);
  if (eol < 0) return undefined;
  const size = Number(text.slice(at + 1, eol));
  if (text[at] === '$') {
    const end = size < 0 ? eol + 2 : eol + 2 + size + 2;
    return end <= text.length ? end : undefined;
  }
  if (text[at] !== '*') return eol + 2;
  let next: number | undefined = eol + 2;
  for (let left = Math.max(0, size); left > 0 && next !== undefined; left--) next = replyEnd(text, next);
  return next;
}

export interface Credentials {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

export type Talked =
  | { readonly ok: false; readonly code: FaultCode }
  /** `answer`: to the credentials, when there are any. */
  | { readonly ok: true; readonly talk: RedisTalk; readonly isLetIn: boolean; readonly answer: string };

/** Connects and shows the credentials. */
export async function talkTo(
  { host, port }: Target,
  { isTls, username, password }: Pick<RedisPlace, 'isTls'> & Credentials,
  probes: Probes,
): Promise<Talked> {
  const opened = isTls
    ? await probes.connectTls({ host, port, serverName: host })
    : await probes.connect({ host, port });
  if (!opened.ok) return opened;
  const talk = new RedisTalk(opened.line);
  if (password === undefined) return { ok: true, talk, isLetIn: true, answer: '' };
  const answer = await talk.ask('AUTH', ...(username === undefined ? [] : [username]), password);
  return { ok: true, talk, isLetIn: answer.startsWith('+OK'), answer: answer.trim().slice(1, 80) };
}
