/**
 * A hundred chat sessions with many messages each way, while the component is cut off and comes back, and NATS dies and
 * comes back: none is lost but to its sender's knowledge, what comes twice is the same stanza, and order is kept.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type ChatPhone, type PhoneChat, startChatPhone } from '@stoxgate/testkit';
import { el } from '@stoxgate/wire-xmpp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bodyOf, CONTACTS, contactOf, type LoadWorld, startLoadWorld, USERS, userOf } from './load-world.ts';
import { COMPONENT, MODES } from './world.ts';

const PAIRS = USERS * CONTACTS;
const WAIT_MS = 60_000;

/** Numbers of texts `x12` of each of so many conversations, which take turns, in order of appearance. */
const byTurn = (texts: readonly string[], count: number): readonly (readonly number[])[] => {
  const turns: number[][] = Array.from({ length: count }, () => []);
  for (const text of texts) turns[Number(text.slice(1)) % count]?.push(Number(text.slice(1)));
  return turns;
};
const inOrder = (numbers: readonly number[]): readonly number[] =>
  [...numbers].sort((one, other) => one - other);

describe.each(MODES)('chats under load, %s', (mode) => {
  const MESSAGES = mode === 'all' ? 5000 : 2000;
  const stops: (() => Promise<unknown>)[] = [];
  let world: LoadWorld;
  let phone: ChatPhone;
  let isOver = false;
  const chats: PhoneChat[] = [];
  const heard: string[] = [];

  const waitFor = async (isDone: () => boolean): Promise<void> => {
    const until = Date.now() + WAIT_MS;
    while (!isDone() && Date.now() < until) await delay(50);
  };
  const listen = async (chat: PhoneChat): Promise<void> => {
    while (!isOver) heard.push((await chat.hear(WAIT_MS)).text);
  };
  const takeChats = async (): Promise<void> => {
    while (!isOver) {
      const chat = await phone.next(WAIT_MS);
      chats.push(chat);
      listen(chat).catch(() => undefined);
    }
  };

  beforeAll(async () => {
    const messages = { chat_mode: 'msrp', msrp: { enabled: true, listen_host: '127.0.0.1', listen_port: 0 } };
    world = await startLoadWorld({ mode, stops, messages });
    phone = await startChatPhone({
      aor: 'sip:all@sip.test',
      port: world.phonePort,
      target: { host: '127.0.0.1', port: world.sipPort },
      retransmitAfterMs: 500,
    });
    stops.push(() => phone.stop());
    takeChats().catch(() => undefined);
  });
  afterAll(async () => {
    isOver = true;
    for (const stop of stops.reverse()) await stop();
  });

  test('chats - XMPP to SIP under load: each arrives once and in order, or its sender is told', async () => {
    const { server, nats, settled, cut } = world;
    for (let index = 0; index < MESSAGES; index++) {
      if (index === MESSAGES / 4) {
        // What a dying connection swallows nobody can know of: the cut comes when all was read.
        await settled();
        await cut(waitFor);
      }
      if (index === MESSAGES / 2) await nats?.restart();
      const attrs = {
        from: `${userOf(index)}/desk`,
        to: `${contactOf(index)}@${COMPONENT}`,
        id: `x${index}`,
        type: 'chat',
      };
      server.send(COMPONENT, el('message', attrs, el('body', {}, `x${index}`)));
      if (index % 100 === 99) await delay(5);
    }
    const toldOf = (): readonly string[] =>
      server.received
        .filter(({ stanza }) => stanza.name === 'message' && stanza.attrs.type === 'error')
        .map(({ stanza }) => stanza.attrs.id ?? '');
    const texts = Array.from({ length: MESSAGES }, (_, index) => `x${index}`);
    const unknown = (): readonly string[] => {
      const known = new Set([...heard, ...toldOf()]);
      return texts.filter((text) => !known.has(text));
    };
    await waitFor(() => unknown().length === 0);
    expect(unknown()).toEqual([]);
    expect(heard.length).toBe(new Set(heard).size);
    expect(heard.length).toBeGreaterThan(MESSAGES / 2);
    for (const numbers of byTurn(heard, PAIRS)) expect(numbers).toEqual(inOrder(numbers));
  });

  test('chats - SIP to XMPP under load: what is answered 200 is a stanza, whatever is cut; doubles have the same id', async () => {
    const { server, nats, cut } = world;
    const start = server.received.length;
    const accepted: string[] = [];
    let begun = 0;
    let refused = 0;
    const count = chats.length;
    const talk = async (chat: PhoneChat, first: number): Promise<void> => {
      for (let index = first; index < MESSAGES; index += count) {
        begun++;
        if ((await chat.say(`s${index}`).catch(() => 0)) === 200) accepted.push(`s${index}`);
        else refused++;
      }
    };
    const talks = chats.map(talk);
    await waitFor(() => begun > MESSAGES / 4);
    await cut(waitFor);
    await waitFor(() => begun > MESSAGES / 2);
    await nats?.restart();
    await Promise.all(talks);
    const ids = new Map<string, Set<string>>();
    const readAll = (): boolean => {
      for (const { stanza } of server.received.slice(start)) {
        if (stanza.name !== 'message' || stanza.attrs.type !== 'chat') continue;
        const known = ids.get(bodyOf(stanza)) ?? new Set();
        ids.set(bodyOf(stanza), known.add(stanza.attrs.id ?? ''));
      }
      return accepted.every((text) => ids.has(text));
    };
    await waitFor(readAll);
    expect(accepted.filter((text) => !ids.has(text))).toEqual([]);
    expect([...ids].filter(([, names]) => names.size > 1)).toEqual([]);
    expect(accepted.length + refused).toBe(MESSAGES);
    expect(accepted.length).toBeGreaterThan(MESSAGES / 2);
    const order = byTurn(
      [...ids.keys()].filter((text) => text !== ''),
      count,
    );
    for (const numbers of order) expect(numbers).toEqual(inOrder(numbers));
  });
});
