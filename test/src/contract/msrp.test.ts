/**
 * The MSRP edge between a real bus and real sockets: both roles, TCP and TLS, and two edges with one another.
 */
import { type Bus, connectNatsBus } from '@stoxgate/bus';
import {
  anyMsrpEdgeSubject,
  brandEdgeId,
  brandKey,
  type EdgeCommand,
  type Event,
  type EventEnvelope,
  type EventOf,
  eventSubject,
  isEventEnvelope,
  msrpEdgeSubject,
  PARTITIONS,
} from '@stoxgate/contracts';
import { type MsrpEdge, startMsrpEdge } from '@stoxgate/msrp-edge';
import { Config, createLog, startTelemetry } from '@stoxgate/runtime';
import { certificateFile, LOCALHOST, TEST_CA } from '@stoxgate/sip-stack/testing';
import type { SessionStore } from '@stoxgate/store';
import { freePort, MsrpPeer, startNats, type TestServer } from '@stoxgate/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

const KEY = brandKey('pair:juliet@example.org sip:romeo@example.net');

let nats: TestServer;
let bus: Bus;
const events: EventEnvelope[] = [];
const closing: (() => Promise<unknown>)[] = [];
let commands = 0;

beforeAll(async () => {
  nats = await startNats();
  bus = await connectNatsBus(nats.url, {
    name: 't',
    maxBacklog: 1000,
    maxDeliveries: 3,
    onDeadLetter: () => undefined,
  });
  for (let partition = 0; partition < PARTITIONS; partition++) {
    await bus.consume(
      { subject: eventSubject(partition), durable: `t-${partition}`, maxInFlight: 1 },
      async (envelope) => {
        if (isEventEnvelope(envelope)) events.push(envelope);
      },
    );
  }
});
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});
afterAll(async () => {
  await bus?.close();
  await nats?.stop();
});

async function edge(name: string, msrp: object = {}, sip: object = {}): Promise<MsrpEdge> {
  const config = Config.parse({
    xmpp: { domains: ['xmpp.test'], components: [{ domain: 'sip.test', secret: 's' }] },
    sip,
    messages: { msrp: { enabled: true, listen_host: '127.0.0.1', listen_port: 0, ...msrp } },
  });
  const telemetry = startTelemetry({ otlpEndpoint: '', role: 'msrp-edge', edgeId: name, version: '0' });
  const running = await startMsrpEdge({
    config,
    edgeId: brandEdgeId(name),
    bus,
    store: {} as SessionStore,
    log: createLog({ level: 'silent', role: 'msrp-edge', edgeId: name }),
    tracer: telemetry.tracer,
    meter: telemetry.meter,
  });
  closing.push(
    () => telemetry.stop(100),
    () => running.stop(),
  );
  return running;
}

async function peerOf(...given: Parameters<typeof MsrpPeer.open>): Promise<MsrpPeer> {
  const peer = await MsrpPeer.open(...given);
  closing.push(() => peer.close());
  return peer;
}

const command = (payload: Extract<EdgeCommand, { type: `msrp.${string}` }>): Promise<void> =>
  bus.publish(
    payload.type === 'msrp.session.open' ? anyMsrpEdgeSubject() : msrpEdgeSubject(brandEdgeId(payload.edge)),
    {
      v: 1,
      id: `command-${process.pid}-${++commands}`,
      key: KEY,
      edge: 'translator',
      at: 0,
      payload,
    },
  );

/** Takes the next event of a type; its envelope has the session's key. */
async function event<Type extends Event['type']>(
  type: Type,
  session: string,
  timeout = 5000,
): Promise<EventOf<Type> & { readonly edge: string }> {
  const found = await expect
    .poll(
      () =>
        events.findIndex(
          ({ payload }) => payload.type === type && 'session' in payload && payload.session === session,
        ),
      { timeout },
    )
    .toBeGreaterThanOrEqual(0)
    .then(() =>
      events.findIndex(
        ({ payload }) => payload.type === type && 'session' in payload && payload.session === session,
      ),
    );
  const [envelope] = events.splice(found, 1);
  expect(envelope?.key).toBe(KEY);
  return { ...(envelope?.payload as EventOf<Type>), edge: envelope?.edge ?? '' };
}

const body = (content: string) => ({
  contentType: 'text/plain;charset=UTF-8',
  content,
  encoding: 'utf8' as const,
});

