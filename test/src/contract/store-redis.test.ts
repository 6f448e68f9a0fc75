import { connectRedisStore } from '@stoxgate/store';
import { storeContract } from '@stoxgate/store/testing';
import { startRedis, type TestServer } from '@stoxgate/testkit';
import { afterAll, beforeAll } from 'vitest';

let server: TestServer;
let run = 0;
const freshNamespace = (): string => `test-${process.pid}-${Date.now().toString(36)}-${run++}`;

beforeAll(async () => {
  server = await startRedis();
});

afterAll(async () => {
  await server.stop();
});

storeContract('Redis', async (options) => {
  const store = await connectRedisStore(server.url, { ...options, namespace: freshNamespace() });
  return { store, close: () => store.close() };
});
