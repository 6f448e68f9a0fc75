/** The bus contract: what arrives, in what order, how often. */
import { type Envelope, StoxgateError } from '@stoxgate/contracts';
import { expect, test } from 'vitest';
import {
  type Bench,
  collect,
  envelope,
  freshSubject,
  idsOf,
  numbered,
  pause,
  until,
} from './contract-bench.ts';

export function deliveryContract(bench: Bench): void {
  test('order - concurrent publishes of a session arrive in publication order, one at a time', async () => {
    const bus = await bench.start();
    const subject = freshSubject();
    const seen: Envelope[] = [];
    const inHand = new Set<string>();
    let overtakes = 0;
    await bus.consume({ subject, durable: 'order', maxInFlight: 1 }, async (message) => {
      if (inHand.has(message.key)) overtakes++;
      inHand.add(message.key);
      if (seen.length % 50 === 0) await pause(1);
      seen.push(message);
      inHand.delete(message.key);
    });
    const sent = Array.from({ length: 300 }, (_, index) => envelope(`m${index}`, `call:${index % 7}`));
    await Promise.all(sent.map((message) => bus.publish(subject, message)));
    await until(() => seen.length >= 300);
    for (const key of new Set(sent.map((message) => message.key))) {
      const ofKey = (envelopes: readonly Envelope[]) => envelopes.filter((message) => message.key === key);
      expect(idsOf(ofKey(seen))).toEqual(idsOf(ofKey(sent)));
    }
    expect(seen).toHaveLength(300);
    expect(overtakes).toBe(0);
  });

  test('order - messages published before there is a consumer wait for it', async () => {
    const bus = await bench.start();
    const subject = freshSubject();
    for (const message of numbered(20)) await bus.publish(subject, message);
    const seen: Envelope[] = [];
    await bus.consume({ subject, durable: 'late', maxInFlight: 1 }, collect(seen));
    await until(() => seen.length >= 20);
    expect(idsOf(seen)).toEqual(idsOf(numbered(20)));
  });

  test('redelivery - a failed message is delivered again before any later one', async () => {
    const bus = await bench.start();
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
    expect(bench.dead).toEqual([]);
  });

  test('redelivery - a handler that throws before it returns a promise has failed', async () => {
    const bus = await bench.start();
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
    const bus = await bench.start();
    const [subject, other] = [freshSubject(), freshSubject()];
    const seen: string[] = [];
    for (const on of [subject, other]) {
      await bus.consume({ subject: on, durable: 'once', maxInFlight: 1 }, async ({ id }) => {
        seen.push(`${on} ${id}`);
      });
    }
    const odd = envelope('3.pair:žofie@example.org sip:b@c "\r\n');
    await bus.publish(subject, odd);
    await until(() => seen.length === 1);
    await bus.publish(subject, odd);
    await bus.publish(other, odd);
    await bus.publish(subject, envelope('last'));
    await until(() => seen.length >= 3);
    expect(seen.sort()).toEqual([`${subject} ${odd.id}`, `${subject} last`, `${other} ${odd.id}`].sort());
  });

  test('dead letter - what fails maxDeliveries times is handed over and the next comes', async () => {
    const bus = await bench.start({ maxDeliveries: 3 });
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
    expect(bench.dead).toEqual([{ envelope: envelope('m0'), cause: poison }]);
    await until(() => bus.backlog() === 0);
  });

  test('dead letter - an outage of bus or store never makes one', async () => {
    const bus = await bench.start({ maxDeliveries: 2 });
    const subject = freshSubject();
    const seen: string[] = [];
    await bus.consume({ subject, durable: 'outage', maxInFlight: 1 }, async ({ id }) => {
      seen.push(id);
      if (seen.length <= 4) throw new StoxgateError('STOX_STORE_UNAVAILABLE', 'Redis is away.');
    });
    for (const message of numbered(2)) await bus.publish(subject, message);
    await until(() => seen.length >= 6);
    expect(seen).toEqual(['m0', 'm0', 'm0', 'm0', 'm0', 'm1']);
    expect(bench.dead).toEqual([]);
  });

  test('envelope - arrives as it was published, trace included', async () => {
    const bus = await bench.start();
    const subject = freshSubject();
    const seen: Envelope[] = [];
    await bus.consume({ subject, durable: 'whole', maxInFlight: 1 }, collect(seen));
    const sent = envelope('m0', 'pair:žofie@example.org sip:b@c {}');
    await bus.publish(subject, sent);
    await until(() => seen.length === 1);
    expect(seen).toEqual([sent]);
  });
}
