/**
 * Sound both ways through the gateway and its media relay: a browser with ICE, DTLS-SRTP and Opus on one side, a phone
 * with plain G.711 on the other, each playing a tone of its own. XEP-0166, XEP-0167, RFC 3264, RFC 4733.
 */
import {
  type Baresip,
  type Browser,
  type BrowserUser,
  type ClientName,
  isSilence,
  isTone,
  type Rtpengine,
  startBaresip,
  startBrowser,
  startRtpengine,
} from '@stoxgate/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addressOfUser } from './call-up.ts';
import { contactOf, type Mode, SIP_DOMAIN, startWorld, type World, XMPP_DOMAIN } from './world.ts';

const BOB = contactOf('bob');
const [ALICE_HZ, BOB_HZ] = [523, 1100];

let relay: Rtpengine;
let browser: Browser;

beforeAll(async () => {
  relay = await startRtpengine();
  browser = await startBrowser();
});
afterAll(async () => {
  await browser?.stop();
  await relay?.stop();
});

const ALL: readonly ClientName[] = ['conversations', 'dino', 'monal', 'movim', 'stanza', 'stanza, gathered'];
const WORLDS: readonly [Mode, readonly ClientName[]][] = [
  ['all', ALL],
  ['roles', ['conversations']],
];

describe.each(WORLDS)('sound, mode %s', (mode, clients) => {
  let world: World;
  let phone: Baresip;

  beforeAll(async () => {
    world = await startWorld(mode, {
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
  });

  describe.each(clients)('a client like %s', (client) => {
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

    const holds = {
      client: async (sid: string): Promise<void> => {
        await alice.hold(sid);
        await phone.hears(isSilence);
        await alice.resume(sid);
      },
      phone: async (sid: string): Promise<void> => {
        await phone.command('hold');
        await alice.hears(sid, isSilence);
        await phone.command('resume');
      },
    };

    /** A call that is up: sound, holds of the `holders`, sound again, keys of each. */
    const isUsable = async (sid: string, ...holders: readonly (keyof typeof holds)[]): Promise<void> => {
      await phone.next('CALL_ESTABLISHED');
      await alice.next('connected', sid);
      await bothHear(sid);
      for (const holder of holders) {
        await holds[holder](sid);
        await bothHear(sid);
      }
      if (client === 'dino') return; // It has no keypad.
      await alice.dial(sid, '5#');
      for (const key of '5#') expect((await phone.next('CALL_DTMF_START')).param).toBe(key);
      await alice.hearsKeys(sid, '7', () => phone.command('sndcode', '7'));
    };
    const isForgotten = (): Promise<void> => expect.poll(() => relay.calls(), { timeout: 5000 }).toEqual([]);

    test('sound - the client calls: sound both ways, also after its hold, keys of each; the client hangs up', async () => {
      const sid = await alice.call(BOB);
      await isUsable(sid, 'client');
      await alice.hangUp(sid);
      await phone.next('CALL_CLOSED');
      await isForgotten();
    });

    test('sound - the phone calls: sound both ways, also after its hold, keys of each; the phone hangs up', async () => {
      await phone.command('dial', addressOfUser('alice'));
      const { sid } = await alice.next('incoming');
      await alice.answer(sid);
      await isUsable(sid, 'phone', ...(client === 'conversations' ? (['client'] as const) : []));
      await phone.command('hangup');
      expect((await alice.next('ended', sid)).detail).toBe('success');
      await phone.next('CALL_CLOSED');
      await isForgotten();
    });
  });
});
