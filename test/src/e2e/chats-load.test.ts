/**
 * A hundred chat sessions with many messages each way, while the component is cut off and comes back, and NATS dies and
 * comes back: none is lost but to its sender's knowledge, what comes twice is the same stanza, and order is kept.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { XmlElement } from '@stoxgate/contracts';
import {
  type ChatPhone,
  type FakeXmppServer,
  freePort,
  type GatewayProcesses,
  type PhoneChat,
  rolesOf,
  startChatPhone,
  startFakeXmppServer,
  startGatewayProcesses,
  startNats,
  startRedis,
  type TestServer,
} from '@stoxgate/testkit';
import { childOf, el, NS, textOf } from '@stoxgate/wire-xmpp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MODES } from './world.ts';

const COMPONENT = 'sip.xmpp.test';
const USERS = 20;
const CONTACTS = 5;
const PAIRS = USERS * CONTACTS;
const WAIT_MS = 60_000;

const userOf = (index: number): string => `u${index % USERS}@xmpp.test`;
const contactOf = (index: number): string => `c${Math.floor(index / USERS) % CONTACTS}`;
const bodyOf = (stanza: XmlElement): string => {
  const body = childOf(stanza, 'body');
  return body === undefined ? '' : textOf(body);
};
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
  const stops: (() => Promise<void>)[] = [];
  let server: FakeXmppServer;
  let gateway: GatewayProcesses;
  let phone: ChatPhone;
  let nats: TestServer | undefined;
  let isOver = false;
  const chats: PhoneChat[] = [];
  const heard: string[] = [];

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
    server = await startFakeXmppServer({ components: { [COMPONENT]: 's3cret' } });
    stops.push(() => server.stop());
    const backend = { bus: 'memory', store: 'memory' };
    if (mode === 'roles') {
      nats = await startNats();
      stops.push(nats.stop);
      const redis = await startRedis();
      stops.push(redis.stop);
      Object.assign(backend, { bus: nats.url, store: redis.url });
    }
    const [sipPort, proxyPort] = [await freePort(), await freePort()];
    const component = { domain: COMPONENT, sip_domain: 'sip.test', port: server.port, secret: 's3cret' };
    const messages = { chat_mode: 'msrp', msrp: { enabled: true, listen_host: '127.0.0.1', listen_port: 0 } };
    gateway = await startGatewayProcesses({
      roles: mode === 'all' ? ['all'] : rolesOf({ messages }),
      config: {
        xmpp: { domains: ['xmpp.test'], components: [component] },
        sip: {
          listen_host: '127.0.0.1',
          listen_port: sipPort,
          proxy_host: '127.0.0.1',
          proxy_port: proxyPort,
        },
        messages,
        ...backend,
      },
    });
    stops.push(gateway.stop);
    await gateway.ready();
    const target = { host: '127.0.0.1', port: sipPort };
    phone = await startChatPhone({
      aor: 'sip:all@sip.test',
      port: proxyPort,
      target,
      retransmitAfterMs: 500,
    });
    stops.push(() => phone.stop());
    takeChats().catch(() => undefined);
  });
  afterAll(async () => {
    isOver = true;
    for (const stop of stops.reverse()) await stop();
  });

  const waitFor = async (isDone: () => boolean): Promise<void> => {
    const until = Date.now() + WAIT_MS;
    while (!isDone() && Date.now() < until) await delay(50);
  };
  const isOnline = (): boolean => server.connected().includes(COMPONENT);
  /** Cuts the component off; resolves when it comes back. */
  const cut = async (): Promise<void> => {
    const before = server.connections();
    server.cut(COMPONENT);
    await waitFor(() => server.connections() > before);
    await waitFor(isOnline);
  };
  /** Asks the component whether it has read all that was sent to it. */
  const settled = async (): Promise<void> => {
    const ping = el('ping', { xmlns: NS.PING });
    const id = `barrier-${server.received.length}`;
    server.send(COMPONENT, el('iq', { type: 'get', id, from: 'u0@xmpp.test/desk', to: COMPONENT }, ping));
    await server.next(({ name, attrs }) => name === 'iq' && attrs.id === id, 20_000);
  };

  test('chats - XMPP to SIP under load: each arrives once and in order, or its sender is told', async () => {
    for (let index = 0; index < MESSAGES; index++) {
      if (index === MESSAGES / 4) {
        // What a dying connection swallows nobody can know of: the cut comes when all was read.
        await settled();
        await cut();
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
    await cut();
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
