import { connectNatsBus } from '@stoxgate/bus';
import { busContract } from '@stoxgate/bus/testing';
import { type Envelope, StoxgateError } from '@stoxgate/contracts';
import { freePort, startNats, type TestServer } from '@stoxgate/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { envelope, freshSubject, options, pause, tell } from './bus-bench.ts';
import { wireTo } from './wire.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startNats();
});

afterAll(async () => {
  await server.stop();
});

busContract('NATS JetStream', async (options) => {
  const bus = await connectNatsBus(server.url, { ...options, ackWaitMs: 30_000 });
  return { bus, close: () => bus.close() };
});

test('NATS bus - two processes share a durable; a slow handler is not overtaken', async () => {
  const subject = freshSubject();
  const [one, two] = [
    await connectNatsBus(server.url, { ...options, ackWaitMs: 500 }),
    await connectNatsBus(server.url, { ...options, ackWaitMs: 500 }),
  ];
  const seen: string[] = [];
  const handler = async ({ id }: Envelope): Promise<void> => {
    if (id === 'm0') await pause(1600);
    seen.push(id);
  };
  for (const bus of [one, two]) await bus.consume({ subject, durable: 'processes', maxInFlight: 1 }, handler);
  for (let index = 0; index < 10; index++) await one.publish(subject, envelope(`m${index}`));
  await expect.poll(() => seen.length, { timeout: 10_000 }).toBe(10);
  await pause(300);
  expect(seen).toEqual(Array.from({ length: 10 }, (_, index) => `m${index}`));
  await Promise.all([one.close(), two.close()]);
});

test('NATS bus - the messages of a dead process go to a living one', async () => {
  const subject = freshSubject();
  const wire = await wireTo(server.url);
  const [dying, living] = [
    await connectNatsBus(wire.url, { ...options, ackWaitMs: 500 }),
    await connectNatsBus(server.url, { ...options, ackWaitMs: 500 }),
  ];
  let begun = false;
  await dying.consume({ subject, durable: 'mortal', maxInFlight: 1 }, () => {
    begun = true;
    return new Promise(() => {});
  });
  for (let index = 0; index < 3; index++) await living.publish(subject, envelope(`m${index}`));
  await expect.poll(() => begun).toBe(true);
  wire.cut();
  const seen: string[] = [];
  await living.consume({ subject, durable: 'mortal', maxInFlight: 1 }, async ({ id }) => {
    seen.push(id);
  });
  await expect.poll(() => seen, { timeout: 10_000 }).toEqual(['m0', 'm1', 'm2']);
  expect(dying.fault()).toBe('disconnected from NATS');
  await expect(dying.publish(subject, envelope('lost'), 100)).rejects.toHaveProperty(
    'code',
    'STOX_BUS_UNAVAILABLE',
  );
  await Promise.all([dying.close(), living.close()]);
});

