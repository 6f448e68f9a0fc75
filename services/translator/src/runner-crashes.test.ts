import type { Command, Event, SipRequest } from '@stoxgate/contracts';
import { el } from '@stoxgate/wire-xmpp';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Session } from './session.ts';
import { createStep } from './step.ts';
import { CrashWorld } from './testing/crash-world.ts';
import { message, POLICY } from './testing/pair-world.ts';
import { answered, tally } from './testing/tally.ts';

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
