/**
 * Two baresip phones that call each other: what the sound tests of the gateway measure with. RFC 3261, RFC 4733.
 */
import { type Baresip, isSilence, isTone, startBaresip } from '@stoxgate/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';

const [ALICE_HZ, BOB_HZ] = [350, 1100];

let alice: Baresip;
let bob: Baresip;

beforeAll(async () => {
  const contact = 'nobody@phones.test';
  bob = await startBaresip({
    address: 'bob@phones.test',
    contact,
    outboundProxy: '127.0.0.1:9',
    answerMode: 'auto',
    toneHz: BOB_HZ,
  });
  alice = await startBaresip({
    address: 'alice@phones.test',
    contact,
    outboundProxy: `127.0.0.1:${bob.port}`,
    answerMode: 'manual',
    toneHz: ALICE_HZ,
  });
});
afterAll(async () => {
  await alice?.stop();
  await bob?.stop();
});

test('phone tones - each hears the other, also after a hold, and the keys it presses', async () => {
  await alice.command('dial', 'sip:bob@phones.test');
  await Promise.all([alice.next('CALL_ESTABLISHED'), bob.next('CALL_ESTABLISHED')]);
  await Promise.all([alice.hears(isTone(BOB_HZ)), bob.hears(isTone(ALICE_HZ))]);
  await alice.command('hold');
  await bob.hears(isSilence);
  await alice.command('resume');
  await Promise.all([alice.hears(isTone(BOB_HZ)), bob.hears(isTone(ALICE_HZ))]);
  for (const key of '15#') {
    await alice.command('sndcode', key);
    expect((await bob.next('CALL_DTMF_START')).param).toBe(key);
  }
  await alice.command('hangup');
  await bob.next('CALL_CLOSED');
});
