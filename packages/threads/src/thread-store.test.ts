import { MessageChannel } from 'node:worker_threads';
import { createMemoryStore } from '@stoxgate/store';
import { storeContract } from '@stoxgate/store/testing';
import { Peer } from './peer.ts';
import { type StoreProcedures, storeProcedures, threadStore } from './thread-store.ts';

storeContract('another thread’s', async (options) => {
  const owned = createMemoryStore(options);
  const { port1, port2 } = new MessageChannel();
  new Peer(port1, storeProcedures(owned));
  const user: Peer<StoreProcedures> = new Peer(port2, {});
  const store = threadStore(() => user);
  return {
    store,
    hasNoClock: true,
    close: async () => {
      await store.close();
      user.close();
      await owned.close();
    },
  };
});
