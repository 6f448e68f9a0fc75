/**
 * A trunk: Kamailio as the registrar of a provider, who wants a password of whom he lets register and call. Numbers of users
 * come from it and go to it by the dial plan. RFC 3261 §10, §22.
 */
import { freePort, type Kamailio, type SipPhone, startKamailio, startSipPhone } from '@stoxgate/testkit';
import { childOf, el, readStanzaError, textOf } from '@stoxgate/wire-xmpp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { contactOf, startWorld, type World, XMPP_DOMAIN } from './world.ts';

const TRUNK = 'trunk.test';
const PASSWORD = 'open sesame';
const ALICE = `sip:+4930111@${TRUNK}`;
const BOB = 'sip:+4930222@phones.test';

let kamailio: Kamailio;
let phone: SipPhone;
let world: World;

beforeAll(async () => {
  const port = await freePort();
  const phonePort = await freePort();
  kamailio = await startKamailio({
    domain: TRUNK,
    port,
    routes: { 'phones.test': phonePort },
    password: PASSWORD,
  });
  phone = await startSipPhone({ port: phonePort, target: kamailio, user: '+4930222' });
  world = await startWorld('all', {
    accounts: ['alice'],
    sip: {
      proxy_port: port,
      registrations: [{ aor: `+4930111@${TRUNK}`, username: '+4930111', password: PASSWORD }],
    },
    config: {
      numbers: {
        dialplan: [
          { match: '0(?=[1-9])', replace: '+49' },
          { match: '\\+49900', refuse: true },
          { match: '(\\+.*)', replace: '$1@phones.test', direction: 'to_sip' },
        ],
        username_to_phone: [{ username: 'alice', phone: '+4930111' }],
        hosts: ['phones.test'],
        caller_host: TRUNK,
      },
    },
  });
}, 60_000);
afterAll(async () => {
  await world?.stop();
  await phone?.stop();
  await kamailio?.stop();
});

test('trunk - a call to the number of a user comes by the registration, and the answer goes back', async () => {
  await expect.poll(() => world.gateway.output(), { timeout: 20_000 }).toContain('"msg":"registered"');
  const alice = await world.caller('alice', { contacts: [contactOf('+4930222')] });
  const call = phone.invite({ to: ALICE, from: BOB, sdp: true });
  const initiate = await alice.nextJingle('session-initiate', call.callId);
  expect(initiate.attrs).toMatchObject({
    to: `alice@${XMPP_DOMAIN}/desk`,
    from: `${contactOf('+4930222')}/sip`,
  });
  await alice.accept(initiate);
  await call.waitFor(200);
  await call.ack();
  expect((await call.bye()).status).toBe(200);
  await alice.nextJingle('session-terminate', call.callId);
  await alice.user.close();
});

test('trunk - users call and write from their number to what they dial, with the password; not where it is refused', async () => {
  const alice = await world.caller('alice', { resource: 'phone', mediaPort: 45_100 });
  const sid = await alice.initiate(contactOf('030-222'));
  const invite = await phone.nextRequest('INVITE');
  expect(invite.request.from.uri).toBe(ALICE);
  expect(invite.request.requestUri).toBe('sip:+4930222@phones.test;user=phone');
  expect(invite.request.headers['proxy-authorization']).toBeUndefined();
  invite.respond(200, { sdp: true });
  await alice.nextJingle('session-accept', sid);
  await alice.terminate(contactOf('030-222'), sid, 'success');
  (await invite.nextRequest('BYE')).respond(200);
  await alice.user.send(el('message', { to: contactOf('+4930222'), type: 'chat' }, el('body', {}, 'Hello')));
  const message = await phone.nextRequest('MESSAGE');
  expect(message.request.body?.content).toBe('Hello');
  message.respond(200);
  const id = 'costly';
  await alice.user.send(el('message', { to: contactOf('0900-1'), type: 'chat', id }, el('body', {}, '?')));
  const error = await alice.user.next(({ name, attrs }) => name === 'message' && attrs.id === id);
  expect(readStanzaError(error).condition).toBe('forbidden');
  await expect(alice.initiate(contactOf('0900-1'))).rejects.toThrow(/forbidden/);
  await alice.user.close();
});

test('trunk - a number that is written back to is a message to its user', async () => {
  const alice = await world.login('alice', { resource: 'laptop', contacts: [contactOf('+4930222')] });
  const sent = phone.request('MESSAGE', {
    to: ALICE,
    from: BOB,
    body: { contentType: 'text/plain', content: 'Hello back', encoding: 'utf8' },
  });
  const stanza = await alice.next(({ name, attrs }) => name === 'message' && attrs.type !== 'error');
  expect(stanza.attrs.from).toBe(contactOf('+4930222'));
  const body = childOf(stanza, 'body');
  expect(body && textOf(body)).toBe('Hello back');
  await sent.waitFor('2xx');
  await alice.close();
});

test('trunk - a gateway that stops is registered no more', async () => {
  await world.gateway.stop();
  await phone.invite({ to: ALICE, from: BOB, sdp: true }).waitFor(404);
});
