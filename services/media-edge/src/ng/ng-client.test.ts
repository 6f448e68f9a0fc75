import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FakeRelay } from '../testing/fake-relay.ts';
import { passes, settle } from '../testing/fake-time-world.ts';
import { NgClient, type NgOutcome } from './ng-client.ts';

const OFFER = { command: 'offer', 'call-id': 'c', sdp: 'v=0\r\n' };
const OK = { result: 'ok', sdp: 'v=0\r\n' };
const BUDGET = { budgetMs: 600 };

let relay: FakeRelay;
let client: NgClient;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  relay = await FakeRelay.open();
  relay.script = () => undefined;
  client = new NgClient({ host: '127.0.0.1', port: relay.port });
});
afterEach(() => {
  client.close();
  relay.close();
  vi.useRealTimers();
});

/** Asks, and lets the time for it pass once the relay has been asked. */
async function silent(cookie: string): Promise<NgOutcome> {
  const outcome = client.ask(cookie, OFFER, { budgetMs: 200 });
  const count = relay.asked.length + 1;
  await isAsked(count);
  await settle();
  await passes(200);
  return outcome;
}

const isAsked = (count: number): Promise<void> => expect.poll(() => relay.asked.length).toBe(count);

test('ng client - a request and its reply', async () => {
  relay.script = ({ reply }) => reply(OK);
  expect(await client.ask('k1', OFFER, BUDGET)).toEqual({ kind: 'reply', reply: OK });
  expect(relay.asked).toMatchObject([{ cookie: 'k1', request: OFFER }]);
});

test('ng client - silence: the same cookie again after 250 ms, silent when the time is over', async () => {
  const outcome = vi.fn();
  void client.ask('k1', OFFER, BUDGET).then(outcome);
  await isAsked(1);
  await passes(249);
  await settle();
  expect(relay.asked).toHaveLength(1);
  await passes(1);
  await isAsked(2);
  await passes(BUDGET.budgetMs - 251);
  expect(outcome).not.toHaveBeenCalled();
  await passes(1);
  expect(outcome).toHaveBeenCalledWith({ kind: 'silent' });
  expect(relay.asked.map(({ cookie }) => cookie)).toEqual(['k1', 'k1']);
});

test('ng client - a late reply is a reply, and what comes after the end is nothing', async () => {
  relay.script = ({ reply }) => {
    if (relay.asked.length === 2) reply(OK);
  };
  const late = client.ask('k1', OFFER, BUDGET);
  await passes(250);
  expect(await late).toMatchObject({ kind: 'reply' });
  relay.asked[0]?.reply(OK);
  relay.script = () => relay.asked[0]?.reply(OK);
  expect(await silent('k2')).toEqual({ kind: 'silent' });
});

test('ng client - replies come in any order and twice', async () => {
  relay.script = ({ cookie }) => {
    if (cookie !== 'k2') return;
    for (const { reply, cookie: own } of [...relay.asked].reverse()) {
      reply({ result: 'ok', sdp: own });
      reply({ result: 'ok', sdp: 'again' });
    }
  };
  const outcomes = await Promise.all([client.ask('k1', OFFER, BUDGET), client.ask('k2', OFFER, BUDGET)]);
  expect(outcomes).toMatchObject([{ reply: { sdp: 'k1' } }, { reply: { sdp: 'k2' } }]);
});

test('ng client - a reply from another port is none', async () => {
  relay.script = ({ replyFromElsewhere }) => replyFromElsewhere(OK);
  expect(await silent('k1')).toEqual({ kind: 'silent' });
});

test.each([
  ['no dictionary', 'hello'],
  ['bencode', 'd6:result2:oke'],
  ['a list', '[]'],
  ['an unknown result', '{"result":"maybe"}'],
  ['an SDP that is no text', '{"result":"ok","sdp":7}'],
  ['nothing', ''],
])('ng client - %s is unreadable', async (_, body) => {
  relay.script = ({ reply }) => reply(body);
  expect(await client.ask('k1', OFFER, BUDGET)).toEqual({ kind: 'unreadable' });
});

test('ng client - a reply with a cookie that nobody waits for is passed over', async () => {
  relay.script = ({ cookie }) => {
    if (cookie !== 'k2') return;
    relay.asked[0]?.reply('nonsense');
    relay.asked[1]?.reply(OK);
  };
  expect(await silent('k1')).toEqual({ kind: 'silent' });
  expect(await client.ask('k2', OFFER, BUDGET)).toMatchObject({ kind: 'reply' });
});

test('ng client - what no datagram can hold is not sent', async () => {
  const sdp = 'x'.repeat(65_500);
  expect(await client.ask('k1', { ...OFFER, sdp }, BUDGET)).toEqual({ kind: 'too-large' });
  expect(relay.asked).toEqual([]);
});

test('ng client - the largest reply is read', async () => {
  const sdp = 'x'.repeat(65_000);
  relay.script = ({ reply }) => reply({ result: 'ok', sdp });
  expect(await client.ask('k1', OFFER, BUDGET)).toEqual({ kind: 'reply', reply: { result: 'ok', sdp } });
});

test('ng client - asked twice under one cookie, it asks once', async () => {
  relay.script = ({ reply }) => reply(OK);
  const outcomes = await Promise.all([client.ask('k1', OFFER, BUDGET), client.ask('k1', OFFER, BUDGET)]);
  expect(outcomes).toMatchObject([{ kind: 'reply' }, { kind: 'reply' }]);
  expect(relay.asked).toHaveLength(1);
});

test('ng client - where nobody listens, who is hasty hears it at once, and who is not may still have luck', async () => {
  const { port } = relay;
  relay.close();
  expect(await client.ask('k1', OFFER, { ...BUDGET, isHasty: true })).toEqual({ kind: 'silent' });
  const patient = client.ask('k2', OFFER, BUDGET);
  await settle();
  relay = await FakeRelay.open(port);
  await passes(250);
  expect(await patient).toMatchObject({ kind: 'reply' });
});

test('ng client - a name that leads nowhere is silence', async () => {
  const lost = new NgClient({ host: 'relay.invalid', port: 22222 });
  const outcome = lost.ask('k1', OFFER, BUDGET);
  await passes(BUDGET.budgetMs);
  expect(await outcome).toEqual({ kind: 'silent' });
  lost.close();
});

test('ng client - closing ends what waits', async () => {
  const waiting = client.ask('k1', OFFER, { budgetMs: 60_000 });
  client.close();
  expect(await waiting).toEqual({ kind: 'silent' });
});
