/** The contract every bus keeps, as tests. An implementation's test file calls `busContract`. */
import { brandKey, type Envelope, StoxgateError, type Subject } from '@stoxgate/contracts';
import { afterEach, describe, expect, test } from 'vitest';
import type { Bus, BusOptions, Handler } from './port.ts';

export interface BusUnderTest {
  readonly bus: Bus;
  close(): Promise<void>;
}

const TIMEOUT_MS = 20_000;

let run = 0;
/** A subject that no other test uses, also on a server that is shared and never emptied. */
const freshSubject = (): Subject => `stox.evt.t${Date.now().toString(36)}-${process.pid}-${run++}` as Subject;

const envelope = (id: string, key = 'call:a'): Envelope => ({
  v: 1,
  id,
  key: brandKey(key),
  edge: 'edge-1',
  at: 1_700_000_000_000,
  trace: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  payload: { type: 'timer.fired', name: 'ring', dueAt: 1 },
});

const numbered = (count: number, key?: string): Envelope[] =>
  Array.from({ length: count }, (_, index) => envelope(`m${index}`, key));

const idsOf = (envelopes: readonly Envelope[]): string[] => envelopes.map(({ id }) => id);

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function until(reached: () => boolean): Promise<void> {
  const deadline = Date.now() + TIMEOUT_MS / 2;
  while (!reached()) {
    if (Date.now() > deadline) throw new Error('what the test waits for did not happen');
    await pause(5);
  }
}

/** Resolves from outside. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/**
 * Registers the tests.
 * @param makeBus a bus that nothing else uses at the time; `close` also frees what stands behind it.
 */