test.each(['active', 'passive'] as const)(
  'msrp edge - %s: a chat with a peer, message, report, end',
  async (role) => {
    await edge(`edge-${role}`);
    const peer = await peerOf();
    const session = `session-${role}`;
    await command({ type: 'msrp.session.open', session, isSecure: false, acceptTypes: ['text/plain'] });
    const opened = await event('msrp.session.opened', session);
    expect(opened).toMatchObject({
      edge: `edge-${role}`,
      path: `msrp://127.0.0.1:${opened.port}/${session};tcp`,
    });
    peer.expect(opened.path);
    await command({
      type: 'msrp.session.connect',
      edge: opened.edge,
      session,
      peer: { path: [peer.path], role },
    });
    if (role === 'passive') expect(await peer.connect(opened.path)).toBe(200);
    await event('msrp.session.connected', session);
    const text = 'Art thou not Romeo? '.repeat(300);
    await command({
      type: 'msrp.message.send',
      edge: opened.edge,
      session,
      message: 'm1',
      body: body(text),
      wantsReport: true,
      failureReport: 'yes',
    });
    const message = await peer.message();
    expect(message.text).toBe(text);
    await event('msrp.message.sent', session);
    peer.report(message);
    expect(await event('msrp.message.delivered', session)).toMatchObject({ message: 'm1' });
    expect(await peer.send('Neither, fair saint', { messageId: 'romeo.1', wantsReport: true })).toBe(200);
    const received = await event('msrp.message.received', session);
    expect(received).toMatchObject({
      message: 'romeo.1',
      body: body('Neither, fair saint'),
      wantsReport: true,
    });
    await command({
      type: 'msrp.report.send',
      edge: opened.edge,
      session,
      message: 'romeo.1',
      bytes: received.bytes,
      status: 200,
    });
    expect(await peer.next('REPORT')).toMatchObject({ messageId: 'romeo.1', status: { code: 200 } });
    await command({ type: 'msrp.session.close', edge: opened.edge, session });
    expect(await peer.isClosed()).toBe(true);
  },
);

test('msrp edge - two edges with one another, over TLS, by the fingerprints in their descriptions', async () => {
  const files = {
    cert_file: certificateFile('test-localhost.cert'),
    key_file: certificateFile('test-localhost.key'),
  };
  await edge('edge-one', { tls_port: await freePort() }, { tls: files });
  await command({ type: 'msrp.session.open', session: 'juliet', isSecure: true });
  await command({ type: 'msrp.session.open', session: 'romeo', isSecure: true });
  const juliet = await event('msrp.session.opened', 'juliet');
  const romeo = await event('msrp.session.opened', 'romeo');
  const peerAs = ({ path, fingerprint }: typeof juliet, role: 'active' | 'passive') => ({
    path: [path],
    role,
    fingerprints: fingerprint === undefined ? [] : [fingerprint],
  });
  await command({
    type: 'msrp.session.connect',
    edge: juliet.edge,
    session: 'juliet',
    peer: peerAs(romeo, 'active'),
  });
  await command({
    type: 'msrp.session.connect',
    edge: romeo.edge,
    session: 'romeo',
    peer: peerAs(juliet, 'passive'),
  });
  await event('msrp.session.connected', 'juliet');
  await event('msrp.session.connected', 'romeo');
  await command({
    type: 'msrp.message.send',
    edge: juliet.edge,
    session: 'juliet',
    message: 'm1',
    body: body('hi'),
    wantsReport: false,
    failureReport: 'partial',
  });
  expect(await event('msrp.message.received', 'romeo')).toMatchObject({ body: body('hi') });
});

test('msrp edge - TLS with a peer whose certificate names its host', async () => {
  const files = {
    cert_file: certificateFile('test-localhost.cert'),
    key_file: certificateFile('test-localhost.key'),
    ca_file: certificateFile('test-ca.cert'),
  };
  await edge('edge-tls', { tls_port: await freePort() }, { tls: files });
  const peer = await peerOf({ tls: { ...LOCALHOST, ca: TEST_CA } });
  await command({
    type: 'msrp.session.open',
    session: 'tls',
    isSecure: true,
    peer: { path: [peer.path], role: 'active' },
  });
  peer.expect((await event('msrp.session.opened', 'tls')).path);
  await event('msrp.session.connected', 'tls');
  expect(await peer.send('hi')).toBe(200);
  await event('msrp.message.received', 'tls');
});

test('msrp edge - an edge that stops says so of its sessions; it takes no new ones while it drains', async () => {
  const ending = await edge('edge-ending');
  await command({ type: 'msrp.session.open', session: 'old', isSecure: false });
  await event('msrp.session.opened', 'old');
  await ending.drain(1000);
  await edge('edge-next');
  await command({ type: 'msrp.session.open', session: 'new', isSecure: false });
  expect((await event('msrp.session.opened', 'new')).edge).toBe('edge-next');
  await ending.stop();
  expect(await event('msrp.session.closed', 'old')).toMatchObject({ cause: 'stopped', edge: 'edge-ending' });
});

test('msrp edge - who speaks in a session of an edge that is gone hears so from one that lives', async () => {
  const dies = await edge('edge-dies');
  const session = 'session-dies';
  await command({ type: 'msrp.session.open', session, isSecure: false, acceptTypes: ['text/plain'] });
  await event('msrp.session.opened', session);
  await dies.stop();
  await event('msrp.session.closed', session);
  await edge('edge-lives');
  await command({
    type: 'msrp.message.send',
    edge: 'edge-dies',
    session,
    message: 'm1',
    body: body('?'),
    failureReport: 'yes',
    wantsReport: false,
  });
  expect(await event('msrp.message.failed', session, 20_000)).toMatchObject({
    edge: 'edge-lives',
    message: 'm1',
    cause: 'unknown',
  });
});
