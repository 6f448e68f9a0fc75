/**
 * A SIP side that forks, or answers early, and loses one datagram in ten each way: every call still completes, and every
 * dialog that was answered is acknowledged and ended. RFC 3261 §13.2.2.4, RFC 3262.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { JingleUser, PhoneRequest } from '@stoxgate/testkit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { CALLS, completed, LOSS_PERCENT, loginAll, USERS, WAIT_MS } from './many-calls.ts';
import { contactOf, MODES, startWorld, type World } from './world.ts';

/** RFC 3261's T1 is 500 ms; as the gateway's own is that, the calls take long enough. */
const T1_MS = 200;

/** The methods seen in each dialog, by Call-ID and tag of the phone. */
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

  has(callId: string, tag: string, method: string): boolean {
    return this.#dialogs.get(`${callId} ${tag}`)?.has(method) === true;
  }
}

/** What is called decides how it answers. */
const ANSWERS = {
  fork: async (invite: PhoneRequest): Promise<void> => {
    invite.respond(180, { toTag: 'desk' });
    invite.respond(180, { toTag: 'mobile' });
    await delay(50);
    invite.respond(200, { toTag: 'mobile', sdp: true });
    invite.respond(200, { toTag: 'desk', sdp: true });
  },
  early: async (invite: PhoneRequest, seen: Seen): Promise<void> => {
    const headers = { require: ['100rel'], rseq: ['7'] };
    invite.respond(183, { toTag: 'desk', sdp: true, headers });
    const deadline = Date.now() + WAIT_MS;
    while (!seen.has(invite.request.callId, 'desk', 'PRACK')) {
      if (Date.now() > deadline) throw new Error(`no PRACK in ${invite.request.callId}`);
      await delay(20);
    }
    invite.respond(200, { toTag: 'desk' });
  },
};
type Callee = keyof typeof ANSWERS;

describe.each(MODES)('sip loss of answers, %s', (mode) => {
  let world: World;
  let users: JingleUser[];
  const seen: Record<Callee, Seen> = { fork: new Seen(), early: new Seen() };
  const failures: unknown[] = [];

  beforeAll(async () => {
    world = await startWorld(mode, { accounts: USERS });
    await world.phone({
      keepLog: false,
      lossPercent: LOSS_PERCENT,
      retransmitAfterMs: T1_MS,
      onRequest: (request) => {
        const { method, to } = request.request;
        const callee: Callee = to.uri.startsWith('sip:fork@') ? 'fork' : 'early';
        if (method === 'INVITE') {
          ANSWERS[callee](request, seen[callee]).catch((error: unknown) => failures.push(error));
        } else {
          seen[callee].note(request.request);
          if (method !== 'ACK') request.respond(200);
        }
        return true;
      },
    });
    users = await loginAll(world, contactOf('fork'));
  });
  afterAll(() => world?.stop());

  const callAll = (callee: Callee): Promise<number> =>
    completed(users, async (user) => {
      const contact = contactOf(callee);
      const sid = await user.initiate(contact);
      await user.nextJingle('session-accept', sid, WAIT_MS);
      await delay(500);
      await user.terminate(contact, sid, 'success');
    });

  test.concurrent('sip loss of answers - two branches answer every INVITE: both acknowledged, both ended', async () => {
    expect(await callAll('fork')).toBe(CALLS);
    // The BYE may overtake the ACK, which comes again with the next 200.
    const counts = () => seen.fork.counts('ACK', 'BYE');
    await vi.waitFor(() => expect(counts()).toEqual([2 * CALLS, 2 * CALLS]), 30_000);
    expect(failures).toEqual([]);
  });

  test.concurrent('sip loss of answers - every answer comes early and reliably, the 200 has none', async () => {
    expect(await callAll('early')).toBe(CALLS);
    const counts = () => seen.early.counts('PRACK', 'ACK', 'BYE');
    await vi.waitFor(() => expect(counts()).toEqual([CALLS, CALLS, CALLS]), 30_000);
    expect(failures).toEqual([]);
  });
});
