import { provide, type TestServer } from './provider.ts';

export const NATS_IMAGE = process.env.STOXGATE_TEST_NATS_IMAGE ?? 'nats:2.12-alpine';

/**
 * A NATS server with JetStream, empty.
 * @param cores how many it uses at a time; absent: all.
 */
export const startNats = ({ cores }: { readonly cores?: number } = {}): Promise<TestServer> =>
  provide({
    name: 'NATS',
    scheme: 'nats',
    image: NATS_IMAGE,
    readyLog: /Server is ready/,
    program: 'nats-server',
    ...(cores !== undefined && { env: { GOMAXPROCS: String(cores) } }),
    args: ({ host, port, directory }) => ['-a', host, '-p', String(port), '-js', '-sd', directory],
  });
