import { provide, type TestServer } from './provider.ts';

export const REDIS_IMAGE = process.env.STOXGATE_TEST_REDIS_IMAGE ?? 'redis:7-alpine';

/** A Redis server, empty. It keeps an append-only file, so that a restart loses nothing; `options` are further ones. */
export const startRedis = (options: Readonly<Record<string, string | number>> = {}): Promise<TestServer> =>
  provide({
    name: 'Redis',
    scheme: 'redis',
    image: REDIS_IMAGE,
    readyLog: /Ready to accept connections/,
    program: 'redis-server',
    args: ({ host, port, directory }) =>
      Object.entries({
        bind: host,
        port,
        dir: directory,
        'protected-mode': 'no',
        save: '',
        appendonly: 'yes',
        ...options,
      }).flatMap(([name, value]) => [`--${name}`, String(value)]),
  });
