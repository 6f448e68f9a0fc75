import type { Command } from '@stoxgate/contracts';
import { el } from '@stoxgate/wire-xmpp';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { of } from '../testing/pair-world.ts';
import { CONTACT, DESK, pidf, type Subscribe, tuple, USER, Watcher } from '../testing/watching-world.ts';

const STATUSES = [200, 200, 200, 200, 202, 302, 401, 403, 404, 408, 423, 480, 481, 489, 500, 503, 603];
const STATES = ['active', 'active', 'active', 'pending', 'terminated', 'odd'];
const REASONS = ['deactivated', 'probation', 'rejected', 'timeout', 'giveup', 'noresource', 'invariant', 'x'];

const action = fc.oneof(
  fc.record({
    do: fc.constant('hear' as const),
    type: fc.constantFrom('subscribe', 'subscribe', 'unsubscribe', 'probe', undefined, 'subscribed', 'error'),
    isFull: fc.boolean(),
  }),
  fc.record({ do: fc.constant('away' as const) }),
  fc.record({
    do: fc.constant('answer' as const),
    status: fc.constantFrom(...STATUSES),
    retryAfter: fc.option(fc.constantFrom('1', '900'), { nil: undefined }),
  }),
  fc.record({ do: fc.constant('fail' as const) }),
  fc.record({
    do: fc.constant('notify' as const),
    state: fc.constantFrom(...STATES),
    reason: fc.constantFrom(...REASONS),
    open: fc.option(fc.subarray(['a', 'b', 'c']), { nil: undefined }),
    fork: fc.constantFrom('server', 'server', 'server', 'other'),
    isOld: fc.boolean(),
  }),
  fc.record({ do: fc.constant('pass' as const), seconds: fc.constantFrom(1, 45, 700, 3600, 90_000) }),
  fc.record({ do: fc.constant('link' as const) }),
);
type Action = typeof action extends fc.Arbitrary<infer Value> ? Value : never;

/** The user's client and the SIP side, as they have to see it. */
class Scene {
  readonly world = new Watcher();
  readonly #open = new Set<string>();
  readonly #cseqs = new Map<string, number>();
  readonly #callIds: string[] = [];
  readonly shown = new Set<string>();
  isThere = false;
  #unanswered: Subscribe | undefined;

