/** docs/guides/phones.md. */
import {
  type BaresipControl,
  baresipRegistration,
  controlBaresip,
  type JingleUser,
  type Prosody,
  reasonOf,
  waitForPort,
} from '@stoxgate/testkit';
import { childOf, textOf } from '@stoxgate/wire-xmpp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addContact, caller, PATIENCE_MS } from './both-ways.ts';
import { startExampleOrg } from './example-org.ts';
import { type Guide, openGuide } from './guide.ts';
import { showOnFailure } from './show-on-failure.ts';

const CONTACT = 'romeo@sip.example.org';
let prosody: Prosody | undefined;
let guide: Guide;
let alice: JingleUser;
let baresip: BaresipControl | undefined;

showOnFailure(() => guide.output());
beforeAll(async () => {
  prosody = await startExampleOrg();
  guide = await openGuide('phones', {
    ports: [5060, 5070, 5600, 4444, 8080, [5347, prosody.componentPort]],
    instead: { 'regint=0': await baresipRegistration() },
  });
  await guide.follow('Phones straight at the gateway', 'Files', 'Start');
  await waitForPort(guide.server('baresip'), guide.port(4444));
  baresip = await controlBaresip(guide.port(4444));
  alice = await caller('alice@example.org', 'wonderland', prosody.clientPort);
  await addContact(alice, CONTACT);
});
afterAll(async () => {
  baresip?.close();
  await alice?.user.close();
  await guide?.stop();
  await prosody?.stop();
});

test('phones guide - baresip is called, and calls', async () => {
  const sid = await alice.initiate(CONTACT);
  await alice.nextJingle('session-accept', sid, PATIENCE_MS);
  await alice.terminate(CONTACT, sid, 'success');
  await baresip?.next('CALL_CLOSED', PATIENCE_MS);
  await baresip?.command('dial', 'sip:alice@example.org');
  const initiate = await alice.nextJingle('session-initiate', undefined, PATIENCE_MS);
  await alice.accept(initiate);
  await baresip?.next('CALL_ESTABLISHED', PATIENCE_MS);
  await baresip?.command('hangup');
  expect(reasonOf(await alice.nextJingle('session-terminate', undefined, PATIENCE_MS))).toBe('success');
  await guide.follow('Call');
});

test('phones guide - SIPp’s messages arrive, each once', async () => {
  await guide.follow('Messages by the dozen');
  const texts: string[] = [];
  while (texts.length < 12) {
    const message = await alice.user.next(({ name }) => name === 'message', PATIENCE_MS);
    const body = childOf(message, 'body');
    texts.push(body === undefined ? '' : textOf(body).trim());
  }
  expect(new Set(texts)).toEqual(new Set(Array.from({ length: 12 }, (_, at) => `Number ${at + 1}`)));
});

test('phones guide - nothing of it is left out', () => {
  expect(guide.notDone()).toEqual([]);
});