test('NATS bus - a process that stalls past the deadline does not handle a message twice', async () => {
  const subject = freshSubject();
  const bus = await connectNatsBus(server.url, { ...options, ackWaitMs: 300 });
  const seen: string[] = [];
  await bus.consume({ subject, durable: 'stalls', maxInFlight: 1 }, async ({ id }) => {
    seen.push(id);
    if (id !== 'm0') return;
    const until = Date.now() + 800;
    while (Date.now() < until);
    await pause(400);
  });
  for (let index = 0; index < 3; index++) await bus.publish(subject, envelope(`m${index}`));
  await expect.poll(() => seen.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(3);
  await pause(500);
  expect(seen).toEqual(['m0', 'm1', 'm2']);
  await bus.close();
});

test('NATS bus - a message that kills every process that takes it becomes a dead letter', async () => {
  const subject = freshSubject();
  const dead: string[] = [];
  const seen: string[] = [];
  const setting = {
    ...options,
    maxDeliveries: 1,
    ackWaitMs: 1500,
    onDeadLetter: ({ id }: Envelope) => dead.push(id),
  };
  const living = await connectNatsBus(server.url, setting);
  for (const id of ['killer', 'harmless']) await living.publish(subject, envelope(id));
  for (let process = 0; process < 2; process++) {
    const wire = await wireTo(server.url);
    const victim = await connectNatsBus(wire.url, setting);
    await victim.consume({ subject, durable: 'killed', maxInFlight: 1 }, ({ id }) => {
      seen.push(`${process} ${id}`);
      wire.cut();
      return new Promise(() => {});
    });
    await expect.poll(() => seen.length, { timeout: 5000 }).toBe(process + 1);
    await victim.close();
  }
  await living.consume({ subject, durable: 'killed', maxInFlight: 1 }, async ({ id }) => {
    seen.push(`living ${id}`);
  });
  await expect.poll(() => seen.length, { timeout: 5000 }).toBe(3);
  expect(seen).toEqual(['0 killer', '1 killer', 'living harmless']);
  expect(dead).toEqual(['killer']);
  await living.close();
});

test('NATS bus - what is no envelope is dropped, reported and in nobody’s way', async () => {
  const subject = freshSubject();
  const unreadable: string[] = [];
  const bus = await connectNatsBus(server.url, {
    ...options,
    onUnreadable: (where, cause) => unreadable.push(`${where} ${cause instanceof Error}`),
  });
  await bus.publish(subject, { id: 'not', key: 'an envelope' } as unknown as Envelope);
  await bus.publish(subject, envelope('m0'));
  const seen: string[] = [];
  await bus.consume({ subject, durable: 'reader', maxInFlight: 1 }, async ({ id }) => {
    seen.push(id);
  });
  await expect.poll(() => seen).toEqual(['m0']);
  expect(unreadable).toEqual([`${subject} true`]);
  await bus.close();
});

test('NATS bus - a message larger than the server takes is refused at once', async () => {
  const bus = await connectNatsBus(server.url, options);
  const publishing = bus.publish(freshSubject(), envelope('x'.repeat(3_000_000)), 20_000);
  await expect(publishing).rejects.toThrow(RangeError);
  await bus.close();
});

test('NATS bus - no server in time is one sentence without the password', async () => {
  const port = await freePort();
  const url = `nats://user:hunter2@127.0.0.1:${port}`;
  const failure = await connectNatsBus(url, { ...options, connectTimeoutMs: 300 }).catch((cause) => cause);
  expect(failure).toBeInstanceOf(StoxgateError);
  expect(failure.code).toBe('STOX_BUS_UNAVAILABLE');
  expect(failure.message).toContain(`127.0.0.1:${port}`);
  expect(failure.message).not.toContain('hunter2');
});

test('NATS bus - a lower limit than what waits deletes nothing', async () => {
  const subject = freshSubject();
  const generous = await connectNatsBus(server.url, { ...options, maxBacklog: 100 });
  for (let index = 0; index < 10; index++) await generous.publish(subject, envelope(`m${index}`));
  const strict = await connectNatsBus(server.url, { ...options, maxBacklog: 3 });
  const seen: string[] = [];
  await strict.consume({ subject, durable: 'limits', maxInFlight: 1 }, async ({ id }) => {
    seen.push(id);
  });
  await expect.poll(() => seen.length, { timeout: 5000 }).toBe(10);
  await Promise.all([generous.close(), strict.close()]);
});

test('NATS bus - a server that waits for a message that it no longer has stops no partition', async () => {
  const fresh = await startNats();
  const subject = freshSubject();
  const ghosts: string[] = [];
  const wire = await wireTo(fresh.url);
  const setting = { ...options, ackWaitMs: 500 };
  const dying = await connectNatsBus(wire.url, setting);
  let begun = false;
  await dying.consume({ subject, durable: 'haunted', maxInFlight: 1 }, () => {
    begun = true;
    return new Promise(() => {});
  });
  const living = await connectNatsBus(fresh.url, { ...setting, onGhost: (where) => ghosts.push(where) });
  await living.publish(subject, envelope('vanishes'));
  await expect.poll(() => begun).toBe(true);
  wire.cut();
  await tell(fresh.url, '$JS.API.STREAM.MSG.DELETE.STOX_EVENTS', '{"seq":1}');
  await living.publish(subject, envelope('m1'));
  const seen: string[] = [];
  await living.consume({ subject, durable: 'haunted', maxInFlight: 1 }, async ({ id }) => {
    seen.push(id);
  });
  await expect.poll(() => seen, { timeout: 20_000 }).toEqual(['m1']);
  // A server that takes no harm is none the worse for it.
  expect(ghosts.every((where) => where === subject)).toBe(true);
  await Promise.all([dying.close(), living.close()]);
  await fresh.stop();
});

test('NATS bus - killed under load again and again: nothing is lost, no subject stands still, nothing is left', async () => {
  const fresh = await startNats();
  const setting = { ...options, tidyEveryMs: 1000 };
  const buses = [await connectNatsBus(fresh.url, setting), await connectNatsBus(fresh.url, setting)];
  const subjects = Array.from({ length: 16 }, freshSubject);
  const done = new Set<string>();
  const handler = async ({ id }: Envelope): Promise<void> => {
    await pause(2);
    done.add(id);
  };
  for (const bus of buses) {
    for (const subject of subjects) await bus.consume({ subject, durable: 'crash', maxInFlight: 1 }, handler);
  }
  const accepted: string[] = [];
  let isPublishing = true;
  const publishers = subjects.map(async (subject, index) => {
    for (let count = 0; isPublishing; count++) {
      const message = envelope(`${index}-${count}`, `call:${index}`);
      await buses[index % 2]?.publish(subject, message, 30_000);
      accepted.push(message.id);
      await pause(4);
    }
  });
  for (let kill = 0; kill < 4; kill++) {
    const before = accepted.length;
    await expect.poll(() => accepted.length, { timeout: 30_000 }).toBeGreaterThan(before + 200);
    await fresh.restart();
  }
  isPublishing = false;
  await Promise.all(publishers);
  const missing = (): number => accepted.filter((id) => !done.has(id)).length;
  await expect.poll(missing, { timeout: 45_000 }).toBe(0);
  // Messages that were settled, and that the server has kept.
  await expect.poll(() => buses.map((bus) => bus.backlog()), { timeout: 30_000 }).toEqual([0, 0]);
  for (const bus of buses) await bus.close();
  await fresh.stop();
}, 180_000);

test('NATS bus - a server that comes back without its data is set up anew', async () => {
  const subject = freshSubject();
  const bus = await connectNatsBus(server.url, options);
  const seen: string[] = [];
  await bus.consume({ subject, durable: 'anew', maxInFlight: 1 }, async ({ id }) => {
    seen.push(id);
  });
  await bus.publish(subject, envelope('before'));
  await expect.poll(() => seen).toEqual(['before']);
  for (const stream of ['STOX_EVENTS', 'STOX_COMMANDS'])
    await tell(server.url, `$JS.API.STREAM.DELETE.${stream}`);
  await server.restart();
  await bus.publish(subject, envelope('after'), 20_000);
  await expect.poll(() => seen, { timeout: 15_000 }).toEqual(['before', 'after']);
  await expect.poll(() => bus.fault(), { timeout: 5000 }).toBeUndefined();
  await bus.close();
});

test('NATS bus - a server killed and started again loses nothing that was accepted', async () => {
  const subject = freshSubject();
  const bus = await connectNatsBus(server.url, { ...options, ackWaitMs: 1000 });
  const seen: string[] = [];
  await bus.consume({ subject, durable: 'restart', maxInFlight: 1 }, async ({ id }) => {
    await pause(1);
    if (!seen.includes(id)) seen.push(id);
  });
  const accepted: string[] = [];
  let publishing = true;
  const publisher = (async () => {
    for (let index = 0; publishing; index++) {
      const batch = Array.from({ length: 5 }, (_, place) => envelope(`m${index}-${place}`));
      await Promise.all(batch.map((message) => bus.publish(subject, message, 20_000)));
      accepted.push(...batch.map(({ id }) => id));
      await pause(5);
    }
  })();
  const faults = new Set<string | undefined>();
  const watch = setInterval(() => faults.add(bus.fault()), 5);
  await expect.poll(() => accepted.length, { timeout: 10_000 }).toBeGreaterThan(50);
  await server.restart();
  const before = accepted.length;
  await expect.poll(() => accepted.length, { timeout: 20_000 }).toBeGreaterThan(before + 50);
  publishing = false;
  await publisher;
  await expect.poll(() => seen.length, { timeout: 20_000 }).toBe(accepted.length);
  clearInterval(watch);
  expect(seen).toEqual(accepted);
  expect([...faults]).toContain('disconnected from NATS');
  await expect.poll(() => bus.fault(), { timeout: 5000 }).toBeUndefined();
  await bus.close();
});
