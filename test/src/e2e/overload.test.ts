/**
 * More than can be done: a flood of messages from SIP at one process. What it cannot do is refused, what it takes it delivers, and
 * when the flood is over all is as before.
 */
import { createSocket, type Socket } from 'node:dgram';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bodyOf, type LoadWorld, startLoadWorld } from './load-world.ts';

const USERS = 200;
/** Far beyond what a process of today takes. */
const FLOOD_MS = 5000;
const PER_TURN = 60;
/** So many in a row that are taken: it is over. */
const CALM = 40;
const T1_MS = 500;

const stops: (() => Promise<unknown>)[] = [];
let socket: Socket;
let world: LoadWorld;
/** Status of each final response, by the text that it is for; 503 with the time to wait. */
const answers = new Map<string, { readonly status: number; readonly retryAfter: string | undefined }>();
const waiting = new Map<string, () => void>();

beforeAll(async () => {
  socket = createSocket({ type: 'udp4', recvBufferSize: 4_000_000 });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  stops.push(() => new Promise<void>((resolve) => socket.close(() => resolve())));
  socket.on('message', (bytes) => {
    const text = bytes.toString('latin1');
    const id = /^Call-ID: (\S+)/m.exec(text)?.[1];
    const status = Number(text.slice(8, 11));
    if (id === undefined || !(status >= 200)) return;
    answers.set(id, { status, retryAfter: /^Retry-After: (\d+)/m.exec(text)?.[1] });
    waiting.get(id)?.();
  });
  world = await startLoadWorld({ mode: 'all', stops, phonePort: socket.address().port });
});
afterAll(async () => {
  for (const stop of stops.reverse()) await stop();
});

function send(id: string, user: number): void {
  const lines = [
    `MESSAGE sip:u${user}@xmpp.test SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.0.1:${socket.address().port};rport;branch=z9hG4bK${id}`,
    `From: <sip:peer${user}@sip.test>;tag=${id}`,
    `To: <sip:u${user}@xmpp.test>`,
    `Call-ID: ${id}`,
    'CSeq: 1 MESSAGE',
    'Max-Forwards: 70',
    'Content-Type: text/plain',
    `Content-Length: ${id.length}`,
    '',
    id,
  ];
  socket.send(lines.join('\r\n'), world.sipPort, '127.0.0.1');
}

const withStatus = (accepts: (status: number) => boolean): string[] =>
  [...answers].filter(([, { status }]) => accepts(status)).map(([id]) => id);
const isTaken = (status: number): boolean => status < 300;

/** Sends it again and again until it is answered, as a client transaction does. */
async function asked(id: string, user: number): Promise<void> {
  const answered = new Promise<true>((resolve) => waiting.set(id, () => resolve(true)));
  do send(id, user);
  while ((await Promise.race([answered, delay(T1_MS)])) === undefined);
}

/** Sends one after the other until so many in a row were taken. */
async function untilCalm(): Promise<void> {
  let inARow = 0;
  for (let count = 0; inARow < CALM; count++) {
    const id = `calm${count}`;
    await asked(id, count % USERS);
    inARow = isTaken(answers.get(id)?.status ?? 0) ? inARow + 1 : 0;
  }
}

const delivered = (): string[] => world.server.received.map(({ stanza }) => bodyOf(stanza));

test('overload - a flood is refused in part, what is taken is delivered, and it is over when the flood is', async () => {
  await untilCalm();
  const until = performance.now() + FLOOD_MS;
  let flooded = 0;
  while (performance.now() < until) {
    for (let count = 0; count < PER_TURN; count++, flooded++) send(`flood${flooded}`, flooded % USERS);
    await delay(1);
  }
  await untilCalm();
  const refused = withStatus((status) => status === 503);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.filter((id) => answers.get(id)?.retryAfter === undefined)).toEqual([]);
  expect(withStatus((status) => !isTaken(status) && status !== 503)).toEqual([]);
  // Taken is on its way: it may still wait for its turn.
  const undelivered = (): number => {
    const seen = new Set(delivered());
    return withStatus(isTaken).filter((id) => !seen.has(id)).length;
  };
  await expect.poll(undelivered, { timeout: 60_000, interval: 100 }).toBe(0);
  expect(new Set(delivered()).size).toBe(delivered().length);
}, 180_000);
