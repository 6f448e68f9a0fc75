/**
 * Calls between two browsers by Prosody alone: what the sound tests of the gateway rest on. XEP-0353, XEP-0166, RFC 4733.
 */
import {
  type Browser,
  type BrowserUser,
  type ClientName,
  isSilence,
  isTone,
  type Prosody,
  startBrowser,
  startProsody,
} from '@stoxgate/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const DOMAIN = 'browsers.test';
const [ALICE_HZ, BOB_HZ] = [523, 880];

let prosody: Prosody;
let browser: Browser;

beforeAll(async () => {
  prosody = await startProsody({ host: DOMAIN, accounts: { alice: 'alice', bob: 'bob' }, components: {} });
  browser = await startBrowser();
});
afterAll(async () => {
  await browser?.stop();
  await prosody?.stop();
});

const login = (name: string, toneHz: number, client: ClientName): Promise<BrowserUser> =>
  browser.login({
    jid: `${name}@${DOMAIN}`,
    password: name,
    webSocketUrl: prosody.webSocketUrl,
    toneHz,
    client,
  });

/** Each client calls, and each is called. */
const PAIRS: readonly (readonly [ClientName, ClientName])[] = [
  ['conversations', 'movim'],
  ['dino', 'conversations'],
  ['monal', 'dino'],
  ['movim', 'monal'],
  ['stanza', 'stanza'],
];

describe.each(PAIRS)('browser calls, %s to %s', (caller, callee) => {
  let alice: BrowserUser;
  let bob: BrowserUser;

  beforeAll(async () => {
    alice = await login('alice', ALICE_HZ, caller);
    bob = await login('bob', BOB_HZ, callee);
  });
  afterAll(async () => {
    await alice?.close();
    await bob?.close();
  });

  const call = (): Promise<string> => alice.call(caller === 'stanza' ? bob.fullJid : `bob@${DOMAIN}`);

  test('browser calls - each hears the other, also after a hold, and the keys it presses', async () => {
    const sid = await call();
    await bob.next('incoming', sid);
    await bob.answer(sid);
    await alice.next('accepted', sid);
    await Promise.all([alice.next('connected', sid), bob.next('connected', sid)]);
    await Promise.all([alice.hears(sid, isTone(BOB_HZ)), bob.hears(sid, isTone(ALICE_HZ))]);
    await alice.hold(sid);
    await bob.hears(sid, isSilence);
    await alice.resume(sid);
    await bob.hears(sid, isTone(ALICE_HZ));
    if (caller !== 'dino' && callee !== 'dino') {
      await bob.hearsKeys(sid, '15#', () => alice.dial(sid, '15#'));
    }
    await alice.hangUp(sid);
    expect((await bob.next('ended', sid)).detail).toBe('success');
  });

  test('browser calls - one is declined, one is given up', async () => {
    const declined = await call();
    await bob.next('incoming', declined);
    await bob.reject(declined);
    expect((await alice.next('ended', declined)).detail).toMatch(/^(busy|decline)$/);
    const givenUp = await call();
    await bob.next('incoming', givenUp);
    await alice.hangUp(givenUp);
    expect((await bob.next('ended', givenUp)).detail).toBe('cancel');
  });
});
