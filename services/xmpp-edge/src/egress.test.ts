import type { Bus, Consumer } from '@stoxgate/bus';
import { type Logger, NOOP_TRACER } from '@stoxgate/runtime';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Egress } from './egress.ts';
import type { Spool } from './spool.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A bus that fails to give a consumer `failures` times. */
function world(failures = 0, delayMs = 0) {
  const steps: string[] = [];
  const consumer: Consumer = { stop: async () => void steps.push('stop') };
  const consume = async (): Promise<Consumer> => {
    steps.push('consume');
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    if (failures-- > 0) throw new Error('no bus');
    return consumer;
  };
  const egress = new Egress({
    domain: 'sip.example.org',
    map: { xmppDomains: [], components: [] },
    bus: { consume } as unknown as Bus,
    spool: { withdraw: () => steps.push('withdraw') } as unknown as Spool,
    tracer: NOOP_TRACER,
    log: { error: () => {}, warn: () => {} } as unknown as Logger,
    maxInFlight: 4,
    patienceMs: 100,
    dropped: () => {},
  });
  return { egress, steps };
}
const turn = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

test('egress - a short absence changes nothing, a long one gives the commands back', async () => {
  const { egress, steps } = world();
  egress.online();
  await turn();
  egress.offline();
  await turn(99);
  egress.online();
  await turn(1000);
  expect(steps).toEqual(['consume']);
  egress.offline();
  await turn(100);
  expect(steps).toEqual(['consume', 'stop', 'withdraw']);
  egress.online();
  await turn();
  expect(steps).toEqual(['consume', 'stop', 'withdraw', 'consume']);
});

test('egress - a bus that gives no consumer is asked again, unless the component went away', async () => {
  const { egress, steps } = world(2);
  egress.online();
  await turn(1000);
  expect(steps).toEqual(['consume', 'consume']);
  egress.offline();
  await turn(5000);
  expect(steps).toEqual(['consume', 'consume']);
});

test('egress - a consumer that fails after the component went away is not asked for again', async () => {
  const { egress, steps } = world(1, 500);
  egress.online();
  egress.offline();
  await turn(10_000);
  expect(steps).toEqual(['consume']);
});

test('egress - after stop nothing is begun and no timer runs', async () => {
  const { egress, steps } = world();
  egress.online();
  await turn();
  await egress.stop(10);
  egress.offline();
  egress.online();
  await turn(1000);
  expect(steps).toEqual(['consume', 'stop']);
  expect(vi.getTimerCount()).toBe(0);
});
