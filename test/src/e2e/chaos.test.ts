/**
 * Any process may die at any moment. A short run here; `npm run chaos [minutes]` goes on for longer.
 */
import { expect, test } from 'vitest';
import { faultsIn, linesOf } from '../chaos/report.ts';
import { runChaos } from '../chaos/run-chaos.ts';

const minutes = Number(process.env.STOXGATE_TEST_CHAOS_MINUTES ?? '0');
const seed = Number(process.env.STOXGATE_TEST_CHAOS_SEED ?? '1');
const seconds = minutes > 0 ? minutes * 60 : 32;
const tell = (text: string): void => void process.stderr.write(`${text}\n`);

test('chaos - no call that is up and no message is lost, whoever dies', {
  timeout: seconds * 1000 + 400_000,
}, async () => {
  const report = await runChaos({
    hasMoreEdges: true,
    hasStalls: process.env.STOXGATE_TEST_CHAOS_STALLS === '1',
    seconds,
    seed,
    callsPerSecond: 1,
    messagesPerSecond: 4,
    holdMs: 8000,
    pauseMs: 1500,
    tell,
  });
  for (const line of linesOf(report)) tell(line);
  expect(faultsIn(report)).toEqual([]);
  expect(report.fromSip.kept).toBeGreaterThan(0);
  expect(report.fromXmpp.kept).toBeGreaterThan(0);
  expect(report.toSip.delivered).toBeGreaterThan(0);
  expect(report.toXmpp.delivered).toBeGreaterThan(0);
  expect(report.more?.chatToSip.delivered).toBeGreaterThan(0);
  expect(report.more?.chatToXmpp.delivered).toBeGreaterThan(0);
  expect(report.more?.phoneStates).toBeGreaterThan(0);
});
