/**
 * Sound both ways through the gateway and its media relay: a browser with ICE, DTLS-SRTP and Opus on one side, a phone
 * with plain G.711 on the other, each playing a tone of its own. XEP-0166, XEP-0167, RFC 3264, RFC 4733.
 */
import {
  type Baresip,
  type Browser,
  type BrowserUser,
  type ClientName,
  type Rtpengine,
  startBaresip,
  startBrowser,
  startRtpengine,
} from '@stoxgate/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addressOfUser } from './call-up.ts';
import { isSilence, isTone } from './heard.ts';
import { contactOf, SIP_DOMAIN, startWorld, type World, XMPP_DOMAIN } from './world.ts';

const BOB = contactOf('bob');
const [ALICE_HZ, BOB_HZ] = [523, 1100];

let world: World;
let relay: Rtpengine;
let browser: Browser;
let phone: Baresip;

beforeAll(async () => {
  relay = await startRtpengine();
  browser = await startBrowser();
  world = await startWorld('all', {
    accounts: ['alice'],
    config: { media: { relay: 'rtpengine', rtpengine: [relay.address] } },
  });
  phone = await startBaresip({
    address: `bob@${SIP_DOMAIN}`,
    contact: `alice@${XMPP_DOMAIN}`,
    outboundProxy: `127.0.0.1:${world.sipPort}`,
    port: world.proxyPort,
    answerMode: 'auto',
    toneHz: BOB_HZ,
  });
  // Whoever logs in after this sees the contact, and is seen by it.
  await (await world.login('alice', { resource: 'first', contacts: [BOB] })).close();
});
afterAll(async () => {
  await phone?.stop();
  await world?.stop();
  await browser?.stop();
  await relay?.stop();
});

const CLIENTS: readonly ClientName[] = ['stanza, gathered'];

describe.each(CLIENTS)('sound, a client like %s', (client) => {
  let alice: BrowserUser;

  beforeAll(async () => {
    const { webSocketUrl } = world.prosody;
    const account = { jid: `alice@${XMPP_DOMAIN}`, password: 'alice', webSocketUrl };
    alice = await browser.login({ ...account, toneHz: ALICE_HZ, client });
    await alice.sees(BOB);
  });
  afterAll(() => alice?.close());

  const bothHear = async (sid: string): Promise<void> => {
    await Promise.all([alice.hears(sid, isTone(BOB_HZ)), phone.hears(isTone(ALICE_HZ))]);
  };

  test('sound - the client calls: both hear each other, also after its hold, and the phone its keys', async () => {
    const sid = await alice.call(BOB);
    await phone.next('CALL_ESTABLISHED');
    await alice.next('connected', sid);
    await bothHear(sid);
    await alice.hold(sid);
    await phone.hears(isSilence);
    await alice.resume(sid);
    await bothHear(sid);
    await alice.dial(sid, '15#');
    for (const key of '15#') expect((await phone.next('CALL_DTMF_START')).param).toBe(key);
    await alice.hangUp(sid);
    await phone.next('CALL_CLOSED');
    await expect.poll(() => relay.calls(), { timeout: 5000 }).toEqual([]);
  });

  test('sound - the phone calls: both hear each other, also after its hold, and the client its keys', async () => {
    await phone.command('dial', addressOfUser('alice'));
    const { sid } = await alice.next('incoming');
    await alice.answer(sid);
    await phone.next('CALL_ESTABLISHED');
    await alice.next('connected', sid);
    await bothHear(sid);
    await phone.command('hold');
    await alice.hears(sid, isSilence);
    await phone.command('resume');
    await bothHear(sid);
    await phone.command('sndcode', '7');
    await alice.hears(sid, ({ keys }) => keys === '7');
    await phone.command('hangup');
    expect((await alice.next('ended', sid)).detail).toBe('success');
    await expect.poll(() => relay.calls(), { timeout: 5000 }).toEqual([]);
  });
});
