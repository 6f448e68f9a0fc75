/**
 * The media edge as it runs: in the one process and in a process of its own.
 */
import { type Rtpengine, startRtpengine } from '@stoxgate/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { MODES, startWorld, type World } from './world.ts';

let relay: Rtpengine;
let world: World | undefined;
beforeAll(async () => {
  relay = await startRtpengine();
});
afterEach(async () => {
  await world?.stop();
  world = undefined;
});
afterAll(() => relay.stop());

async function readyz(adminUrl: string): Promise<{ status: number; media: unknown }> {
  const response = await fetch(`${adminUrl}/readyz`);
  const { parts } = (await response.json()) as { parts: Readonly<Record<string, unknown>> };
  return { status: response.status, media: parts.media };
}

test.each(MODES)(
  'media edge - %s: ready while its relay answers, and again when that is back',
  async (mode) => {
    world = await startWorld(mode, {
      accounts: [],
      config: { media: { relay: 'rtpengine', rtpengine: [relay.address] } },
    });
    const { adminUrl } = world.gateway.process(mode === 'all' ? 'all' : 'media-edge');
    const isReady = { status: 200, media: 'ok' };
    expect(await readyz(adminUrl)).toEqual(isReady);
    await relay.kill();
    const isAway = { status: 503, media: `no answer from ${relay.address}` };
    await expect.poll(() => readyz(adminUrl), { timeout: 10_000 }).toEqual(isAway);
    await relay.start();
    await expect.poll(() => readyz(adminUrl), { timeout: 10_000 }).toEqual(isReady);
    const metrics = await (await fetch(`${adminUrl}/metrics`)).text();
    expect(metrics).toContain(`stoxgate_media_relay_up{relay="${relay.address}"`);
  },
);
