/** The contract every session store keeps, as tests. An implementation's test file calls `storeContract`. */
import { afterEach, describe } from 'vitest';
import { Bench, type MakeStore } from './contract-bench.ts';
import { commitContract } from './contract-commit.ts';
import { lookupContract } from './contract-lookup.ts';

export type { MakeStore, StoreUnderTest } from './contract-bench.ts';

/**
 * Registers the tests.
 * @param makeStore an empty store that nothing else uses at the time; `close` also frees what stands behind it.
 */
export function storeContract(name: string, makeStore: MakeStore): void {
  describe(`store contract, ${name}`, { timeout: 20_000 }, () => {
    const bench = new Bench(makeStore);
    afterEach(() => bench.clear());
    commitContract(bench);
    lookupContract(bench);
  });
}
