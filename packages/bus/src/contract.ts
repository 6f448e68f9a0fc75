/** The contract every bus keeps, as tests. An implementation's test file calls `busContract`. */
import { afterEach, describe } from 'vitest';
import { Bench, type MakeBus, TIMEOUT_MS } from './contract-bench.ts';
import { deliveryContract } from './contract-delivery.ts';
import { sharingContract } from './contract-sharing.ts';

export type { BusUnderTest, MakeBus } from './contract-bench.ts';

/**
 * Registers the tests.
 * @param makeBus a bus that nothing else uses at the time; `close` also frees what stands behind it.
 */
export function busContract(name: string, makeBus: MakeBus): void {
  describe(`bus contract, ${name}`, { timeout: TIMEOUT_MS }, () => {
    const bench = new Bench(makeBus);
    afterEach(() => bench.clear());
    deliveryContract(bench);
    sharingContract(bench);
  });
}
