/**
 * The media edge on real rtpengines: what each mapping gives, and that nothing stays behind.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type Bus, connectNatsBus } from '@stoxgate/bus';
import type { MediaRequest } from '@stoxgate/contracts';
import { type OpenEdge, openEdge } from '@stoxgate/media-edge/testing';
import { type Rtpengine, startNats, startRtpengine, type TestServer } from '@stoxgate/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { attribute, audioOf, clientSdp, fragment, phoneSdp, typeOf } from './media-edge-sdp.ts';

const DELETE = { kind: 'delete' } as const;

let relays: Rtpengine[] = [];
let nats: TestServer;
beforeAll(async () => {
  [nats, ...relays] = await Promise.all([startNats(), startRtpengine(), startRtpengine()]);
});
afterAll(async () => {
  await Promise.all([nats.stop(), ...relays.map((relay) => relay.stop())]);
});

const relayAt = (at: number): Rtpengine => {
  const relay = relays[at];
  if (relay === undefined) throw new Error('no such relay');
  return relay;
};

let edge: OpenEdge | undefined;
const sockets: Socket[] = [];
afterEach(async () => {
  await edge?.close();
  edge = undefined;
  for (const socket of sockets.splice(0)) socket.close();
  const left = await Promise.all(relays.map((relay) => relay.calls()));
  // A test that failed is the only one that fails.
  for (const [at, names] of left.entries()) {
    for (const name of names)
      await relayAt(at).ask({ command: 'delete', 'call-id': name, 'delete-delay': 0 });
  }
  expect(left.flat()).toEqual([]);
});

const start = async (addresses: readonly string[], bus?: Bus): Promise<OpenEdge> => {
  edge = await openEdge({ relays: addresses, ...(bus === undefined ? {} : { bus }) });
  return edge;
};

type Exchange = Extract<MediaRequest, { kind: 'offer' | 'answer' }>;
let calls = 0;

/** A call at the relay; the relay of its first answer is named from then on. */
function callOf(open: OpenEdge) {
  const call = `call-${process.pid}-${++calls}@test/out`;
  let relay: string | undefined;
  const over = () => ({ call, ...(relay === undefined ? {} : { relay }) });
  return {
    name: call,
    relay: () => relay,
    ask: async (request: Exchange): Promise<string> => {
      await open.send(request, over());
      const { payload } = await open.event();
      if (payload.type !== 'media.request.answered') throw new Error(JSON.stringify(payload));
      relay = payload.relay;
      return payload.sdp;
    },
    failure: async (request: Exchange): Promise<string> => {
      await open.send(request, over());
      const { payload } = await open.event();
      return payload.type === 'media.request.failed' ? payload.cause : payload.type;
    },
    tell: (request: MediaRequest, more: { readonly exchange?: string } = {}) =>
      open.send(request, { ...over(), ...more }),
  };
}

const gone = (relay: Rtpengine, timeout = 8000) =>
  expect.poll(() => relay.calls().catch(() => ['silent']), { timeout }).toEqual([]);

