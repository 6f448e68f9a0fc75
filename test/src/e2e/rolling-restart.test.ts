/**
 * Everything is restarted, process by process, under calls and messages. A short run here; `npm run chaos [minutes] -- --rolling`
 * goes round for longer.
 */
import { expect, test } from 'vitest';
import { faultsIn, linesOf } from '../chaos/report.ts';
import { runChaos } from '../chaos/run-chaos.ts';

const minutes = Number(process.env.STOXGATE_TEST_CHAOS_MINUTES ?? '0');
const tell = (text: string): void => void process.stderr.write(`${text}\n`);

test('rolling restart - no call that is up and no message is lost', {
  timeout: minutes * 60_000 + 400_000,
}, async () => {
  const report = await runChaos({
    isRolling: true,
    seconds: minutes * 60,
    seed: 1,
    callsPerSecond: 1,
    messagesPerSecond: 4,
    holdMs: 4000,
    pauseMs: 200,
    tell,
  });
  for (const line of linesOf(report)) tell(line);
  expect(faultsIn(report)).toEqual([]);
  // Who leaves in order reads what was written to it.
  expect(report.toSip.swallowed).toBe(0);
  expect(report.fromSip.kept).toBeGreaterThan(0);
  expect(report.fromXmpp.kept).toBeGreaterThan(0);
  expect(report.toSip.delivered).toBeGreaterThan(0);
  expect(report.toXmpp.delivered).toBeGreaterThan(0);
});
