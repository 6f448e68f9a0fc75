import type { Command, SipHeaders } from '@stoxgate/contracts';
import { el } from '@stoxgate/wire-xmpp';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { of } from '../testing/pair-world.ts';
import { notifiesIn, type Sent, statusesIn, toldBy, Watchers } from '../testing/watcher-world.ts';

type Event =
  | { readonly do: 'subscribe' | 'refresh' | 'leave'; readonly dialog: number }
  | { readonly do: 'answer'; readonly dialog: number; readonly status: number }
  | { readonly do: 'presence'; readonly resource: string; readonly show: string | undefined }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'restart' | 'link' | 'subscribed' | 'unsubscribed' };

const dialog = fc.integer({ min: 0, max: 3 });
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('subscribe', 'refresh', 'leave'), dialog }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('answer'), dialog, status: fc.constantFrom(200, 200, 200, 481) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('presence'),
      resource: fc.constantFrom('a', 'b', 'c'),
      show: fc.constantFrom('chat', 'away', 'dnd', undefined),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('pass'), ms: fc.constantFrom(50, 900, 5_000, 30_000, 2_000_000) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('restart', 'link', 'subscribed', 'subscribed', 'unsubscribed'),
    }),
  },
);

/** The user, its server and the watchers, as they have to see it. */
class Scene {
  readonly world = new Watchers();
  /** What the server would answer to a probe. */
  readonly online = new Map<string, string>();
  isGranted = false;
  /** By Call-ID: the newest NOTIFY that is not answered, and the last document. */
  readonly #pending = new Map<string, Sent>();
  readonly told = new Map<string, readonly string[]>();
  readonly dialogs = new Map<string, Sent>();
  readonly #open = new Set<string>();
  readonly #sentAt = new Map<string, number>();
  readonly #cseqs = new Map<string, number>();
  readonly #changedAt = new Map<string, number>();
  /** Dialogs that a NOTIFY is owed whether or not there is news. */
  readonly #owed = new Set<string>();
  #cseq = 100;

  take(commands: readonly Command[]): void {
    for (const { key, event } of of(commands, 'session.notify')) {
      const callId = key.slice('call:'.length);
      if (event.type === 'dialog.opened') this.#open.add(callId);
      if (event.type === 'dialog.ended') this.#open.delete(callId);
    }
    for (const sent of notifiesIn(commands)) this.#receive(sent);
    for (const { stanza } of of(commands, 'xmpp.stanza.send')) {
      if (stanza.attrs.type === 'probe' && this.isGranted) this.#answerProbe();
      if (stanza.attrs.type === 'subscribe' && this.isGranted) this.#decide();
    }
  }

