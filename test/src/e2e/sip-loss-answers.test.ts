/**
 * A SIP side that forks, or answers early, and loses one datagram in ten each way: every call still completes, and every
 * dialog that was answered is acknowledged and ended. RFC 3261 §13.2.2.4, RFC 3262.
 */
import { setTimeout as delay } from 'node:timers/promises';
import {
  type JingleUser,
  jingleUser,
  type PhoneRequest,
  type SipPhone,
  startSipPhone,
} from '@stoxgate/testkit';
import { afterEach, describe, expect, test } from 'vitest';
import { contactOf, startWorld, type World } from './world.ts';

const CALLS = 300;
const AT_A_TIME = 50;
const LOSS_PERCENT = 10;
/** RFC 3261's T1 is 500 ms; as the gateway's own is that, the calls take long enough. */
const T1_MS = 200;
const WAIT_MS = 60_000;
const BOB = contactOf('bob');

/** Dialogs that were acknowledged and ended, by Call-ID and tag. */
class Seen {
  readonly #dialogs = new Map<string, Set<string>>();

  note({ method, callId, to }: PhoneRequest['request']): void {
    const key = `${callId} ${to.params.tag}`;
    const methods = this.#dialogs.get(key) ?? new Set();
    this.#dialogs.set(key, methods.add(method));
  }

  /** In how many dialogs each method was seen. */
  counts(...methods: readonly string[]): number[] {
    const dialogs = [...this.#dialogs.values()];
    return methods.map((method) => dialogs.filter((seen) => seen.has(method)).length);
  }

  has({ callId, to }: { callId: string; to: { params: Record<string, string> } }, method: string): boolean {
    return this.#dialogs.get(`${callId} ${to.params.tag}`)?.has(method) === true;
  }
}

describe('sip loss of answers', () => {
  let world: World | undefined;
  let phone: SipPhone | undefined;
  afterEach(async () => {
    await phone?.stop();
    await world?.stop();
    phone = undefined;
    world = undefined;
  });

  /** A phone that hands every INVITE to `answer` and says 200 to everything else. */
  async function start(answer: (invite: PhoneRequest, seen: Seen) => Promise<void>) {
    const seen = new Seen();
    const failures: unknown[] = [];
    world = await startWorld('all', { accounts: ['alice'] });
    phone = await startSipPhone({
      port: world.proxyPort,
      target: { host: '127.0.0.1', port: world.sipPort },
      user: 'bob',
      keepLog: false,
      lossPercent: LOSS_PERCENT,
      retransmitAfterMs: T1_MS,
      onRequest: (request) => {
        const { method } = request.request;
        if (method === 'INVITE') answer(request, seen).catch((error: unknown) => failures.push(error));
        else {
          seen.note(request.request);
          if (method !== 'ACK') request.respond(200);
        }
        return true;
      },
    });
    const alice = jingleUser(await world.login('alice', { contacts: [BOB] }));
    return { alice, seen, failures };
  }

  async function call(alice: JingleUser): Promise<void> {
    const sid = await alice.initiate(BOB);
    await alice.nextJingle('session-accept', sid, WAIT_MS);
    await delay(500);
    await alice.terminate(BOB, sid, 'success');
  }

  async function all(alice: JingleUser): Promise<void> {
    let begun = 0;
    const worker = async (): Promise<void> => {
      while (begun < CALLS) {
        begun++;
        await call(alice);
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  }

  test('sip loss of answers - two branches answer every INVITE: both acknowledged, both ended', async () => {
    const { alice, seen, failures } = await start(async (invite) => {
      invite.respond(180, { toTag: 'desk' });
      invite.respond(180, { toTag: 'mobile' });
      await delay(50);
      invite.respond(200, { toTag: 'mobile', sdp: true });
      invite.respond(200, { toTag: 'desk', sdp: true });
    });
    await all(alice);
    // The BYE may overtake the ACK, which comes again with the next 200.
    await expect.poll(() => seen.counts('ACK', 'BYE'), { timeout: 30_000 }).toEqual([2 * CALLS, 2 * CALLS]);
    expect(failures).toEqual([]);
  });

  test('sip loss of answers - every answer comes early and reliably, the 200 has none', async () => {
    const { alice, seen, failures } = await start(async (invite, seen) => {
      const { callId } = invite.request;
      const dialog = { callId, to: { params: { tag: 'desk' } } };
      const headers = { require: ['100rel'], rseq: ['7'] };
      invite.respond(183, { toTag: 'desk', sdp: true, headers });
      while (!seen.has(dialog, 'PRACK')) await delay(20);
      invite.respond(200, { toTag: 'desk' });
    });
    await all(alice);
    const counts = () => seen.counts('PRACK', 'ACK', 'BYE');
    await expect.poll(counts, { timeout: 30_000 }).toEqual([CALLS, CALLS, CALLS]);
    expect(failures).toEqual([]);
  });
});
