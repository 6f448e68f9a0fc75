import { connectRedisStore } from '@stoxgate/store';
import { storeContract } from '@stoxgate/store/testing';
import { startRedisCluster, type TestServer } from '@stoxgate/testkit';
import { afterAll, beforeAll } from 'vitest';

let cluster: TestServer;
let run = 0;

beforeAll(async () => {
  cluster = await startRedisCluster();
});
afterAll(() => cluster.stop());

storeContract('Redis Cluster', async (options) => {
  const store = await connectRedisStore(cluster.url, { ...options, namespace: `test-${run++}` });
  return { store, close: () => store.close() };
});