  #answerProbe(): void {
    if (this.online.size === 0) this.take(this.world.hear('unavailable'));
    for (const [resource, show] of this.online) {
      this.take(this.world.hear(undefined, resource, el('show', {}, show)));
    }
  }

  #decide(): void {
    for (const callId of this.dialogs.keys()) this.#owed.add(callId);
    this.take(this.world.hear(this.isGranted ? 'subscribed' : 'unsubscribed'));
  }

  #receive(sent: Sent): void {
    const { callId, cseq } = sent.request;
    const sentAt = this.#pending.has(callId) ? (this.#sentAt.get(callId) ?? 0) : 0;
    // The edge of one that is given up may have ended.
    expect(this.world.now - sentAt, 'one NOTIFY at a time').toBeGreaterThanOrEqual(40_000);
    this.#sentAt.set(callId, this.world.now);
    expect(cseq).toBeGreaterThan(this.#cseqs.get(callId) ?? 0);
    this.#cseqs.set(callId, cseq);
    this.#pending.set(callId, sent);
    this.dialogs.set(callId, sent);
    const { state, document } = toldBy(sent);
    const isOwed = this.#owed.delete(callId);
    if (document === undefined) return;
    const before = this.#changedAt.get(callId);
    if (state.startsWith('active') && !isOwed && before !== undefined) {
      expect(this.world.now - before, 'throttled').toBeGreaterThanOrEqual(5_000);
    }
    this.#changedAt.set(callId, this.world.now);
    const open = document.tuples.filter(({ isOpen }) => isOpen);
    this.told.set(callId, open.map(({ id, show }) => `${id.slice('ID-'.length)} ${show}`).sort());
  }

  answer(callId: string, status: number): void {
    const sent = this.#pending.get(callId);
    if (sent === undefined) return;
    this.#pending.delete(callId);
    if (status !== 200 || toldBy(sent).state.startsWith('terminated')) this.#forget(callId);
    this.take(this.world.answer(sent, status));
  }

  #forget(callId: string): void {
    this.dialogs.delete(callId);
    this.told.delete(callId);
    this.#changedAt.delete(callId);
    this.#owed.delete(callId);
  }

  answerAll(): void {
    for (let i = 0; i < 50 && this.#pending.size > 0; i++) {
      for (const callId of [...this.#pending.keys()]) this.answer(callId, 200);
    }
    expect(this.#pending.size).toBe(0);
  }

  apply(one: Event): void {
    const { world } = this;
    switch (one.do) {
      case 'subscribe': {
        const callId = `c${one.dialog}`;
        if (this.dialogs.has(callId)) return;
        this.#cseqs.delete(callId);
        this.#owed.add(callId);
        this.take(world.subscribe({}, { callId }));
        return;
      }
      case 'refresh':
      case 'leave': {
        const sent = this.dialogs.get(`c${one.dialog}`);
        if (sent === undefined) return;
        const headers: SipHeaders = one.do === 'leave' ? { expires: ['0'] } : {};
        const cseq = { number: this.#cseq++, method: 'SUBSCRIBE' };
        const commands = world.subscribe(headers, { callId: sent.request.callId, cseq }, sent);
        expect(statusesIn(commands)).toHaveLength(1);
        this.#owed.add(sent.request.callId);
        this.take(commands);
        return;
      }
      case 'answer':
        this.answer(`c${one.dialog}`, one.status);
        return;
      case 'presence':
        if (one.show === undefined) this.online.delete(one.resource);
        else this.online.set(one.resource, one.show);
        if (!this.isGranted) return;
        this.take(
          one.show === undefined
            ? world.hear('unavailable', one.resource)
            : world.hear(undefined, one.resource, el('show', {}, one.show)),
        );
        return;
      case 'pass':
        this.pass(one.ms);
        return;
      case 'restart':
        if (world.session !== undefined) world.session = JSON.parse(JSON.stringify(world.session));
        return;
      case 'link':
        this.take(world.handle({ type: 'xmpp.link.opened', domain: 'sip.example.org' }));
        return;
      case 'subscribed':
      case 'unsubscribed':
        this.isGranted = one.do === 'subscribed';
        this.#decide();
        return;
    }
  }

  /** Timers one by one; a NOTIFY that nobody answered in time is none any more. */
  pass(ms: number): void {
    for (let left = ms; left > 0; ) {
      const stride = Math.min(left, 20_000);
      left -= stride;
      this.world.pass(stride, (commands) => this.take(commands));
      const known = this.world.session?.watched?.dialogs ?? [];
      for (const callId of [...this.#pending.keys()]) {
        if (known.some(({ dialog: { callId: known } }) => known === callId)) continue;
        this.#pending.delete(callId);
        this.#forget(callId);
      }
    }
  }

  get openCallIds(): readonly string[] {
    return [...this.#open].sort();
  }
}

test.each([false, true])(
  'watched - whatever comes in whatever order, each watcher knows the newest presence, and nothing is left over (per resource: %s)',
  (perResource) => {
    fc.assert(
      fc.property(fc.boolean(), fc.array(event, { maxLength: 60 }), (isGranted, events) => {
        const scene = new Scene();
        Object.assign(scene.world.policy, { perResource });
        scene.isGranted = isGranted;
        scene.apply({ do: 'presence', resource: 'a', show: 'chat' });
        scene.apply({ do: 'subscribe', dialog: 0 });
        scene.answerAll();
        for (const one of events) scene.apply(one);
        for (let i = 0; i < 8; i++) {
          scene.answerAll();
          scene.pass(5_100);
        }
        scene.answerAll();
        const watched = scene.world.session?.watched;
        const living = watched?.dialogs ?? [];
        expect(scene.openCallIds).toEqual(living.map(({ dialog: { callId } }) => callId).sort());
        if (scene.isGranted && !perResource) {
          const now = [...scene.online].map(([resource, show]) => `${resource} ${show}`).sort();
          for (const { dialog: one } of living) expect(scene.told.get(one.callId) ?? []).toEqual(now);
        }
        const open = watched?.resources.filter(({ isOpen }) => isOpen).length ?? 0;
        expect(watched?.resources.length ?? 0).toBeLessThanOrEqual(Math.max(1, open));
        for (const callId of [...scene.dialogs.keys()]) {
          scene.apply({ do: 'leave', dialog: Number(callId.slice(1)) });
        }
        scene.answerAll();
        expect(scene.openCallIds).toEqual([]);
        expect(scene.world.session?.watched?.dialogs ?? []).toEqual([]);
        scene.pass(604_800_000);
        expect(scene.world.session).toBeUndefined();
      }),
      { numRuns: 200 },
    );
  },
);
