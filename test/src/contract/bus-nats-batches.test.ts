/** What is published within one turn of the event loop goes as one message of JetStream (docs/adr/0017-batches.md). */
import { type Bus, type BusOptions, connectNatsBus, type Handler } from '@stoxgate/bus';
import { anySipEdgeSubject, type Envelope, type Subject } from '@stoxgate/contracts';
import { startNats, type TestServer } from '@stoxgate/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { envelope, freshSubject, options, pause, tell } from './bus-bench.ts';
import { wireTo } from './wire.ts';

let server: TestServer;
const buses: Bus[] = [];

beforeEach(async () => {
  server = await startNats();
});

afterEach(async () => {
  for (const bus of buses.splice(0)) await bus.close();
  await server.stop();
});

const connect = async (more: Partial<BusOptions> = {}, url = server.url): Promise<Bus> => {
  const bus = await connectNatsBus(url, { ...options, ackWaitMs: 500, ...more });
  buses.push(bus);
  return bus;
};

const ids = (count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, index) => `m${from + index}`);

/** All in one turn. */
const publish = (
  bus: Bus,
  subject: Subject,
  names: readonly string[],
  timeoutMs?: number,
): Promise<unknown> => Promise.all(names.map((id) => bus.publish(subject, envelope(id), timeoutMs)));

const noting =
  (seen: string[]): Handler =>
  async ({ id }) => {
    seen.push(id);
  };

test('NATS batches - what is published together is one message, and arrives one at a time, in order', async () => {
  const bus = await connect({ maxBacklog: 1 });
  const subject = freshSubject();
  await publish(bus, subject, ids(32), 1000);
  await expect(bus.publish(subject, envelope('no room'), 100)).rejects.toThrow('NATS did not accept');
  const seen: string[] = [];
  let [working, most] = [0, 0];
  await bus.consume({ subject, durable: 'batch', maxInFlight: 1 }, async ({ id }) => {
    most = Math.max(most, ++working);
    await pause(1);
    seen.push(id);
    working--;
  });
  await expect.poll(() => seen).toEqual(ids(32));
  expect(most).toBe(1);
});

test('NATS batches - sessions of a message are worked on side by side, each in order; one that fails holds up its own', async () => {
  const bus = await connect({ maxBacklog: 1 });
  const subject = freshSubject();
  const seen: string[] = [];
  await bus.consume({ subject, durable: 'sessions', maxInFlight: 1 }, async ({ id }) => {
    seen.push(id);
    if (id === 'a0' && seen.length < 4) throw new Error('no');
  });
  const named = [
    ...['a0', 'a1'].map((id) => envelope(id)),
    envelope('b0', 'call:b'),
    envelope('c0', 'call:c'),
  ];
  await Promise.all(named.map((each) => bus.publish(subject, each)));
  await expect.poll(() => seen).toEqual(['a0', 'b0', 'c0', 'a0', 'a1']);
  await expect.poll(() => bus.backlog(), { timeout: 5000 }).toBe(0);
});

test('NATS batches - a subject that any process may take from gets each envelope alone', async () => {
  const bus = await connect({ maxBacklog: 1 });
  const together = ['a', 'b'].map((id) => bus.publish(anySipEdgeSubject(), envelope(id, `call:${id}`), 300));
  const outcomes = await Promise.allSettled(together);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
});

test('NATS batches - one that fails in the middle is tried again before the next, and those before it are not', async () => {
  const dead: string[] = [];
  const bus = await connect({ maxDeliveries: 2, onDeadLetter: ({ id }) => dead.push(id) });
  const subject = freshSubject();
  const seen: string[] = [];
  await bus.consume({ subject, durable: 'fails', maxInFlight: 1 }, async ({ id }) => {
    seen.push(id);
    if (id === 'm3' || (id === 'm1' && seen.length < 3)) throw new Error('no');
  });
  await publish(bus, subject, ids(5));
  await expect.poll(() => seen, { timeout: 5000 }).toEqual(['m0', 'm1', 'm1', 'm2', 'm3', 'm3', 'm4']);
  expect(dead).toEqual(['m3']);
  await expect.poll(() => bus.backlog(), { timeout: 5000 }).toBe(0);
});

test('NATS batches - a process that dies in the middle: another gets the whole, in order', async () => {
  const living = await connect();
  const wire = await wireTo(server.url);
  const dying = await connect({}, wire.url);
  const subject = freshSubject();
  const before: string[] = [];
  await dying.consume({ subject, durable: 'mortal', maxInFlight: 1 }, ({ id }) => {
    before.push(id);
    return id === 'm2' ? new Promise(() => {}) : Promise.resolve();
  });
  await publish(living, subject, ids(4));
  await expect.poll(() => before).toEqual(ids(3));
  wire.cut();
  const seen: string[] = [];
  await living.consume({ subject, durable: 'mortal', maxInFlight: 1 }, noting(seen));
  await publish(living, subject, ids(2, 4));
  await expect.poll(() => seen, { timeout: 10_000 }).toEqual(ids(6));
});

test('NATS batches - an id that comes again in another batch, or alone, is dropped', async () => {
  const bus = await connect();
  const subject = freshSubject();
  const seen: string[] = [];
  await bus.consume({ subject, durable: 'once', maxInFlight: 1 }, noting(seen));
  await publish(bus, subject, ['m0', 'm1']);
  await publish(bus, subject, ['m1', 'm2', 'm2']);
  await publish(bus, subject, ['m0']);
  await publish(bus, subject, ['last']);
  await expect.poll(() => seen).toEqual(['m0', 'm1', 'm2', 'last']);
  await expect.poll(() => bus.backlog(), { timeout: 5000 }).toBe(0);
});

