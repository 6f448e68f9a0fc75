/**
 * A media relay that is away, or that answers nonsense: both sides hear why within three seconds, the relay keeps nothing,
 * and the gateway goes on. XEP-0166 §7.4 (failed-transport), RFC 3261 §21.5.1.
 */
import { randomUUID } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import {
  type JingleUser,
  phoneSdp,
  type Rtpengine,
  reasonOf,
  type SipPhone,
  startRtpengine,
} from '@stoxgate/testkit';
import { childOf, el, NS } from '@stoxgate/wire-xmpp';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  addressOfUser,
  answeredByPhone,
  answeredByUser,
  type CallUp,
  hungUpByPhone,
  hungUpByUser,
  sipAddressOf,
} from './call-up.ts';
import { contactOf, MODES, startWorld, type World } from './world.ts';

const BOB = contactOf('bob');
const SOON_MS = 3000;

let world: World;
let phone: SipPhone;
let alice: JingleUser;

async function openWorld(mode: World['mode'], rtpengine: string): Promise<void> {
  world = await startWorld(mode, {
    accounts: ['alice'],
    config: { media: { relay: 'rtpengine', rtpengine: [rtpengine] } },
  });
  phone = await world.phone({ user: 'bob' });
  alice = await world.caller('alice', { contacts: [BOB] });
}

/** Calls from each side come to nothing, and each caller is told; so is a client that proposes one. */
async function callsFail(): Promise<void> {
  const sid = await alice.initiate(BOB);
  expect(reasonOf(await alice.nextJingle('session-terminate', sid, SOON_MS))).toBe('failed-transport');
  const description = el('description', { xmlns: NS.JINGLE_RTP, media: 'audio' });
  await alice.sayOfCall(BOB, 'propose', randomUUID(), description);
  const refused = await alice.user.next(({ attrs }) => attrs.type === 'error', SOON_MS);
  expect(childOf(childOf(refused, 'error') ?? refused, 'internal-server-error')).toBeDefined();
  const call = phone.invite({ to: addressOfUser('alice'), from: sipAddressOf('bob'), sdp: phoneSdp() });
  expect((await call.waitFor('final', SOON_MS)).status).toBe(500);
  expect(phone.log.filter(({ message }) => message?.callId === sid)).toEqual([]);
}

/** Both sides of a call that was up hear of its end. */
async function bothHearTheEnd({ sid, call }: CallUp): Promise<void> {
  const [terminate, bye] = await Promise.all([
    alice.nextJingle('session-terminate', sid, SOON_MS),
    call.nextRequest('BYE', SOON_MS),
  ]);
  bye.respond(200);
  expect(reasonOf(terminate)).toBe('failed-transport');
  expect(bye.request.headers.reason?.join()).toContain('failed-transport');
}

/** Calls of each side, end to end. */
async function callsWork(): Promise<void> {
  await hungUpByUser(await answeredByPhone(alice, phone));
  await hungUpByPhone(await answeredByUser(alice, phone));
}

describe.each(MODES)('a relay that dies, %s', (mode) => {
  let relay: Rtpengine;

  beforeAll(async () => {
    relay = await startRtpengine();
    await openWorld(mode, relay.address);
  });
  afterEach(async () => {
    await relay.kill();
    await relay.start();
  });
  afterAll(async () => {
    await world?.stop();
    await relay?.stop();
  });

  test('relay away - killed before a call: it fails with a reason; back again, calls work and leave nothing', async () => {
    await relay.kill();
    await callsFail();
    await relay.start();
    await callsWork();
    await expect.poll(() => relay.calls(), { timeout: 5000 }).toEqual([]);
  });

  test.each([
    ['the phone is called', () => answeredByPhone(alice, phone)],
    ['the phone calls', () => answeredByUser(alice, phone)],
  ])('relay away - killed in a call, %s: a hold of the user ends it on both sides', async (_, begin) => {
    const call: CallUp = await begin();
    await relay.kill();
    const hold = el('hold', { xmlns: NS.JINGLE_RTP_INFO });
    await alice.request(call.contact, 'session-info', call.sid, hold);
    await bothHearTheEnd(call);
  });

  test('relay away - killed in a call: a hold of the phone is refused, and ends it on both sides', async () => {
    const up = await answeredByUser(alice, phone);
    await relay.kill();
    const hold = up.call.reinvite({ sdp: phoneSdp({ direction: 'sendonly', version: 2 }) });
    expect((await hold.waitFor('final', SOON_MS)).status).toBe(500);
    await bothHearTheEnd(up);
  });
});

describe('a relay that answers nonsense', () => {
  let relay: Socket;

  beforeAll(async () => {
    relay = createSocket('udp4');
    relay.bind(0, '127.0.0.1');
    await once(relay, 'listening');
    // Pings are answered, or it would be one that is away.
    relay.on('message', (datagram, { port, address }) => {
      const [cookie = '', ...rest] = datagram.toString().split(' ');
      const isPing = rest.join(' ').includes('"ping"');
      relay.send(`${cookie} ${isPing ? '{"result":"pong"}' : 'd6:result5:happye'}`, port, address);
    });
    await openWorld('all', `udp:127.0.0.1:${relay.address().port}`);
  });
  afterAll(async () => {
    await world?.stop();
    relay?.close();
  });

  test('relay away - calls fail with a reason, and the gateway goes on', async () => {
    await callsFail();
    await callsFail();
    const { adminUrl } = world.gateway.process('all');
    expect((await fetch(`${adminUrl}/livez`)).status).toBe(200);
  });
});
