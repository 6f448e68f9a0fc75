import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/src/longest-first.ts';

/** `npm run fuzz`: goes on for as long as it is told to, so it is no part of the tests. */
const isFuzzing = process.env.STOXGATE_TEST_FUZZ_SECONDS !== undefined;
const fuzz = { name: 'fuzz', include: ['test/src/fuzz/**/*.fuzz.ts'], testTimeout: 0 };

/** In a network of its own, where a test of the guides has started this run. */
const isOutside = process.env.STOXGATE_TEST_NETWORK === 'outside';

const fromSource = { resolve: { conditions: ['source'] }, ssr: { resolve: { conditions: ['source'] } } };

/** Test files for which a program is missing that the suite can do without; whoever started it has said so. */
const leftOut = (process.env.STOXGATE_TEST_LEFT_OUT ?? '').split(',').filter((file) => file !== '');

/** End to end, and in need of the whole machine: sound in time, thousands of messages, processes killed by the clock. */
const ALONE = [
  ...[
    'browser-calls',
    'dino',
    'media-edge',
    'media-edge-process',
    'phone-tones',
    'sound',
    'demo',
    'demo-ended',
  ],
  ...['messages-load', 'chats-load', 'phones-load', 'overload', 'chaos'],
].map((name) => `test/src/e2e/${name}.test.ts`);

/** Most of these wait for timers of the protocols rather than for the machine: three at a time. */
const withServers = {
  exclude: leftOut,
  setupFiles: ['test/src/end-with-runner.ts'],
  testTimeout: 180_000,
  hookTimeout: 120_000,
  expect: { poll: { timeout: 20_000 } },
  maxWorkers: 3,
  sequence: { groupOrder: 1 },
};

/**
 * unit: no process, no socket beyond loopback fakes; contract: real NATS and Redis; e2e: real Prosody and SIPp; alone: the
 * same, one file at a time.
 * Packages run from source, so no build is needed before a unit test.
 */
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      ...(isFuzzing ? [{ ...fromSource, test: fuzz }] : []),
      {
        ...fromSource,
        test: {
          name: 'unit',
          // Files share a module graph: importing it anew for each takes longer than all tests.
          isolate: false,
          maxWorkers: 2,
          setupFiles: ['test/src/same-walk.ts'],
          // Only to end what hangs: how long a test takes is the machine's matter.
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // Time that is faked would go on by the interval.
          expect: { poll: { interval: 0, timeout: 20_000 } },
          include: [
            'packages/*/src/**/*.test.ts',
            'services/*/src/**/*.test.ts',
            'test/src/unit/**/*.test.ts',
          ],
        },
      },
      {
        ...fromSource,
        test: {
          ...withServers,
          name: 'contract',
          include: ['test/src/contract/**/*.test.ts'],
          testTimeout: 60_000,
        },
      },
      {
        ...fromSource,
        test: {
          ...withServers,
          name: 'e2e',
          include: ['test/src/e2e/**/*.test.ts'],
          exclude: [...leftOut, ...ALONE],
        },
      },
      {
        ...fromSource,
        test: {
          ...withServers,
          name: 'guides',
          include: [`test/guides/${isOutside ? 'outside/' : ''}*.test.ts`],
        },
      },
      {
        ...fromSource,
        test: {
          ...withServers,
          name: 'alone',
          include: ALONE,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