test('NATS batches - one that was refused for want of room leaves the batch, the others wait on', async () => {
  const bus = await connect({ maxBacklog: 1 });
  const subject = freshSubject();
  await bus.publish(subject, envelope('m0'));
  const impatient = bus.publish(subject, envelope('refused'), 150);
  const patient = publish(bus, subject, ['m1', 'm2'], 10_000);
  await expect(impatient).rejects.toThrow('maximum messages');
  const seen: string[] = [];
  await bus.consume({ subject, durable: 'narrow', maxInFlight: 1 }, noting(seen));
  await patient;
  await expect.poll(() => seen).toEqual(['m0', 'm1', 'm2']);
});

test('NATS batches - an envelope larger than the server takes is refused, those around it go', async () => {
  const bus = await connect();
  const subject = freshSubject();
  const names = ['m0', 'x'.repeat(3_000_000), 'm1', 'y'.repeat(100_000), 'm2'];
  const outcomes = await Promise.allSettled(names.map((id) => bus.publish(subject, envelope(id))));
  expect(
    outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason instanceof RangeError),
  ).toEqual([false, true, false, false, false]);
  const seen: string[] = [];
  await bus.consume({ subject, durable: 'large', maxInFlight: 1 }, noting(seen));
  await expect.poll(() => seen.map((id) => id.slice(0, 2))).toEqual(['m0', 'm1', 'yy', 'm2']);
});

test('NATS batches - what is no envelope in one is reported and dropped, each by itself', async () => {
  const unreadable: string[] = [];
  const bus = await connect({ onUnreadable: (where) => unreadable.push(where) });
  const subject = freshSubject();
  const good = (id: string): string => JSON.stringify(envelope(id));
  const bodies = ['[]', '[', '[[]]', `[1,${good('m0')},null,{"v":1},${good('m1')}]`];
  for (const body of bodies) await tell(server.url, subject, body);
  await bus.publish(subject, envelope('m2'));
  const seen: string[] = [];
  await bus.consume({ subject, durable: 'reader', maxInFlight: 1 }, noting(seen));
  await expect.poll(() => seen).toEqual(['m0', 'm1', 'm2']);
  expect(unreadable).toEqual(Array.from({ length: 6 }, () => subject));
  await expect.poll(() => bus.backlog(), { timeout: 5000 }).toBe(0);
});

test('NATS batches - of one that kills every process that takes it, only the killer becomes a dead letter', async () => {
  const dead: string[] = [];
  const setting = { maxDeliveries: 1, onDeadLetter: ({ id }: Envelope) => dead.push(id) };
  const living = await connect(setting);
  const subject = freshSubject();
  await publish(living, subject, ['m0', 'killer', 'm1']);
  const deaths: string[] = [];
  const done = new Set<string>();
  for (let process = 0; dead.length === 0; process++) {
    expect(process).toBeLessThan(8);
    const wire = await wireTo(server.url);
    const victim = await connect(setting, wire.url);
    await victim.consume({ subject, durable: 'killed', maxInFlight: 1 }, ({ id }) => {
      if (id !== 'killer') {
        done.add(id);
        return Promise.resolve();
      }
      deaths.push(`${process}`);
      wire.cut();
      return new Promise(() => {});
    });
    await expect.poll(() => deaths.includes(`${process}`) || dead.length > 0, { timeout: 5000 }).toBe(true);
    await victim.close();
  }
  await living.consume({ subject, durable: 'killed', maxInFlight: 1 }, async ({ id }) => void done.add(id));
  await expect.poll(() => [...done].sort(), { timeout: 5000 }).toEqual(['m0', 'm1']);
  expect(dead).toEqual(['killer']);
}, 40_000);

test('NATS batches - no more envelopes in hand than maxInFlight', async () => {
  const bus = await connect();
  const subject = freshSubject();
  let [working, most, done] = [0, 0, 0];
  await bus.consume({ subject, durable: 'bounded', maxInFlight: 3 }, async () => {
    most = Math.max(most, ++working);
    await pause(5);
    working--;
    done++;
  });
  await publish(bus, subject, ids(24));
  await expect.poll(() => done).toBe(24);
  expect(most).toBe(3);
});

test('NATS batches - a consumer that stops finishes the batch in hand; what meets an outage goes back', async () => {
  const bus = await connect();
  const subject = freshSubject();
  const seen: string[] = [];
  const stopping = await bus.consume({ subject, durable: 'stops', maxInFlight: 1 }, async ({ id }) => {
    await pause(30);
    if (id === 'fails') throw new Error('not now');
    seen.push(id);
  });
  await publish(bus, subject, ids(4));
  await expect.poll(() => seen.length).toBeGreaterThan(0);
  await stopping.stop(5000);
  expect(seen).toEqual(ids(4));
  await publish(bus, subject, ['m4', 'fails', 'm5']);
  const failing = await bus.consume({ subject, durable: 'stops', maxInFlight: 1 }, async ({ id }) => {
    await pause(30);
    if (id === 'fails') throw new Error('not now');
    seen.push(id);
  });
  await expect.poll(() => seen.at(-1)).toBe('m4');
  await failing.stop(5000);
  const rest: string[] = [];
  await bus.consume({ subject, durable: 'stops', maxInFlight: 1 }, noting(rest));
  await expect.poll(() => rest).toEqual(['m4', 'fails', 'm5']);
});