  /** Notes what a step did, and holds what is true of every step. */
  take(commands: readonly Command[], answersOwed = 0): void {
    const sent = of(commands, 'sip.request.send');
    expect(sent.length).toBeLessThanOrEqual(1);
    for (const one of sent) {
      const { callId, cseq } = one.request;
      expect(cseq).toBeGreaterThan(this.#cseqs.get(callId) ?? 0);
      this.#cseqs.set(callId, cseq);
      if (!this.#callIds.includes(callId)) this.#callIds.push(callId);
      this.#unanswered = one;
    }
    expect(of(commands, 'sip.response.send')).toHaveLength(answersOwed);
    for (const { key, event } of of(commands, 'session.notify')) {
      if (event.type === 'dialog.opened') this.#open.add(key);
      if (event.type === 'dialog.ended') this.#open.delete(key);
    }
    for (const { stanza } of of(commands, 'xmpp.stanza.send')) this.#see(stanza.attrs);
    this.#holds();
  }

  #see({ from = '', to = '', type }: Readonly<Record<string, string>>): void {
    expect([USER, DESK]).toContain(to);
    expect(from.split('/', 1)[0]).toBe(CONTACT);
    if (type === undefined && to === USER) this.shown.add(from);
    if (type === 'unavailable') this.shown.delete(from);
  }

  #holds(): void {
    const half = this.world.session?.watching;
    const callId = half?.subscription?.dialog.callId;
    expect([...this.#open]).toEqual(callId === undefined ? [] : [`call:${callId}`]);
    if (half === undefined) return;
    const isResting = half.phase.name === 'resting';
    expect(half.dueAt > 0).toBe(!isResting);
    if (!isResting) expect(this.world.session?.timerAt).toBeLessThanOrEqual(half.dueAt);
    expect(JSON.stringify(half).length).toBeLessThan(6000);
    if (!this.isThere || half.subscription?.isFetch === true) return;
    const known = half.shown.filter(({ isOpen }) => isOpen).map(({ resource }) => `${CONTACT}/${resource}`);
    const own = half.phase.name === 'resting' && half.phase.isAvailable ? [`${CONTACT}/sip`] : [];
    expect([...this.shown].sort()).toEqual([...known, ...own].sort());
  }

  hear(type: string | undefined, from: string, isOnline: boolean): void {
    const stanza = el('presence', { from, to: CONTACT, type });
    const event = { type: 'presence.stanza.received', domain: 'sip.example.org', stanza, isOnline } as const;
    this.take(this.world.handle(event));
  }

  #leaves(): void {
    this.isThere = false;
    this.shown.clear();
  }

  run(action: Action): void {
    switch (action.do) {
      case 'hear': {
        const { type, isFull } = action;
        if (type === 'error') this.#leaves();
        else if (type === 'subscribe' || type === undefined || (type === 'probe' && isFull))
          this.isThere = true;
        this.hear(type, isFull || type === undefined ? DESK : USER, this.isThere);
        return;
      }
      case 'away':
        this.#leaves();
        this.hear('unavailable', DESK, false);
        return;
      case 'answer':
        this.#answer(action.status, action.retryAfter);
        return;
      case 'fail': {
        const sent = this.#unanswered;
        if (sent === undefined) return;
        const { callId } = sent.request;
        const failed = {
          type: 'sip.request.failed',
          branch: sent.branch,
          callId,
          method: 'SUBSCRIBE',
        } as const;
        this.take(this.world.handle({ ...failed, cause: 'timeout' }));
        return;
      }
      case 'notify':
        this.#notify(action);
        return;
      case 'pass':
        this.pass(action.seconds);
        return;
      case 'link':
        this.take(this.world.handle({ type: 'xmpp.link.opened', domain: 'sip.example.org' }));
    }
  }

  #answer(status: number, retryAfter: string | undefined): void {
    const sent = this.#unanswered;
    if (sent === undefined) return;
    const { request, branch } = sent;
    const headers = {
      expires: ['600'],
      ...(retryAfter !== undefined && { 'retry-after': [retryAfter] }),
      'min-expires': ['7200'],
      'www-authenticate': ['Digest realm="a"'],
    };
    const to = { ...request.to, params: { tag: 'server' } };
    const cseq = { number: request.cseq, method: 'SUBSCRIBE' };
    const contacts = [{ uri: 'sip:elsewhere@192.0.2.9', params: {} }];
    const { from, callId } = request;
    const response = {
      status,
      reason: '',
      vias: [],
      from,
      to,
      callId,
      cseq,
      contacts,
      recordRoutes: [],
      headers,
    };
    this.take(this.world.handle({ type: 'sip.response.received', branch, response }));
  }

  #notify({ state, reason, open, fork, isOld }: Extract<Action, { do: 'notify' }>): void {
    const callId = this.#callIds.at(isOld ? 0 : -1);
    const sent = this.#unanswered;
    if (callId === undefined || sent === undefined) return;
    const { from, to } = sent.request;
    const content = pidf((open ?? []).map((id) => tuple('open', '', `ID-${id}`)).join(''));
    const body = { contentType: 'application/pidf+xml', content, encoding: 'utf8' } as const;
    const request = {
      method: 'NOTIFY',
      requestUri: 'sip:alice@127.0.0.1',
      maxForwards: 70,
      vias: ['SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKabc'],
      from: { uri: to.uri, params: { tag: fork } },
      to: from,
      callId,
      cseq: { number: 1, method: 'NOTIFY' },
      contacts: [{ uri: 'sip:presence@192.0.2.7', params: {} }],
      recordRoutes: [],
      headers: { event: ['presence'], 'subscription-state': [`${state};reason=${reason};expires=300`] },
      ...(open !== undefined && { body }),
    };
    this.take(this.world.handle({ type: 'dialog.request.received', edge: 'edge-1', request }), 1);
  }

  /** Time passes; the record's timer fires as often as it is due. */
  pass(seconds: number): void {
    const until = this.world.now + seconds * 1000;
    for (;;) {
      const dueAt = this.world.session?.timerAt ?? 0;
      if (dueAt === 0 || dueAt > until) break;
      this.world.now = Math.max(this.world.now, dueAt);
      this.take(this.world.handle({ type: 'timer.fired', name: 'presence', dueAt }));
    }
    this.world.now = until;
  }
}

test('watching - whatever comes in whatever order, the user sees what is known, and nothing is left over', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
      const scene = new Scene();
      for (const one of actions) scene.run(one);
      scene.run({ do: 'away' });
      scene.pass(200_000);
      expect(scene.world.session).toBeUndefined();
    }),
    { numRuns: 300 },
  );
});
