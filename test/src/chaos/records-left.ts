/**
 * What is in the store under a Call-ID when nothing should be: for whoever looks for the cause.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { brandKey } from '@stoxgate/contracts';
import { connectRedisStore } from '@stoxgate/store';

const ANSWER_MS = 10_000;
const MOST_SHOWN = 1000;

/** Records of calls, of chats and of subscriptions that are found by a Call-ID: key and what is stored. */
export async function recordsLeft(redisUrl: string): Promise<readonly string[]> {
  const store = await connectRedisStore(redisUrl);
  try {
    const shown: string[] = [];
    for (const key of await keysIn(redisUrl)) {
      const { record } = await store.load(brandKey(key));
      if (record !== undefined) shown.push(`${key} ${JSON.stringify(record).slice(0, MOST_SHOWN)}`);
    }
    return shown;
  } finally {
    await store.close();
  }
}

async function keysIn(redisUrl: string): Promise<readonly string[]> {
  const { hostname, port } = new URL(redisUrl);
  const socket = connect({ host: hostname, port: Number(port), signal: AbortSignal.timeout(ANSWER_MS) });
  socket.setEncoding('utf8');
  let answer = '';
  socket.on('data', (text) => {
    answer += String(text);
  });
  socket.end('KEYS *:session:call:*\r\nQUIT\r\n');
  await once(socket, 'close');
  return [...answer.matchAll(/:session:(call:[^\r\n]*)/g)].map(([, key = '']) => key);
}
