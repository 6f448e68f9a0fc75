import type { Command, Envelope, Event, SipRequest } from '@stoxgate/contracts';
import { NOOP_TRACER } from '@stoxgate/runtime';
import { el } from '@stoxgate/wire-xmpp';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { createRunner } from './runner.ts';
import type { Session } from './session.ts';
import { createStep, type Step, type StepFunction } from './step.ts';
import { CrashWorld } from './testing/crash-world.ts';
import { message, POLICY } from './testing/pair-world.ts';

const PAIR = 'pair:alice@example.org sip:romeo@example.net';
const source = { protocol: 'udp', address: '127.0.0.1', port: 5060 } as const;
const messageEvent = (text: string): Event => ({
  type: 'xmpp.message.received',
  domain: 'sip.example.org',
  stanza: el(
    'message',
    { from: 'alice@example.org/a', to: 'romeo@sip.example.org', id: text },
    el('body', {}, text),
  ),
});
const requestEvent = (changes: Partial<SipRequest> = {}): Event => ({
  type: 'sip.request.received',
  request: message(changes),
  source,
});

/** The SIP side refuses every MESSAGE. */
const refuseAll = (command: Command): Event | undefined =>
  command.type !== 'sip.request.send'
    ? undefined
    : {
        type: 'sip.response.received',
        branch: command.branch,
        response: {
          status: 404,
          reason: 'Not Found',
          vias: [],
          from: command.request.from,
          to: command.request.to,
          callId: command.request.callId,
          cseq: { number: command.request.cseq, method: 'MESSAGE' },
          contacts: [],
          recordRoutes: [],
          headers: {},
        },
      };

async function messagesWith(lives: readonly number[]): Promise<CrashWorld> {
  const world = new CrashWorld(createStep(POLICY), { lives }, refuseAll);
  world.publish('a', PAIR, messageEvent('one'));
  world.publish('b', PAIR, requestEvent());
  world.publish('c', PAIR, messageEvent('two'));
  await world.run();
  return world;
}

interface Tally {
  readonly kind: 'call';
  readonly count: number;
}

const stanza = (text: string): Command => ({
  type: 'xmpp.stanza.send',
  domain: 'd',
  stanza: el('x', {}, text),
});
const timerOf = (key: string): string => `t${key}`;

/**
 * A call-like core: counts events, speaks to both sides, to another session, to itself later, and ends.
 */
const tally: StepFunction = (session, input): Step => {
  const { event, key, now } = input;
  const count = ((session as unknown as Tally | undefined)?.count ?? 0) + 1;
  const next = { kind: 'call', count } as unknown as Session;
  const said = stanza(`${key} ${event.type} ${count}`);
  if (event.type === 'timer.fired') return { session: undefined, commands: [said] };
  if (event.type === 'user.resources.requested') {
    return {
      session: next,
      commands: [said, { type: 'session.notify', key: event.replyTo, event: answered(key) }],
    };
  }
  if (event.type === 'user.resources.answered') return { session: next, commands: [said, stanza('second')] };
  if (count % 4 === 3) return { session, commands: [] };
  const dueAt = now + 1000 + count;
  return {
    session: next,
    commands: [said, { type: 'timer.set', name: timerOf(key), dueAt }, stanza(`${key} set ${count}`)],
  };
};
const answered = (bareJid: string): Event => ({
  type: 'user.resources.answered',
  bareJid,
  known: false,
  resources: [],
});

type Script = readonly (readonly [key: number, kind: 'speak' | 'ask'])[];

async function tallyWith(script: Script, lives: readonly number[]): Promise<CrashWorld> {
  const world = new CrashWorld(tally, { lives });
  script.forEach(([key, kind], index) => {
    const event: Event =
      kind === 'speak'
        ? { type: 'xmpp.presence.received', domain: 'd', stanza: el('presence') }
        : { type: 'user.resources.requested', replyTo: `call:${(key + 1) % 3}`, as: 'x' };
    world.publish(`e${index}`, `call:${key}`, event);
  });
  await world.run();
  await world.fireTimers(world.now + 5000);
  return world;
}

