import { PHONE_CHANGES, PHONE_STATES, type PhoneReport } from '@stoxgate/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BoshModel } from '../testing/bosh-model.ts';
import { Phone, type Sent } from '../testing/phone-world.ts';
import { wantedOf } from './reconcile.ts';

type Act =
  | { readonly kind: 'tell'; readonly report: PhoneReport }
  | { readonly kind: 'deliver' | 'lose' | 'stumble'; readonly at: number }
  | { readonly kind: 'answer'; readonly at: number; readonly isLost: boolean; readonly isTwice: boolean }
  | { readonly kind: 'repeat'; readonly at: number }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'release' | 'restart' | 'import' };

const at = fc.nat(7);
const tell = fc.record({
  kind: fc.constant('tell' as const),
  report: fc.oneof(
    fc.constantFrom<PhoneReport>(...PHONE_STATES, ...PHONE_CHANGES),
    fc.constantFrom<PhoneReport>('onthephone', 'still-online'),
  ),
});
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 5, arbitrary: tell },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('deliver' as const), at }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('lose' as const, 'stumble' as const), at }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('answer' as const),
      at,
      isLost: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, fc.constant(true)),
      isTwice: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('repeat' as const), at }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(120_000) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('release' as const, 'restart' as const, 'import' as const),
    }),
  },
);

/** What happens until everything is given time to settle, several times. */
const rounds = fc.array(fc.array(act, { minLength: 1, maxLength: 25 }), { minLength: 1, maxLength: 5 });

/** What must hold of every request, whatever happens. */
class Watch {
  readonly #bytes = new Map<number, string>();
  #lastRid = 0;
  #seen = 0;

  check(phone: Phone): void {
    for (const sent of phone.sent.slice(this.#seen)) this.#checkOne(sent);
    this.#seen = phone.sent.length;
    const { bosh } = phone;
    if (bosh === undefined) return;
    const isEnding = bosh.requests.some(({ start }) => start.includes('type="terminate"'));
    expect(bosh.requests.length).toBeLessThanOrEqual(bosh.terms.requests + (isEnding ? 1 : 0));
  }

  #checkOne({ rid, attempt, url, start, payload }: Sent): void {
    const bytes = JSON.stringify({ url, start, payload });
    if (attempt === 1) {
      expect(rid).toBeGreaterThan(this.#lastRid);
      this.#lastRid = rid;
      this.#bytes.set(rid, bytes);
    }
    expect(this.#bytes.get(rid)).toBe(bytes);
    expect(start).toContain(` rid="${rid}"`);
  }
}

function apply(phone: Phone, model: BoshModel, one: Act): void {
  switch (one.kind) {
    case 'tell':
      model.send(phone.tell(one.report));
      break;
    case 'deliver':
      model.deliver(one.at, false);
      break;
    case 'lose':
      model.deliver(one.at, true);
      break;
    case 'stumble':
      model.stumble(one.at);
      break;
    case 'answer':
      model.answer(one.at, one.isLost, one.isTwice);
      break;
    case 'repeat': {
      // An outbox that is published again after a crash.
      const sent = phone.sent.at(-1 - one.at);
      if (sent !== undefined) model.send([sent]);
      break;
    }
    case 'wait':
      model.send(phone.wait(one.ms));
      break;
    case 'release':
      model.release();
      break;
    case 'restart':
      model.restart();
      break;
    case 'import':
      model.send(phone.import());
      break;
  }
}

/** Everything arrives, and time passes, until presence is what it is to be; for so long at most. */
function settle(phone: Phone, model: BoshModel, watch: Watch): void {
  const until = phone.now + 3_600_000;
  while (phone.now < until) {
    for (let turns = 0; turns < 100 && model.underWay.length + model.answers.length > 0; turns++) {
      model.deliver(0, false);
      model.answer(0, false, false);
      watch.check(phone);
    }
    const wanted = phone.session === undefined ? undefined : wantedOf(phone.session);
    const isQuiet = model.underWay.length + model.answers.length === 0;
    if (isQuiet && model.shown === wanted && phone.bosh?.phase === (wanted && 'open')) return;
    // To what is due next, or until the server has held a request long enough.
    const ms = Math.min(60_000, Math.max(1000, (phone.timerAt ?? Number.POSITIVE_INFINITY) - phone.now));
    model.send(phone.wait(ms));
    if (ms === 60_000) model.release();
  }
  throw new Error(`shown ${model.shown}, wanted ${JSON.stringify(phone.session)}`);
}

test('phone property - rids only rise and never have two bodies, requests keep the limit, the newest state is shown', () => {
  fc.assert(
    fc.property(rounds, fc.boolean(), (all, isRandom) => {
      const phone = new Phone({ ridStart: isRandom ? 'random' : 123_456 });
      const model = new BoshModel(phone);
      const watch = new Watch();
      for (const acts of all) {
        for (const one of acts) {
          apply(phone, model, one);
          watch.check(phone);
        }
        // A server that ended the session without a reason is not bothered until the phone is heard of.
        if (phone.session?.parked !== undefined) model.send(phone.tell('refresh'));
        settle(phone, model, watch);
      }
    }),
    { numRuns: 60 },
  );
});

test('phone property - the record stays small, whatever happens', () => {
  fc.assert(
    fc.property(fc.array(act, { minLength: 40, maxLength: 120 }), (acts) => {
      const phone = new Phone();
      const model = new BoshModel(phone);
      for (const one of acts) {
        apply(phone, model, one);
        expect(JSON.stringify(phone.session).length).toBeLessThan(4000);
      }
    }),
    { numRuns: 30 },
  );
});
