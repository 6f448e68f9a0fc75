import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dialogInfo, WatchedPhone } from '../testing/dialogs-world.ts';

const change = fc.record({
  do: fc.constant('change' as const),
  id: fc.constantFrom('a', 'b'),
  state: fc.constantFrom('early', 'confirmed', 'confirmed', 'terminated'),
  isLost: fc.boolean(),
});
const action = fc.oneof(
  { weight: 10, arbitrary: change },
  fc.record({
    do: fc.constant('refuse' as const),
    status: fc.constantFrom(403, 404, 423, 480, 481, 489, 503),
  }),
  fc.record({
    do: fc.constant('end' as const),
    reason: fc.constantFrom('deactivated', 'timeout', 'giveup', 'rejected', 'noresource', 'invariant', 'odd'),
  }),
  fc.record({ do: fc.constant('account' as const), isThere: fc.boolean() }),
  fc.record({ do: fc.constant('silence' as const) }),
  fc.record({ do: fc.constant('fork' as const) }),
  fc.record({ do: fc.constant('pass' as const), seconds: fc.constantFrom(1, 40, 700, 4000, 90_000) }),
);
type Action = typeof action extends fc.Arbitrary<infer Value> ? Value : never;

/** A SIP server that knows the calls of the phone, and tells of them what is not lost. */
class Server {
  readonly phone = new WatchedPhone();
  readonly #calls = new Map<string, string>();
  /** Call-IDs that have an owner. */
  open = 0;
  #version = 0;
  #answered = 0;

  take(words: readonly string[]): void {
    for (const word of words) {
      if (word === 'dialog.opened') this.open++;
      if (word === 'dialog.ended') this.open--;
    }
    expect(JSON.stringify(this.phone.session ?? {}).length).toBeLessThan(12_000);
  }

  get confirmed(): number {
    return [...this.#calls.values()].filter((state) => state === 'confirmed').length;
  }

  /** Calls that are over are in no full document. */
  get #ongoing(): readonly string[] {
    return [...this.#calls].flatMap(([id, state]) => (state === 'terminated' ? [] : [id]));
  }

  #tell(state: 'full' | 'partial', ids: readonly string[]): void {
    if (this.phone.sent.length === 0) return;
    const dialogs = ids.map((id) => `${this.#calls.get(id)}@${id}`);
    const responses = this.phone.responses.length;
    this.take(this.phone.notify('active', dialogInfo(dialogs, { version: this.#version, state })));
    expect(this.phone.responses).toHaveLength(responses + 1);
    this.#version++;
  }

  /** Answers what was asked last, if nobody has. */
  #answer(status: number, tellsAll: boolean): void {
    if (this.#answered === this.phone.sent.length) return;
    this.#answered = this.phone.sent.length;
    const isEnd = this.phone.request().request.headers.expires?.[0] === '0';
    this.take(this.phone.answer(status, status === 423 ? { 'min-expires': ['7200'] } : {}));
    if (status === 200 && tellsAll && !isEnd) this.#tell('full', this.#ongoing);
    if (status === 200 && isEnd) this.take(this.phone.notify('terminated;reason=timeout'));
  }

  act(one: Action): void {
    switch (one.do) {
      case 'change':
        this.#answer(200, true);
        this.#calls.set(one.id, one.state);
        if (one.isLost) this.#version++;
        else this.#tell('partial', [one.id]);
        break;
      case 'refuse':
        this.#answer(one.status, false);
        break;
      case 'end':
        if (this.phone.sent.length > 0)
          this.take(this.phone.notify(`terminated;reason=${one.reason};retry-after=30`));
        break;
      case 'account':
        this.take(one.isThere ? this.phone.watch() : this.phone.unwatch());
        break;
      case 'silence':
        if (this.phone.sent.length > 0) this.take(this.phone.fail('timeout'));
        break;
      case 'fork':
        if (this.phone.sent.length > 0) {
          this.take(this.phone.notify('active;expires=60', dialogInfo(['early']), { by: 'other' }));
          this.take(this.phone.notify('terminated;reason=noresource', undefined, { by: 'other' }));
        }
        break;
      case 'pass':
        this.take(this.phone.pass(one.seconds));
        break;
    }
  }

  /** From now on nothing fails: the account is given anew, and all that is asked is answered. */
  heal(): void {
    this.act({ do: 'account', isThere: true });
    for (let turns = 0; turns < 6; turns++) {
      this.#answer(200, true);
      this.take(this.phone.passToNext());
      this.#answer(200, true);
    }
  }

  leave(): void {
    this.act({ do: 'account', isThere: false });
    this.#answer(200, true);
    this.take(this.phone.pass(100_000));
  }
}

test('dialog watch - whatever is lost or refused, calls are known with the next refresh, and nothing is left over', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 20 }), (actions) => {
      const server = new Server();
      for (const one of actions) server.act(one);
      server.heal();
      expect(server.phone.session?.told.calls).toBe(server.confirmed);
      server.leave();
      expect([server.phone.session, server.open]).toEqual([undefined, 0]);
    }),
    { numRuns: 80 },
  );
});
