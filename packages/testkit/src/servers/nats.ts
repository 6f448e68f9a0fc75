import { provide, type TestServer } from './provider.ts';

export const NATS_IMAGE = process.env.STOXGATE_TEST_NATS_IMAGE ?? 'nats:2.12-alpine';

/** A NATS server with JetStream, empty. */
export const startNats = (): Promise<TestServer> =>
  provide({
    name: 'NATS',
    scheme: 'nats',
    image: NATS_IMAGE,
    readyLog: /Server is ready/,
    program: 'nats-server',
    args: ({ host, port, directory }) => ['-a', host, '-p', String(port), '-js', '-sd', directory],
  });
