/**
 * Many messages each way while the component is cut off and comes back, and NATS dies and comes back: none is lost but to
 * its sender's knowledge, and what comes twice is the same stanza or the same transaction.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { type SipPhone, startSipPhone } from '@stoxgate/testkit';
import { el } from '@stoxgate/wire-xmpp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bodyOf, CONTACTS, contactOf, type LoadWorld, startLoadWorld, USERS, userOf } from './load-world.ts';
import { COMPONENT, MODES } from './world.ts';

/** MESSAGEs that the phone has under way at a time. */
const AT_A_TIME = 50;
const MESSAGES = 10_000;
/** Messages from XMPP of which nothing is known yet: each pair of users has 20 of them, well below what the gateway holds for it. */
const UNKNOWN_MAX = 2000;
/** Nothing has come for so long: nothing will. A transaction without an answer ends after 32 s. */
const SILENCE_MS = 60_000;
/** Only to end what hangs. */
const TEST_MS = 600_000;

describe.each(MODES)('messages under load, %s', { timeout: TEST_MS }, (mode) => {
  const stops: (() => Promise<unknown>)[] = [];
  let world: LoadWorld;
  let phone: SipPhone;
  /** Texts that reached the phone, each transaction once. */
  const heard: string[] = [];
  /** Waits until it is done, or nothing moves any more. */
  const waitFor = async (isDone: () => boolean): Promise<void> => {
    let count = -1;
    let until = 0;
    while (!isDone()) {
      const now = world.server.received.length + heard.length;
      if (now !== count) until = Date.now() + SILENCE_MS;
      else if (Date.now() > until) return;
      count = now;
      await delay(50);
    }
  };

  beforeAll(async () => {
    world = await startLoadWorld({ mode, stops });
    phone = await startSipPhone({
      port: world.phonePort,
      target: { host: '127.0.0.1', port: world.sipPort },
      retransmitAfterMs: 500,
      timeoutMs: 40_000,
      keepLog: false,
      onRequest: (request) => {
        if (request.request.method !== 'MESSAGE') return false;
        heard.push(request.request.body?.content ?? '');
        request.respond(200);
        return true;
      },
    });
    stops.push(() => phone.stop());
  });
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  test('messages - SIP to XMPP under load: every 202 is a stanza, whatever is cut; what comes twice does so over the cut, with one id', async () => {
    const { server, nats, cut } = world;
    const accepted: string[] = [];
    let begun = 0;
    let refused = 0;
    const worker = async (): Promise<void> => {
      for (let index = begun++; index < MESSAGES; index = begun++) {
        const text = `s${index}`;
        const to = `sip:${userOf(index)}`;
        const { status } = await phone.message(to, `sip:${contactOf(index)}@sip.test`, text).waitFor('final');
        if (status === 202) accepted.push(text);
        else refused++;
      }
    };
    const workers = Array.from({ length: AT_A_TIME }, worker);
    await waitFor(() => begun > MESSAGES / 4);
    const beforeCut = await cut(waitFor);
    await waitFor(() => begun > MESSAGES / 2);
    await nats?.restart();
    await Promise.all(workers);
    /** Of each text: where its stanzas came, among all, and their ids. */
    const seen = new Map<string, { place: number; id: string }[]>();
    let read = 0;
    const readAll = (): boolean => {
      for (; read < server.received.length; read++) {
        const { stanza } = server.received[read] ?? {};
        if (stanza?.name !== 'message') continue;
        const copies = seen.get(bodyOf(stanza)) ?? [];
        copies.push({ place: read, id: stanza.attrs.id ?? '' });
        seen.set(bodyOf(stanza), copies);
      }
      return accepted.every((text) => seen.has(text));
    };
    await waitFor(readAll);
    expect(accepted.filter((text) => !seen.has(text))).toEqual([]);
    const doubles = [...seen].filter(([, copies]) => copies.length > 1);
    const isOverTheCut = (copies: { place: number; id: string }[]): boolean =>
      copies.length === 2 &&
      copies[0]?.id === copies[1]?.id &&
      (copies[0]?.place ?? 0) < beforeCut &&
      (copies[1]?.place ?? 0) >= beforeCut;
    expect(doubles.filter(([, copies]) => !isOverTheCut(copies))).toEqual([]);
    expect(accepted.length + refused).toBe(MESSAGES);
    expect(accepted.length).toBeGreaterThan(MESSAGES * 0.9);
  });

  test('messages - XMPP to SIP under load: each arrives once or its sender is told, whatever is cut', async () => {
    const { server, nats, settled, cut } = world;
    await waitFor(world.isOnline);
    const told = new Set<string>();
    let read = server.received.length;
    const known = (): number => {
      for (; read < server.received.length; read++) {
        const { attrs } = server.received[read]?.stanza ?? el('none');
        if (attrs.type === 'error') told.add(attrs.id ?? '');
      }
      return heard.length + told.size;
    };
    const say = (index: number): void => {
      const attrs = {
        from: `${userOf(index)}/desk`,
        to: `${contactOf(index)}@${COMPONENT}`,
        id: `x${index}`,
      };
      server.send(COMPONENT, el('message', { ...attrs, type: 'chat' }, el('body', {}, `x${index}`)));
    };
    for (let index = 0; index < MESSAGES; index++) {
      if (index === MESSAGES / 4) {
        // What a dying connection swallows nobody can know of: the cut comes when all was read.
        await settled();
        await cut(waitFor);
      }
      if (index === MESSAGES / 2) await nats?.restart();
      say(index);
      if (index % 100 === 99) await waitFor(() => index - known() < UNKNOWN_MAX);
    }
    const texts = Array.from({ length: MESSAGES }, (_, index) => `x${index}`);
    await waitFor(() => {
      if (known() < MESSAGES) return false;
      const ends = new Set([...heard, ...told]);
      return texts.every((text) => ends.has(text));
    });
    const arrived = new Set(heard);
    expect(texts.filter((text) => !arrived.has(text) && !told.has(text))).toEqual([]);
    expect(heard.length).toBe(arrived.size);
    expect(arrived.size).toBeGreaterThan(MESSAGES * 0.9);
    for (let user = 0; user < USERS; user++) {
      const ours = heard.map((text) => Number(text.slice(1))).filter((index) => index % USERS === user);
      for (let contact = 0; contact < CONTACTS; contact++) {
        const order = ours.filter((index) => contactOf(index) === `c${contact}`);
        expect(order).toEqual([...order].sort((one, other) => one - other));
      }
    }
  });
});
