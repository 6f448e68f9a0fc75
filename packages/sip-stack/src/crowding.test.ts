import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Crowding } from './crowding.ts';
import { UdpFlow } from './udp-flow.ts';

async function turn(crowding: Crowding, datagrams: number): Promise<void> {
  for (let read = 0; read < datagrams; read++) crowding.read();
  await nextTurn();
}

test('crowding - hardly a turn of the event loop reads less datagrams than a turn may', async () => {
  const crowding = new Crowding();
  expect(crowding.take()).toBe(false);
  for (const datagrams of [1, 31, 32, 5]) await turn(crowding, datagrams);
  expect(crowding.take()).toBe(false);
  for (const datagrams of [32, 32, 32, 32, 32, 3]) await turn(crowding, datagrams);
  expect(crowding.take()).toBe(false);
  for (const datagrams of [32, 32, 32, 32, 32, 32, 32, 3]) await turn(crowding, datagrams);
  expect(crowding.take()).toBe(true);
  expect(crowding.take()).toBe(false);
});

test('crowding - a socket whose receiver is too slow is crowded, and no longer when it has caught up', async () => {
  let read = 0;
  const flow = await UdpFlow.open('127.0.0.1', 0, {
    datagram: () => {
      read++;
      const until = performance.now() + 0.5;
      while (performance.now() < until);
    },
    flowFault: () => undefined,
  });
  const sender = await UdpFlow.open('127.0.0.1', 0, {
    datagram: () => undefined,
    flowFault: () => undefined,
  });
  const bytes = Buffer.from('OPTIONS');
  for (let sent = 0; sent < 128; sent++) sender.post(bytes, '127.0.0.1', flow.port);
  let wasCrowded = false;
  const crowded = (): boolean => {
    wasCrowded ||= flow.takeCrowded();
    return wasCrowded;
  };
  await expect.poll(() => [crowded(), read]).toEqual([true, 128]);
  await expect.poll(() => flow.takeCrowded()).toBe(false);
  await Promise.all([flow.close(), sender.close()]);
});
