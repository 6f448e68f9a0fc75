/**
 * Three NATS servers with three copies of each message: the one that leads the stream is killed under load. Nothing that was
 * accepted is lost, and the messages of a session keep their order.
 */
import { type Bus, connectNatsBus } from '@stoxgate/bus';
import { brandKey, type Envelope, eventSubject } from '@stoxgate/contracts';
import { type NatsCluster, startNatsCluster } from '@stoxgate/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';

const SUBJECTS = Array.from({ length: 8 }, (_, partition) => eventSubject(partition));
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const envelope = (session: number, count: number): Envelope => ({
  v: 1,
  id: `${count}.call:${session}`,
  key: brandKey(`call:${session}`),
  edge: 'edge-1',
  at: 0,
  payload: { type: 'timer.fired', name: 'ring', dueAt: 1 },
});

let cluster: NatsCluster;
const buses: Bus[] = [];
beforeAll(async () => {
  cluster = await startNatsCluster();
  for (let count = 0; count < 2; count++) {
    const options = { maxBacklog: 2000, maxDeliveries: 5, onDeadLetter: () => {}, replicas: 3 };
    buses.push(await connectNatsBus(cluster.url, options));
  }
});
afterAll(async () => {
  for (const bus of buses) await bus.close();
  await cluster.stop();
});

test('NATS cluster - its leader is killed under load: nothing is lost, a session keeps its order', async () => {
  const seen = SUBJECTS.map((): string[] => []);
  for (const bus of buses) {
    for (const [at, subject] of SUBJECTS.entries()) {
      await bus.consume({ subject, durable: 'translator', maxInFlight: 1 }, async ({ id }) => {
        await pause(1);
        // What a dying server forgot to note as settled comes again.
        if (seen[at]?.includes(id) === false) seen[at]?.push(id);
      });
    }
  }
  const accepted = SUBJECTS.map((): string[] => []);
  const total = (): number => accepted.flat().length;
  let isOver = false;
  const publishers = SUBJECTS.map(async (subject, at) => {
    for (let count = 0; !isOver; count++) {
      const message = envelope(at, count);
      await buses[at % buses.length]?.publish(subject, message, 60_000);
      accepted[at]?.push(message.id);
      await pause(5);
    }
  });
  const more = async (count: number): Promise<void> => {
    const before = total();
    await expect.poll(total, { timeout: 60_000 }).toBeGreaterThan(before + count);
  };
  await more(400);
  await cluster.killLeader('STOX_EVENTS');
  await more(400);
  await cluster.restore();
  await more(400);
  isOver = true;
  await Promise.all(publishers);
  await expect.poll(() => seen.flat().length, { timeout: 30_000 }).toBe(total());
  expect(seen).toEqual(accepted);
  for (const bus of buses) await expect.poll(() => bus.fault()).toBeUndefined();
  await expect.poll(() => buses.map((bus) => bus.backlog())).toEqual([0, 0]);
}, 180_000);
