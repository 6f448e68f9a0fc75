/**
 * Order of the test files: those that take longest first, so that no long one is left alone at the end. Others by their
 * size, as vitest has it.
 */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Half a minute or more. */
const LONG = [
  ...['sip-loss', 'sip-edge-loss', 'phones-client', 'phones-client-ejabberd', 'sip-loss-offers', 'presence'],
  ...['relay-away', 'intercept', 'rolling-restart', 'chats', 'phones', 'phones-ejabberd', 'presence-server'],
].map((name) => `/e2e/${name}.test.ts`);

const rankOf = ({ moduleId }: TestSpecification): number => {
  const at = LONG.findIndex((file) => moduleId.endsWith(file));
  return at === -1 ? LONG.length : at;
};

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const bySize = await super.sort(files);
    return [...bySize].sort((one, other) => rankOf(one) - rankOf(other));
  }
}
