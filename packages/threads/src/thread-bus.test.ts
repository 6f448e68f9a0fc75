import { MessageChannel } from 'node:worker_threads';
import { type Bus, createMemoryBus } from '@stoxgate/bus';
import { busContract } from '@stoxgate/bus/testing';
import { type BusProcedures, busProcedures, type DeliveryProcedures } from './bus-procedures.ts';
import { Peer } from './peer.ts';
import { threadBus } from './thread-bus.ts';

/** The bus as the other end of a port sees it. */
function acrossPort(bus: Bus): { bus: Bus; close(): Promise<void> } {
  const { port1, port2 } = new MessageChannel();
  const owner: Peer<DeliveryProcedures> = new Peer(
    port1,
    busProcedures(bus, () => owner),
  );
  const seen = threadBus(() => user);
  const user: Peer<BusProcedures> = new Peer(port2, seen.procedures);
  return {
    bus: seen.bus,
    close: async () => {
      await seen.bus.close();
      user.close();
      await bus.close();
    },
  };
}

busContract('another thread’s', async (options) => acrossPort(createMemoryBus(options)));
