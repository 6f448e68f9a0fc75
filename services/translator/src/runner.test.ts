import type { Command, Envelope } from '@stoxgate/contracts';
import { NOOP_TRACER } from '@stoxgate/runtime';
import { el } from '@stoxgate/wire-xmpp';
import { describe, expect, it, vi } from 'vitest';
import { createRunner } from './runner.ts';
import { answered, stanza, tally } from './testing/tally.ts';

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