export function busContract(name: string, makeBus: (options: BusOptions) => Promise<BusUnderTest>): void {
  describe(`bus contract, ${name}`, { timeout: TIMEOUT_MS }, () => {
    const made: BusUnderTest[] = [];
    const dead: { envelope: Envelope; cause: unknown }[] = [];

    async function start(options: Partial<BusOptions> = {}): Promise<Bus> {
      const under = await makeBus({
        maxBacklog: 2000,
        maxDeliveries: 5,
        onDeadLetter: (letter, cause) => dead.push({ envelope: letter, cause }),
        ...options,
      });
      made.push(under);
      return under.bus;
    }

    afterEach(async () => {
      dead.length = 0;
      for (const under of made.splice(0)) await under.close();
    });

    const collect = (into: Envelope[]): Handler => {
      return async (message) => {
        into.push(message);
      };
    };

    test('order - concurrent publishes arrive in publication order, one at a time', async () => {
      const bus = await start();
      const subject = freshSubject();
      const seen: string[] = [];
      let inHand = 0;
      let most = 0;
      await bus.consume({ subject, durable: 'order', maxInFlight: 1 }, async (message) => {
        most = Math.max(most, ++inHand);
        if (seen.length % 50 === 0) await pause(1);
        seen.push(message.id);
        inHand--;
      });
      const sent = Array.from({ length: 300 }, (_, index) => envelope(`m${index}`, `call:${index % 7}`));
      await Promise.all(sent.map((message) => bus.publish(subject, message)));
      await until(() => seen.length >= 300);
      expect(seen).toEqual(idsOf(sent));
      expect(most).toBe(1);
    });

    test('order - messages published before there is a consumer wait for it', async () => {
      const bus = await start();
      const subject = freshSubject();
      for (const message of numbered(20)) await bus.publish(subject, message);
      const seen: Envelope[] = [];
      await bus.consume({ subject, durable: 'late', maxInFlight: 1 }, collect(seen));
      await until(() => seen.length >= 20);
      expect(idsOf(seen)).toEqual(idsOf(numbered(20)));
    });

    test('redelivery - a failed message is delivered again before any later one', async () => {
      const bus = await start();
      const subject = freshSubject();
      const seen: string[] = [];
      let failures = 0;
      await bus.consume({ subject, durable: 'retry', maxInFlight: 1 }, async ({ id }) => {
        seen.push(id);
        if (id === 'm1' && failures++ < 2) throw new Error('not yet');
      });
      for (const message of numbered(4)) await bus.publish(subject, message);
      await until(() => seen.length >= 6);
      expect(seen).toEqual(['m0', 'm1', 'm1', 'm1', 'm2', 'm3']);
      expect(dead).toEqual([]);
    });

    test('redelivery - a handler that throws before it returns a promise has failed', async () => {
      const bus = await start();
      const subject = freshSubject();
      let calls = 0;
      await bus.consume({ subject, durable: 'throws', maxInFlight: 1 }, () => {
        if (calls++ === 0) throw new Error('at once');
        return Promise.resolve();
      });
      await bus.publish(subject, envelope('m0'));
      await until(() => calls >= 2);
      await until(() => bus.backlog() === 0);
      expect(calls).toBe(2);
    });

    test('duplicates - a repeated id on one subject is accepted and dropped', async () => {
      const bus = await start();
      const [subject, other] = [freshSubject(), freshSubject()];
      const seen: string[] = [];
      for (const [durable, on] of [
        ['one', subject],
        ['two', other],
      ] as const) {
        await bus.consume({ subject: on, durable, maxInFlight: 1 }, async ({ id }) => {
          seen.push(`${durable} ${id}`);
        });
      }
      const odd = envelope('3.pair:žofie@example.org sip:b@c "\r\n');
      await bus.publish(subject, odd);
      await until(() => seen.length === 1);
      await bus.publish(subject, odd);
      await bus.publish(other, odd);
      await bus.publish(subject, envelope('last'));
      await until(() => seen.length >= 3);
      expect(seen.sort()).toEqual([`one ${odd.id}`, 'one last', `two ${odd.id}`].sort());
    });

    test('back-pressure - a full subject makes publish wait, then refuses', async () => {
      const bus = await start({ maxBacklog: 3 });
      const subject = freshSubject();
      for (const message of numbered(3)) await bus.publish(subject, message);
      const refusal = await bus.publish(subject, envelope('refused'), 150).catch((cause: unknown) => cause);
      expect(refusal).toBeInstanceOf(StoxgateError);
      expect(refusal).toHaveProperty('code', 'STOX_BUS_UNAVAILABLE');

      let accepted = false;
      const waiting = bus.publish(subject, envelope('waits')).then(() => {
        accepted = true;
      });
      await pause(50);
      expect(accepted).toBe(false);
      const seen: Envelope[] = [];
      await bus.consume({ subject, durable: 'slow', maxInFlight: 1 }, collect(seen));
      await waiting;
      await until(() => seen.length >= 4);
      expect(idsOf(seen)).toEqual(['m0', 'm1', 'm2', 'waits']);
    });

    test('back-pressure - messages of one key keep their order through a full subject', async () => {
      const bus = await start({ maxBacklog: 2 });
      const subject = freshSubject();
      const seen: Envelope[] = [];
      await bus.consume({ subject, durable: 'narrow', maxInFlight: 1 }, async (message) => {
        await pause(1);
        seen.push(message);
      });
      await Promise.all(numbered(40).map((message) => bus.publish(subject, message, 10_000)));
      await until(() => seen.length >= 40);
      expect(idsOf(seen)).toEqual(idsOf(numbered(40)));
    });

    test('dead letter - what fails maxDeliveries times is handed over and the next comes', async () => {
      const bus = await start({ maxDeliveries: 3 });
      const subject = freshSubject();
      const seen: string[] = [];
      const poison = new Error('poison');
      await bus.consume({ subject, durable: 'dead', maxInFlight: 1 }, async ({ id }) => {
        seen.push(id);
        if (id === 'm0') throw poison;
      });
      for (const message of numbered(2)) await bus.publish(subject, message);
      await until(() => seen.length >= 4);
      expect(seen).toEqual(['m0', 'm0', 'm0', 'm1']);
      expect(dead).toEqual([{ envelope: envelope('m0'), cause: poison }]);
      await until(() => bus.backlog() === 0);
    });

    test('dead letter - an outage of bus or store never makes one', async () => {
      const bus = await start({ maxDeliveries: 2 });
      const subject = freshSubject();
      const seen: string[] = [];
      await bus.consume({ subject, durable: 'outage', maxInFlight: 1 }, async ({ id }) => {
        seen.push(id);
        if (seen.length <= 4) throw new StoxgateError('STOX_STORE_UNAVAILABLE', 'Redis is away.');
      });
      for (const message of numbered(2)) await bus.publish(subject, message);
      await until(() => seen.length >= 6);
      expect(seen).toEqual(['m0', 'm0', 'm0', 'm0', 'm0', 'm1']);
      expect(dead).toEqual([]);
    });

    test('sharing - consumers of one name share the messages, each handled once', async () => {
      const bus = await start();
      const subject = freshSubject();
      const taken: Record<string, string[]> = { first: [], second: [] };
      const both = gate();
      for (const who of ['first', 'second']) {
        await bus.consume({ subject, durable: 'shared', maxInFlight: 2 }, async ({ id }) => {
          taken[who]?.push(id);
          if (Object.values(taken).every((ids) => ids.length > 0)) both.open();
          await Promise.race([both.opened, pause(1000)]);
        });
      }
      for (const message of numbered(30)) await bus.publish(subject, message);
      await until(() => Object.values(taken).flat().length >= 30);
      expect(Object.values(taken).flat().sort()).toEqual(idsOf(numbered(30)).sort());
      expect(Object.values(taken).every((ids) => ids.length > 0)).toBe(true);
    });

    test('sharing - never more than maxInFlight in hand, over all consumers', async () => {
      const bus = await start();
      const subject = freshSubject();
      let [inHand, most, done] = [0, 0, 0];
      for (let consumer = 0; consumer < 2; consumer++) {
        await bus.consume({ subject, durable: 'bounded', maxInFlight: 3 }, async () => {
          most = Math.max(most, ++inHand);
          await pause(5);
          inHand--;
          done++;
        });
      }
      for (const message of numbered(24)) await bus.publish(subject, message);
      await until(() => done >= 24);
      expect(most).toBe(3);
    });

    test('sharing - a second consumer name on a subject is refused', async () => {
      const bus = await start();
      const subject = freshSubject();
      await bus.consume({ subject, durable: 'owner', maxInFlight: 1 }, async () => {});
      await expect(
        bus.consume({ subject, durable: 'intruder', maxInFlight: 1 }, async () => {}),
      ).rejects.toThrow();
    });

    test('stop - waits for what is in hand and takes nothing new', async () => {
      const bus = await start();
      const subject = freshSubject();
      const seen: string[] = [];
      const begun = gate();
      const consumer = await bus.consume({ subject, durable: 'stop', maxInFlight: 1 }, async ({ id }) => {
        begun.open();
        await pause(60);
        seen.push(id);
      });
      for (const message of numbered(2)) await bus.publish(subject, message);
      await begun.opened;
      await consumer.stop(5000);
      expect(seen).toEqual(['m0']);
      await pause(120);
      expect(seen).toEqual(['m0']);
      await bus.consume({ subject, durable: 'stop', maxInFlight: 1 }, async ({ id }) => {
        seen.push(id);
      });
      await until(() => seen.length >= 2);
      expect(seen).toEqual(['m0', 'm1']);
    });

    test('stop - what is still in hand after the timeout goes to another consumer, in order', async () => {
      const bus = await start();
      const subject = freshSubject();
      const begun = gate();
      const stuck = gate();
      const consumer = await bus.consume({ subject, durable: 'stuck', maxInFlight: 1 }, async () => {
        begun.open();
        await stuck.opened;
      });
      for (const message of numbered(3)) await bus.publish(subject, message);
      await begun.opened;
      const seen: Envelope[] = [];
      await bus.consume({ subject, durable: 'stuck', maxInFlight: 1 }, collect(seen));
      await consumer.stop(30);
      await until(() => seen.length >= 3);
      stuck.open();
      await pause(50);
      expect(idsOf(seen)).toEqual(idsOf(numbered(3)));
      await until(() => bus.backlog() === 0);
    });

    test('envelope - arrives as it was published, trace included', async () => {
      const bus = await start();
      const subject = freshSubject();
      const seen: Envelope[] = [];
      await bus.consume({ subject, durable: 'whole', maxInFlight: 1 }, collect(seen));
      const sent = envelope('m0', 'pair:žofie@example.org sip:b@c {}');
      await bus.publish(subject, sent);
      await until(() => seen.length === 1);
      expect(seen).toEqual([sent]);
    });

    test('backlog - counts what is not settled', async () => {
      const bus = await start();
      const subject = freshSubject();
      const before = bus.backlog();
      for (const message of numbered(5)) await bus.publish(subject, message);
      await until(() => bus.backlog() === before + 5);
      await bus.consume({ subject, durable: 'count', maxInFlight: 1 }, async () => {});
      await until(() => bus.backlog() === before);
      expect(bus.fault()).toBeUndefined();
    });

    test('close - later publishes are refused', async () => {
      const bus = await start();
      await bus.close();
      await bus.close();
      await expect(bus.publish(freshSubject(), envelope('m0'), 100)).rejects.toHaveProperty(
        'code',
        'STOX_BUS_UNAVAILABLE',
      );
      expect(bus.fault()).toBeDefined();
    });
  });
}
