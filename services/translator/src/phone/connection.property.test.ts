import { PHONE_CHANGES, PHONE_STATES, type PhoneReport } from '@stoxgate/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConnectionModel } from '../testing/connection-model.ts';
import { Phone } from '../testing/phone-world.ts';
import { wantedOf } from './reconcile.ts';

type Act =
  | { readonly kind: 'tell'; readonly report: PhoneReport }
  | { readonly kind: 'take'; readonly at: number; readonly by: number }
  | { readonly kind: 'work'; readonly by: number; readonly isLost: boolean }
  | { readonly kind: 'kill' | 'forget'; readonly by: number }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'deliver' | 'restart' | 'import' };

const by = fc.nat(1);
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('tell' as const),
      report: fc.constantFrom<PhoneReport>(...PHONE_STATES, ...PHONE_CHANGES, 'onthephone', 'still-online'),
    }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('take' as const), at: fc.nat(3), by }) },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('work' as const),
      by,
      isLost: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, fc.constant(true)),
    }),
  },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('deliver' as const) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom('kill' as const, 'forget' as const), by }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(90_000_000) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(60_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('restart' as const, 'import' as const) }) },
);

function apply(phone: Phone, model: ConnectionModel, one: Act): void {
  switch (one.kind) {
    case 'tell':
      phone.tell(one.report);
      break;
    case 'take':
      model.take(one.at, one.by);
      break;
    case 'work':
      model.work(one.by, one.isLost ? 'transport' : undefined);
      break;
    case 'kill':
      model.kill(one.by);
      break;
    case 'forget':
      model.forget(one.by);
      break;
    case 'wait':
      phone.wait(one.ms);
      break;
    case 'deliver':
      model.deliver();
      break;
    case 'restart':
      model.restart();
      break;
    case 'import':
      phone.import();
      break;
  }
  model.send();
}

/** Everything arrives, and time passes, until presence is what it is to be; for so long at most. */
function settle(phone: Phone, model: ConnectionModel): void {
  const until = phone.now + 3_600_000;
  while (phone.now < until) {
    for (let turns = 0; turns < 200 && !model.isQuiet; turns++) {
      model.take(0, turns);
      model.work(0, undefined);
      model.work(1, undefined);
      model.deliver();
    }
    const wanted = phone.session === undefined ? undefined : wantedOf(phone.session);
    const shown = wanted === undefined ? [] : [wanted];
    if (model.isQuiet && model.shown.join() === shown.join() && model.open === shown.length) return;
    phone.wait(Math.max(1000, (phone.timerAt ?? phone.now) - phone.now));
    model.send();
  }
  throw new Error(`shown ${model.shown.join()}, open ${model.open}: ${JSON.stringify(phone.session)}`);
}

test('connection property - the newest state is shown by one connection, whoever dies, and nothing is left in hand', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(act, { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 8 }),
      (rounds) => {
        const phone = new Phone({ transport: 'client' });
        const model = new ConnectionModel(phone);
        for (const acts of rounds) {
          for (const one of acts) {
            apply(phone, model, one);
            expect(JSON.stringify(phone.session).length).toBeLessThan(2000);
          }
          // Somebody who took the resource is not bothered until the phone signs on.
          if (phone.session?.parked !== undefined) phone.tell('online');
          model.send();
          settle(phone, model);
          expect(model.tokens).toBe(model.open);
        }
      },
    ),
    { numRuns: 100 },
  );
});
