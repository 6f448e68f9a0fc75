/** The bus contract: who takes what, and what happens when nobody does. */
import { type Envelope, StoxgateError, type Subject } from '@stoxgate/contracts';
import { expect, test } from 'vitest';
import {
  type Bench,
  collect,
  envelope,
  freshSubject,
  gate,
  idsOf,
  numbered,
  pause,
  until,
  untilEqual,
} from './contract-bench.ts';
import type { Consumer } from './port.ts';

export function sharingContract(bench: Bench): void {
  test('back-pressure - a full subject makes publish wait, then refuses', async () => {
    const bus = await bench.start({ maxBacklog: 3 });
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
    const bus = await bench.start({ maxBacklog: 2 });
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

  test('sharing - consumers of one name share the messages, each handled once', async () => {
    const bus = await bench.start();
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
    const bus = await bench.start();
    const subject = freshSubject();
    let [inHand, most, done] = [0, 0, 0];
    const full = gate();
    for (let consumer = 0; consumer < 2; consumer++) {
      await bus.consume({ subject, durable: 'bounded', maxInFlight: 3 }, async () => {
        most = Math.max(most, ++inHand);
        if (inHand === 3) full.open();
        await full.opened;
        await pause(5);
        inHand--;
        done++;
      });
    }
    for (const message of numbered(24)) await bus.publish(subject, message);
    await until(() => done >= 24);
    expect(most).toBe(3);
  });

  test('sharing - one consumer name may serve several subjects', async () => {
    const bus = await bench.start();
    const subjects = [freshSubject(), freshSubject()];
    const seen: string[] = [];
    for (const subject of subjects) {
      await bus.consume({ subject, durable: 'many', maxInFlight: 1 }, async ({ id }) => {
        seen.push(`${subject} ${id}`);
      });
    }
    for (const subject of subjects) await bus.publish(subject, envelope('m0'));
    await until(() => seen.length >= 2);
    expect(seen.sort()).toEqual(subjects.map((subject) => `${subject} m0`).sort());
  });

  test('sharing - a second consumer name on a subject is refused', async () => {
    const bus = await bench.start();
    const subject = freshSubject();
    await bus.consume({ subject, durable: 'owner', maxInFlight: 1 }, async () => {});
    await expect(
      bus.consume({ subject, durable: 'intruder', maxInFlight: 1 }, async () => {}),
    ).rejects.toThrow();
  });

  test('stop - waits for what is in hand and takes nothing new', async () => {
    const bus = await bench.start();
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
    const bus = await bench.start();
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

  test('stop - what meets an outage meanwhile goes to another consumer at once', async () => {
    const bus = await bench.start();
    const subject = freshSubject();
    const [begun, outage] = [gate(), gate()];
    let tries = 0;
    const consumer = await bus.consume({ subject, durable: 'away', maxInFlight: 1 }, async () => {
      tries++;
      begun.open();
      await outage.opened;
      throw new StoxgateError('STOX_STORE_UNAVAILABLE', 'Redis is away.');
    });
    for (const message of numbered(2)) await bus.publish(subject, message);
    await begun.opened;
    const seen: Envelope[] = [];
    await bus.consume({ subject, durable: 'away', maxInFlight: 1 }, collect(seen));
    const stopped = consumer.stop(60_000);
    outage.open();
    await stopped;
    await until(() => seen.length >= 2);
    expect(idsOf(seen)).toEqual(['m0', 'm1']);
    expect(tries).toBe(1);
  });

  test('deserted - a subject whose last consumer stopped, with what waits in it; not one that never had any', async () => {
    const bus = await bench.start();
    const [left, kept, never] = [freshSubject(), freshSubject(), freshSubject()];
    const among = async (): Promise<readonly unknown[]> =>
      (await bus.deserted('stox.evt.t')).filter(({ subject }) => [left, kept, never].includes(subject));
    const taken: Envelope[] = [];
    const consumer = await bus.consume({ subject: left, durable: 'mortal', maxInFlight: 1 }, collect(taken));
    await bus.consume({ subject: kept, durable: 'lives', maxInFlight: 1 }, async () => {});
    await bus.publish(never, envelope('m0'));
    const wasDeserted = { subject: left, durable: 'mortal', messages: 2 };
    await consumer.stop(1000);
    for (const message of numbered(2)) await bus.publish(left, message);
    await untilEqual(among, [wasDeserted]);
    await bus.consume({ subject: left, durable: 'mortal', maxInFlight: 1 }, collect(taken));
    await untilEqual(among, []);
    await bus.consume({ subject: never, durable: 'late', maxInFlight: 1 }, collect(taken));
    await until(() => taken.length >= 3);
    expect(idsOf(taken).sort()).toEqual(['m0', 'm0', 'm1']);
  });

  test('attended - subjects that have a consumer, the eldest first, under their prefix only', async () => {
    const bus = await bench.start();
    const prefix = `${freshSubject()}.`;
    const [elder, younger] = [`${prefix}b` as Subject, `${prefix}a` as Subject];
    const consume = (subject: Subject): Promise<Consumer> =>
      bus.consume({ subject, durable: 'lives', maxInFlight: 1 }, async () => {});
    const first = await consume(elder);
    await pause(5);
    await consume(younger);
    await consume(freshSubject());
    const attended = (): Promise<readonly unknown[]> => bus.attended(prefix);
    await untilEqual(attended, [elder, younger]);
    await first.stop(1000);
    await untilEqual(attended, [younger]);
    await consume(elder);
    await untilEqual(attended, [elder, younger]);
  });

  test('backlog - counts what is not settled', async () => {
    const bus = await bench.start();
    const subject = freshSubject();
    const before = [bus.backlog(), bus.waitingEvents()];
    const command = 'stox.cmd.sip.nobody' as Subject;
    for (const message of numbered(5)) await bus.publish(subject, message);
    await bus.publish(command, envelope('command'));
    const [all = 0, events = 0] = before;
    await untilEqual(async () => [bus.backlog(), bus.waitingEvents()], [all + 6, events + 5]);
    for (const [at, durable] of [subject, command].entries()) {
      await bus.consume({ subject: durable, durable: `count${at}`, maxInFlight: 1 }, async () => {});
    }
    await untilEqual(async () => [bus.backlog(), bus.waitingEvents()], before);
    expect(bus.fault()).toBeUndefined();
  });

  test('close - later publishes are refused', async () => {
    const bus = await bench.start();
    await bus.close();
    await bus.close();
    await expect(bus.publish(freshSubject(), envelope('m0'), 100)).rejects.toHaveProperty(
      'code',
      'STOX_BUS_UNAVAILABLE',
    );
    expect(bus.fault()).toBeDefined();
  });
}