const state = (world: CrashWorld) =>
  [...world.store.sessions].map(([key, { record }]) => [key, record]).sort();
/** Effects of one session keep their order; those of different sessions need not. */
const bySession = (world: CrashWorld): readonly string[] =>
  world.effects.map((effect) => JSON.stringify(effect)).sort();

describe('runner', () => {
  it('runner - messages: a death at any seam changes no effect', async () => {
    const calm = await messagesWith([]);
    expect(calm.effects.map(({ type }) => type)).toEqual([
      'sip.request.send',
      'sip.response.send',
      'xmpp.stanza.send',
      'xmpp.stanza.send',
      'sip.request.send',
      'xmpp.stanza.send',
    ]);
    for (let seam = 0; seam < calm.seams; seam++) {
      const world = await messagesWith([seam]);
      expect(world.processes, `death at seam ${seam}`).toBe(2);
      expect(world.effects, `death at seam ${seam}`).toEqual(calm.effects);
      expect(state(world)).toEqual(state(calm));
    }
  });

  it('runner - calls: a death at any seam changes no effect, timers and notices included', async () => {
    const script: Script = [
      [0, 'speak'],
      [0, 'ask'],
      [1, 'speak'],
      [0, 'speak'],
      [2, 'speak'],
      [2, 'ask'],
    ];
    const calm = await tallyWith(script, []);
    expect(calm.effects).toHaveLength(15);
    for (let seam = 0; seam < calm.seams; seam++) {
      const world = await tallyWith(script, [seam]);
      expect(world.processes, `death at seam ${seam}`).toBe(2);
      expect(world.effects, `death at seam ${seam}`).toEqual(calm.effects);
      expect(state(world)).toEqual(state(calm));
    }
  });

  it('runner - many deaths at any seams change no effect', async () => {
    const script = fc.array(fc.tuple(fc.nat(2), fc.constantFrom('speak' as const, 'ask' as const)), {
      minLength: 1,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(script, fc.array(fc.nat(25), { maxLength: 12 }), async (events, lives) => {
        const calm = await tallyWith(events, []);
        const world = await tallyWith(events, lives);
        expect(bySession(world)).toEqual(bySession(calm));
        expect(state(world)).toEqual(state(calm));
      }),
      { numRuns: 150 },
    );
  });

  it('runner - an event that was applied before is applied no more', async () => {
    const world = new CrashWorld(tally, { lives: [] });
    const presence: Event = { type: 'xmpp.presence.received', domain: 'd', stanza: el('presence') };
    world.publish('a', 'call:0', presence);
    world.publish('b', 'call:0', presence);
    world.publish('a', 'call:0', presence);
    await world.run();
    expect(world.outcomes).toEqual(['applied', 'applied', 'duplicate']);
    expect(world.effects).toHaveLength(4);
  });

  it('runner - a timer works once, and not after it was moved or cleared', async () => {
    const world = new CrashWorld(tally, { lives: [] });
    const presence: Event = { type: 'xmpp.presence.received', domain: 'd', stanza: el('presence') };
    world.publish('a', 'call:0', presence);
    await world.run();
    const [first] = world.store.timers.values();
    world.publish('b', 'call:0', presence);
    await world.run();
    world.publish('stale', 'call:0', { type: 'timer.fired', name: first!.name, dueAt: first!.dueAt });
    world.publish('unknown', 'call:9', { type: 'timer.fired', name: 'x', dueAt: 1 });
    await world.run();
    expect(world.outcomes.splice(0)).toEqual(['applied', 'applied', 'stale', 'stale']);
    await world.fireTimers(world.now + 5000);
    expect(world.outcomes).toEqual(['applied', 'stale']);
    expect(world.store.timers.size).toBe(0);
  });

  it('runner - a timer that fired is disarmed although the step has nothing to say', async () => {
    const session = { kind: 'call', count: 1 } as unknown as Session;
    const world = new CrashWorld(
      (known, { event }) =>
        event.type === 'timer.fired'
          ? { session: known, commands: [] }
          : { session, commands: [{ type: 'timer.set', name: 't', dueAt: 5 }] },
      { lives: [] },
    );
    world.publish('a', 'call:0', answered('x'));
    await world.run();
    await world.fireTimers(world.now);
    expect(world.outcomes).toEqual(['applied', 'applied', 'stale']);
    expect(world.store.timers.size).toBe(0);
  });

  it('runner - nothing is committed when nothing changed', async () => {
    const session = { kind: 'call', count: 1 } as unknown as Session;
    const world = new CrashWorld((known) => ({ session: known, commands: [] }), { lives: [] });
    world.publish('a', 'call:0', answered('x'));
    await world.run();
    expect(world.store.sessions.size).toBe(0);
    world.store.sessions.set('call:0', {
      revision: 7,
      record: { session, timers: {}, startedAt: 0 },
      recentEventIds: [],
      outbox: [],
    });
    world.publish('b', 'call:0', answered('x'));
    await world.run();
    expect(world.store.sessions.get('call:0')?.revision).toBe(7);
    expect(world.outcomes).toEqual(['unchanged', 'unchanged']);
  });
});

const event = (id = 'a'): Envelope => ({
  v: 1,
  id,
  key: 'call:0',
  edge: 'edge-1',
  at: 0,
  trace: '00-1-2-01',
  payload: answered('x'),
});
const empty = async () => ({ revision: 0, record: undefined, recentEventIds: [], outbox: [] });

describe('runner and its ports', () => {
  it('runner - steps again when another process was faster, and gives up in the end', async () => {
    const results: ('conflict' | 'committed')[] = ['conflict', 'conflict', 'committed'];
    const commit = vi.fn(async () => results.shift() ?? 'conflict');
    const publish = vi.fn(async () => {});
    const base = { step: tally, now: () => 1, edgeId: 't', tracer: NOOP_TRACER };
    const handle = createRunner({ ...base, bus: { publish }, store: { load: empty, commit } });
    await handle(event());
    expect(commit).toHaveBeenCalledTimes(3);
    expect(publish).toHaveBeenCalledTimes(2);
    await expect(handle(event('b'))).rejects.toMatchObject({ code: 'STOX_STORE_UNAVAILABLE' });
    expect(publish).toHaveBeenCalledTimes(2);
  });

  it('runner - says what has been published when it has, not before and not when the bus refused', async () => {
    const said: string[] = [];
    const publish = vi.fn(async () => void said.push('taken'));
    publish.mockRejectedValueOnce(new Error('full'));
    const published = (key: string, eventId: string) => void said.push(`${key} ${eventId}`);
    const commit = async () => 'committed' as const;
    const base = { step: tally, now: () => 1, edgeId: 't', tracer: NOOP_TRACER };
    const handle = createRunner({ ...base, bus: { publish }, store: { load: empty, commit, published } });
    await expect(handle(event())).rejects.toThrow('full');
    expect(said).toEqual(['taken']);
    await handle(event());
    expect(said).toEqual(['taken', 'taken', 'taken', 'call:0 a']);
  });

  it('runner - a step that throws commits nothing and rejects', async () => {
    const commit = vi.fn(async () => 'committed' as const);
    const handle = createRunner({
      step: () => {
        throw new Error('bug');
      },
      now: () => 1,
      edgeId: 't',
      tracer: NOOP_TRACER,
      bus: { publish: async () => {} },
      store: { load: empty, commit },
    });
    await expect(handle(event())).rejects.toThrow('bug');
    expect(commit).not.toHaveBeenCalled();
  });

  it('runner - commands go to the edge that has the transaction, to any, or to the domain; the trace goes along', async () => {
    const request = { method: 'MESSAGE' } as never;
    const commands: Command[] = [
      { type: 'sip.request.send', branch: 'b', request },
      { type: 'sip.request.send', branch: 'b', request, edge: 'edge.1' },
      { type: 'sip.response.send', edge: 'edge.1', response: {} as never },
      { type: 'xmpp.stanza.send', domain: 'SIP.example.org', stanza: el('x') },
      { type: 'msrp.session.open', session: 's', isSecure: false },
      { type: 'msrp.session.close', edge: 'edge.2', session: 's' },
      { type: 'session.notify', key: 'user:a@b', event: answered('x') },
    ];
    const published: [string, Envelope][] = [];
    const handle = createRunner({
      step: (session) => ({ session, commands }),
      now: () => 5,
      edgeId: 't',
      tracer: NOOP_TRACER,
      bus: {
        publish: async (subject, envelope) => {
          published.push([subject, envelope]);
        },
      },
      store: { load: empty, commit: async () => 'committed' },
    });
    await handle(event());
    expect(published.map(([subject]) => subject)).toEqual([
      expect.stringMatching(/^stox\.evt\.\d+$/),
      'stox.cmd.sip.any',
      'stox.cmd.sip.edge_2e_1',
      'stox.cmd.sip.edge_2e_1',
      'stox.cmd.xmpp.sip_2e_example_2e_org',
      'stox.cmd.msrp.any',
      'stox.cmd.msrp.edge_2e_2',
    ]);
    expect(published.map(([, { id, key, edge, at, trace }]) => ({ id, key, edge, at, trace }))).toEqual(
      ['a/6', 'a/0', 'a/1', 'a/2', 'a/3', 'a/4', 'a/5'].map((id) => ({
        id,
        key: id === 'a/6' ? 'user:a@b' : 'call:0',
        edge: 't',
        at: 5,
        trace: '00-1-2-01',
      })),
    );
  });

  it('runner - what another session is told is on the bus before anything leaves', async () => {
    const published: string[] = [];
    let take: () => void = () => {};
    const handle = createRunner({
      step: (session) => ({
        session,
        commands: [stanza('after'), { type: 'session.notify', key: 'call:1', event: answered('x') }],
      }),
      now: () => 1,
      edgeId: 't',
      tracer: NOOP_TRACER,
      bus: {
        publish: (_, envelope) => {
          published.push(envelope.key);
          return envelope.key === 'call:1'
            ? new Promise<void>((resolve) => {
                take = resolve;
              })
            : Promise.resolve();
        },
      },
      store: { load: empty, commit: async () => 'committed' },
    });
    const handled = handle(event());
    await vi.waitFor(() => expect(published).toEqual(['call:1']));
    take();
    await handled;
    expect(published).toEqual(['call:1', 'call:0']);
  });

  it('runner - a full subject does not hold up the one that must drain it', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    // Not all timers that are left: a store of another test may look for what is idle just now.
    const clear = globalThis.clearTimeout;
    const cleared: unknown[] = [];
    globalThis.clearTimeout = (timer) => {
      cleared.push(timer);
      clear(timer);
    };
    try {
      const lost: unknown[] = [];
      let refuse: (cause: Error) => void = () => {};
      const handle = createRunner({
        step: (session) => ({
          session,
          commands: [{ type: 'session.notify', key: 'call:1', event: answered('x') }, stanza('after')],
        }),
        now: () => 1,
        edgeId: 't',
        tracer: NOOP_TRACER,
        bus: {
          publish: (_, envelope) =>
            envelope.key === 'call:1'
              ? new Promise<void>((_resolve, reject) => {
                  refuse = reject;
                })
              : Promise.resolve(),
        },
        store: { load: empty, commit: async () => 'committed' },
        onLost: (envelope) => lost.push(envelope.id),
      });
      const handled = handle(event());
      await vi.advanceTimersByTimeAsync(250);
      await handled;
      refuse(new Error('no room'));
      await vi.advanceTimersByTimeAsync(0);
      expect(lost).toEqual(['a/0']);
      expect(cleared).toEqual([expect.anything()]);
    } finally {
      globalThis.clearTimeout = clear;
      vi.useRealTimers();
    }
  });
});