async function udpSocket(): Promise<Socket> {
  const socket = createSocket('udp4');
  sockets.push(socket);
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

describe.each(['memory', 'NATS'])('bus %s', (kind) => {
  test(`media relay - a client calls a phone (${kind})`, async () => {
    const options = { maxBacklog: 1000, maxDeliveries: 5, onDeadLetter: () => undefined, ackWaitMs: 30_000 };
    const bus = kind === 'NATS' ? await connectNatsBus(nats.url, options) : undefined;
    const call = callOf(await start([relayAt(0).address], bus));
    const offered = await call.ask({ kind: 'offer', from: 'xmpp', sdp: clientSdp(), to: 'rtp' });
    expect(audioOf(offered)).toMatchObject({
      protocol: 'RTP/AVP',
      codecs: ['PCMA/8000', 'PCMU/8000', 'telephone-event/8000'],
    });
    expect(offered).toMatch(/^c=IN IP4 127\.0\.0\.1\r$/m);
    expect(offered).toMatch(/^a=sendrecv\r$/m);
    expect(offered).not.toMatch(
      /^a=(mid|ssrc|msid|msid-semantic|group|extmap|ice|candidate|fingerprint|setup)/m,
    );
    const digits = typeOf(offered, 'telephone-event');
    const answered = await call.ask({ kind: 'answer', from: 'sip', sdp: phoneSdp({ digits }), to: 'webrtc' });
    expect(audioOf(answered)).toMatchObject({
      protocol: 'UDP/TLS/RTP/SAVPF',
      codecs: ['opus/48000/2', 'telephone-event/48000'],
    });
    expect(attribute(answered, 'setup')).toBe('active');
    expect(attribute(answered, 'fingerprint')).toMatch(/^sha-256 /);
    expect(attribute(answered, 'mid')).toBe('0');
    expect(attribute(answered, 'rtcp-mux')).toBe('');
    expect(attribute(answered, 'ice-pwd')).toMatch(/^.{22,}$/);
    expect(attribute(answered, 'candidate')).toMatch(/ 1 UDP \d+ 127\.0\.0\.1 \d+ typ host$/);
    expect(await relayAt(0).calls()).toEqual([call.name]);
    await call.tell(DELETE);
    await gone(relayAt(0));
  });
});

test('media relay - a phone calls a client, which answers opus alone: digits still pass', async () => {
  const call = callOf(await start([relayAt(0).address]));
  const offered = await call.ask({ kind: 'offer', from: 'sip', sdp: phoneSdp(), to: 'webrtc' });
  expect(audioOf(offered)).toMatchObject({
    protocol: 'UDP/TLS/RTP/SAVPF',
    codecs: ['opus/48000/2', 'PCMU/8000', 'PCMA/8000', 'telephone-event/48000'],
  });
  expect(attribute(offered, 'setup')).toBe('actpass');
  expect(attribute(offered, 'rtcp-mux')).toBe('');
  expect(attribute(offered, 'candidate')).toMatch(/typ host$/);
  const codecs = [[typeOf(offered, 'opus'), 'opus/48000/2']] as const;
  const mid = attribute(offered, 'mid') ?? '';
  const answer = clientSdp({ setup: 'active', mid, codecs });
  const answered = await call.ask({ kind: 'answer', from: 'xmpp', sdp: answer, to: 'rtp' });
  expect(audioOf(answered)).toMatchObject({
    protocol: 'RTP/AVP',
    codecs: ['PCMA/8000', 'telephone-event/8000'],
  });
  expect(answered).not.toMatch(/^a=(mid|ice|candidate|fingerprint|setup|rtcp-mux|ssrc)/m);
  await call.tell(DELETE);
  await gone(relayAt(0));
});

test('media relay - hold and resume from either side keep the ports', async () => {
  const call = callOf(await start([relayAt(0).address]));
  const first = await call.ask({ kind: 'offer', from: 'sip', sdp: phoneSdp(), to: 'webrtc' });
  const mid = attribute(first, 'mid') ?? '';
  const codecs = [[typeOf(first, 'opus'), 'opus/48000/2']] as const;
  const client = (setup: 'active' | 'actpass', direction: string) =>
    clientSdp({ setup, mid, codecs, direction });
  const answered = await call.ask({
    kind: 'answer',
    from: 'xmpp',
    sdp: client('active', 'sendrecv'),
    to: 'rtp',
  });
  const held = await call.ask({
    kind: 'offer',
    from: 'sip',
    sdp: phoneSdp({ direction: 'sendonly' }),
    to: 'webrtc',
  });
  expect(held).toMatch(/^a=sendonly\r$/m);
  expect(audioOf(held).port).toBe(audioOf(first).port);
  const heldAnswer = await call.ask({
    kind: 'answer',
    from: 'xmpp',
    sdp: client('active', 'recvonly'),
    to: 'rtp',
  });
  expect(heldAnswer).toMatch(/^a=recvonly\r$/m);
  expect(audioOf(heldAnswer).port).toBe(audioOf(answered).port);
  const turned = await call.ask({
    kind: 'offer',
    from: 'xmpp',
    sdp: client('actpass', 'sendonly'),
    to: 'rtp',
  });
  expect(turned).toMatch(/^a=sendonly\r$/m);
  expect(audioOf(turned)).toMatchObject({ protocol: 'RTP/AVP', port: audioOf(answered).port });
  const digits = typeOf(turned, 'telephone-event');
  const phone = phoneSdp({ direction: 'recvonly', digits });
  const last = await call.ask({ kind: 'answer', from: 'sip', sdp: phone, to: 'webrtc' });
  expect(audioOf(last)).toMatchObject({ protocol: 'UDP/TLS/RTP/SAVPF', port: audioOf(first).port });
  await call.tell(DELETE);
  await gone(relayAt(0));
});

test('media relay - an offer made for a client before it has one is the same to the phone as its own', async () => {
  const call = callOf(await start([relayAt(0).address]));
  const placeholder = phoneSdp({ port: 9, digits: '' });
  const first = await call.ask({ kind: 'offer', from: 'xmpp', sdp: placeholder, to: 'rtp' });
  const digits = typeOf(first, 'telephone-event');
  await call.ask({ kind: 'answer', from: 'sip', sdp: phoneSdp({ digits }), to: 'rtp' });
  const own = await call.ask({ kind: 'offer', from: 'xmpp', sdp: clientSdp(), to: 'rtp' });
  expect(own).toBe(first);
  const answered = await call.ask({ kind: 'answer', from: 'sip', sdp: phoneSdp({ digits }), to: 'webrtc' });
  expect(audioOf(answered)).toMatchObject({
    protocol: 'UDP/TLS/RTP/SAVPF',
    codecs: ['opus/48000/2', 'telephone-event/48000'],
  });
  await call.tell(DELETE);
  await gone(relayAt(0));
});

test('media relay - plain RTP found by ICE, and SRTP with keys in the description', async () => {
  const open = await start([relayAt(0).address]);
  const iced = callOf(open);
  const offered = await iced.ask({ kind: 'offer', from: 'sip', sdp: phoneSdp(), to: 'rtp-ice' });
  expect(audioOf(offered).protocol).toBe('RTP/AVP');
  expect(attribute(offered, 'candidate')).toMatch(/typ host$/);
  expect(attribute(offered, 'ice-ufrag')).toBeDefined();
  expect(offered).not.toMatch(/^a=(fingerprint|crypto|setup)/m);
  const keyed = callOf(open);
  const secured = await keyed.ask({ kind: 'offer', from: 'xmpp', sdp: clientSdp(), to: 'srtp' });
  expect(audioOf(secured).protocol).toBe('RTP/SAVP');
  expect(secured).toMatch(/^a=crypto:\d+ AES_CM_128_HMAC_SHA1_80 inline:/m);
  expect(secured).not.toMatch(/^a=(fingerprint|candidate|setup|mid)/m);
  const answer = phoneSdp({
    protocol: 'RTP/SAVP',
    digits: typeOf(secured, 'telephone-event'),
    more: [`a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${Buffer.alloc(30, 1).toString('base64')}`],
  });
  const answered = await keyed.ask({ kind: 'answer', from: 'sip', sdp: answer, to: 'webrtc' });
  expect(audioOf(answered).protocol).toBe('UDP/TLS/RTP/SAVPF');
  for (const call of [iced, keyed]) await call.tell(DELETE);
  await gone(relayAt(0));
});

const STUN_COOKIE = 0x2112a442;

test.each(['xmpp', 'sip'] as const)(
  'media relay - candidates that came later are tried, when %s has offered',
  async (offerer) => {
    const call = callOf(await start([relayAt(0).address]));
    let mid = '0';
    if (offerer === 'xmpp') {
      const offered = await call.ask({ kind: 'offer', from: 'xmpp', sdp: clientSdp(), to: 'rtp' });
      const digits = typeOf(offered, 'telephone-event');
      await call.ask({ kind: 'answer', from: 'sip', sdp: phoneSdp({ digits }), to: 'webrtc' });
    } else {
      const offered = await call.ask({ kind: 'offer', from: 'sip', sdp: phoneSdp(), to: 'webrtc' });
      mid = attribute(offered, 'mid') ?? '';
      const codecs = [[typeOf(offered, 'opus'), 'opus/48000/2']] as const;
      const answer = clientSdp({ setup: 'active', mid, codecs });
      await call.ask({ kind: 'answer', from: 'xmpp', sdp: answer, to: 'rtp' });
    }
    for (const hasSession of [false, true]) {
      const client = await udpSocket();
      const checked = once(client, 'message', { signal: AbortSignal.timeout(5000) });
      const sdp = fragment(client.address().port, mid, hasSession);
      await call.tell({ kind: 'candidates', from: 'xmpp', sdp }, { exchange: 'candidates' });
      const [check] = (await checked) as [Buffer];
      expect(check.readUInt32BE(4)).toBe(STUN_COOKIE);
    }
    await call.tell(DELETE);
    await gone(relayAt(0));
  },
);

const rtp = (sequence: number): Buffer => {
  const packet = Buffer.alloc(172, 0xd5);
  packet.writeUInt16BE(0x8008, 0);
  packet.writeUInt16BE(sequence, 2);
  packet.writeUInt32BE(160 * sequence, 4);
  packet.writeUInt32BE(0x1234, 8);
  return packet;
};

test('media relay - a digit is heard by the other end', async () => {
  const call = callOf(await start([relayAt(0).address]));
  const [caller, phone] = [await udpSocket(), await udpSocket()];
  const sdp = phoneSdp({ port: caller.address().port });
  const offered = await call.ask({ kind: 'offer', from: 'xmpp', sdp, to: 'rtp' });
  const digits = typeOf(offered, 'telephone-event');
  const answer = phoneSdp({ port: phone.address().port, digits });
  const answered = await call.ask({ kind: 'answer', from: 'sip', sdp: answer, to: 'rtp' });
  const heard = new Set<number>();
  let packets = 0;
  phone.on('message', (packet) => {
    packets++;
    if ((packet.readUInt8(1) & 0x7f) === Number(digits)) heard.add(packet.readUInt8(12));
  });
  let sequence = 0;
  const sound = setInterval(() => caller.send(rtp(++sequence), audioOf(answered).port, '127.0.0.1'), 20);
  try {
    await expect.poll(() => packets, { timeout: 5000 }).toBeGreaterThan(5);
    await call.tell({ kind: 'digit', from: 'xmpp', digit: '5', durationMs: 100 });
    await expect.poll(() => [...heard], { timeout: 5000 }).toEqual([5]);
  } finally {
    clearInterval(sound);
  }
  await call.tell(DELETE);
  await gone(relayAt(0));
});

test('media relay - a command that comes again has the same answer', async () => {
  const open = await start([relayAt(0).address]);
  const request = { kind: 'offer', from: 'sip', sdp: phoneSdp(), to: 'webrtc' } as const;
  const over = { call: `twice-${process.pid}`, exchange: '1' };
  const sdps: string[] = [];
  for (const id of ['one', 'two']) {
    await open.send(request, { ...over, id: `${id}-${process.pid}` });
    const { payload } = await open.event();
    sdps.push(payload.type === 'media.request.answered' ? payload.sdp : payload.type);
  }
  expect(sdps[0]).toMatch(/^v=0/);
  expect(sdps[1]).toBe(sdps[0]);
  expect(await relayAt(0).calls()).toEqual([over.call]);
  await open.send(DELETE, { call: over.call });
  await gone(relayAt(0));
});

test('media relay - what rtpengine cannot read or does not know is refused', async () => {
  const call = callOf(await start([relayAt(0).address]));
  expect(await call.failure({ kind: 'offer', from: 'sip', sdp: 'nonsense', to: 'rtp' })).toBe('refused');
  expect(await call.failure({ kind: 'answer', from: 'sip', sdp: phoneSdp(), to: 'rtp' })).toBe('refused');
  await call.tell(DELETE);
  await gone(relayAt(0));
});

test('media relay - one of two is halted: new calls go to the other, and it keeps none that it woke up with', async () => {
  const open = await start(relays.map(({ address }) => address));
  const request = { kind: 'offer', from: 'sip', sdp: phoneSdp(), to: 'webrtc' } as const;
  relayAt(0).signal('SIGSTOP');
  const made = Array.from({ length: 6 }, () => callOf(open));
  for (const call of made) {
    await call.ask(request);
    expect(call.relay()).toBe(relayAt(1).address);
  }
  expect(open.edge.readiness()).toEqual({ media: undefined });
  relayAt(0).signal('SIGCONT');
  await gone(relayAt(0), 15_000);
  for (const call of made) await call.tell(DELETE);
  await gone(relayAt(1));
  await expect.poll(() => open.metrics(), { timeout: 10_000 }).toMatch(/deletes_waiting\S* 0/);
});

test('media relay - killed in the middle of a call: what is asked then fails in time, and all is well after it', async () => {
  const open = await start([relayAt(0).address]);
  const call = callOf(open);
  const offered = await call.ask({ kind: 'offer', from: 'xmpp', sdp: clientSdp(), to: 'rtp' });
  await relayAt(0).kill();
  const answer = phoneSdp({ digits: typeOf(offered, 'telephone-event') });
  expect(await call.failure({ kind: 'answer', from: 'sip', sdp: answer, to: 'webrtc' })).toBe('unreachable');
  expect(open.edge.readiness().media).toContain('no answer from udp:127.0.0.1');
  await call.tell(DELETE);
  await relayAt(0).start();
  await expect.poll(() => open.edge.readiness(), { timeout: 10_000 }).toEqual({ media: undefined });
  await expect.poll(() => open.metrics(), { timeout: 10_000 }).toMatch(/deletes_waiting\S* 0/);
  const next = callOf(open);
  await next.ask({ kind: 'offer', from: 'xmpp', sdp: clientSdp(), to: 'rtp' });
  await next.tell(DELETE);
  await gone(relayAt(0));
});

test('media relay - a full relay passes new calls on', async () => {
  const full = await startRtpengine({ args: ['--max-sessions=1'] });
  try {
    const open = await start([full.address, relayAt(1).address]);
    const made = Array.from({ length: 20 }, () => callOf(open));
    for (const call of made) await call.ask({ kind: 'offer', from: 'xmpp', sdp: clientSdp(), to: 'rtp' });
    expect(made.filter((call) => call.relay() === full.address)).toHaveLength(1);
    for (const call of made) await call.tell(DELETE);
    await gone(full);
    await gone(relayAt(1));
  } finally {
    await full.stop();
  }
});
