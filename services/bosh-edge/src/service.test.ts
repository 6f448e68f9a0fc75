import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryBus } from '@stoxgate/bus';
import type { EventEnvelope } from '@stoxgate/contracts';
import { LOCALHOST, STRANGER, TEST_CA } from '@stoxgate/sip-stack/testing';
import { afterEach, expect, test, vi } from 'vitest';
import { createSealer } from './sealing.ts';
import { EMPTY, FakeManager } from './testing/fake-manager.ts';
import { type EdgeSettings, type OpenEdge, openEdge, PHONE } from './testing/open-edge.ts';

const MANY = 200;
const closes: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closes.splice(0).reverse()) await close();
});

async function startManager(tls?: { cert: string; key: string }): Promise<FakeManager> {
  const manager = await FakeManager.open(tls);
  closes.push(() => manager.close());
  return manager;
}

async function startEdge(settings: EdgeSettings = {}): Promise<OpenEdge> {
  const edge = await openEdge(settings);
  closes.push(edge.close);
  return edge;
}

const waitFor = (test: () => void): Promise<void> => vi.waitFor(test, { timeout: 30_000, interval: 5 });

async function nextEvent({ events }: OpenEdge): Promise<EventEnvelope> {
  await waitFor(() => expect(events.length).toBeGreaterThan(0));
  const event = events.shift();
  if (event === undefined) throw new Error('no event');
  return event;
}

const open = (password: string) => createSealer(undefined).seal(PHONE, password);

test('bosh edge - a request is a POST of start, payload and end; its answer an event in the words of the contract', async () => {
  const [manager, edge] = [await startManager(), await startEdge()];
  manager.script = ({ reply }) =>
    reply(`<body xmlns='http://jabber.org/protocol/httpbind' sid='s' xmlns:stream='http://etherx.jabber.org/streams'
      ><stream:features/></body>`);
  await edge.send({
    url: manager.url,
    rid: 123457,
    attempt: 2,
    start: "<body rid='123457'>",
    payload: '<a/>é',
  });
  expect(await nextEvent(edge)).toMatchObject({
    key: PHONE,
    edge: 'e1',
    id: expect.stringMatching(/^bosh:[0-9a-f]{32}$/),
    payload: {
      type: 'bosh.request.answered',
      rid: 123457,
      attempt: 2,
      status: 200,
      body: {
        name: 'body',
        attrs: { xmlns: 'http://jabber.org/protocol/httpbind', sid: 's' },
        children: [{ name: 'features', attrs: { xmlns: 'http://etherx.jabber.org/streams' }, children: [] }],
      },
    },
  });
  const [{ request, body } = { request: undefined, body: '' }] = manager.asked;
  expect(body).toBe("<body rid='123457'><a/>é</body>");
  expect(request).toMatchObject({ method: 'POST', url: '/http-bind' });
  expect(request?.headers).toMatchObject({
    'content-type': 'text/xml; charset=utf-8',
    connection: 'keep-alive',
  });
  expect(request?.headers['accept-encoding']).toBeUndefined();
  expect(await edge.metrics()).toMatch(/stoxgate_bosh_requests_total\{result="ok"[^}]*\} 1/);
});

test('bosh edge - the same command twice is the same bytes twice, and one event', async () => {
  const [manager, edge] = [await startManager(), await startEdge()];
  const bus = createMemoryBus({ maxBacklog: 10, maxDeliveries: 3, onDeadLetter: () => undefined });
  closes.push(() => bus.close());
  const other = await startEdge();
  const command = {
    url: manager.url,
    rid: 1,
    payload: { step: 'scram-first', mechanism: 'SCRAM-SHA-1', username: 'alice', nonce: 'n0nce' },
  } as const;
  await edge.send(command, 'c1');
  await other.send(command, 'c1');
  const [first, second] = [await nextEvent(edge), await nextEvent(other)];
  expect(second.id).toBe(first.id);
  expect(manager.bodies[1]).toBe(manager.bodies[0]);
  expect(manager.bodies[0]).toContain(
    `<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="SCRAM-SHA-1">${Buffer.from('n,,n=alice,r=n0nce').toString('base64')}</auth></body>`,
  );
});

test('bosh edge - PLAIN is made of the sealed password, which is nowhere in the log, nor its name', async () => {
  const key = Buffer.alloc(32, 3).toString('base64');
  const [manager, edge] = [await startManager(), await startEdge({ phones: { key } })];
  const secret = createSealer(key).seal(PHONE, 'pässword');
  await edge.send({ url: manager.url, payload: { step: 'plain', username: 'alice', secret } });
  await nextEvent(edge);
  const encoded = Buffer.from('\0alice\0pässword').toString('base64');
  expect(manager.bodies[0]).toContain(`mechanism="PLAIN">${encoded}</auth>`);
  manager.script = ({ cut }) => cut();
  await edge.send({ url: manager.url, payload: { step: 'plain', username: 'alice', secret } });
  await nextEvent(edge);
  const other = createSealer(key).seal(PHONE, '\u0007pässword');
  await edge.send({ url: manager.url, payload: { step: 'plain', username: 'alice', secret: other } });
  expect((await nextEvent(edge)).payload).toMatchObject({ type: 'bosh.request.failed', cause: 'secret' });
  const written = edge.log.join('');
  expect(written).toContain('see phones.key');
  for (const hidden of ['pässword', encoded, key, secret.text, 'alice'])
    expect(written).not.toContain(hidden);
});

test('bosh edge - a password of another key or phone is not sent', async () => {
  const [manager, edge] = [await startManager(), await startEdge()];
  const secret = createSealer(Buffer.alloc(32, 3).toString('base64')).seal(PHONE, 'password');
  await edge.send({ url: manager.url, rid: 7, payload: { step: 'plain', username: 'alice', secret } });
  expect((await nextEvent(edge)).payload).toEqual({
    type: 'bosh.request.failed',
    rid: 7,
    attempt: 1,
    cause: 'secret',
  });
  expect(manager.asked).toEqual([]);
});

/** RFC 5802 §5. */
const FINAL = {
  step: 'scram-final',
  mechanism: 'SCRAM-SHA-1',
  username: 'user',
  nonce: 'fyko+d2lbbFgONRv9qkxdawL',
  challenge: Buffer.from('r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096').toString(
    'base64',
  ),
  secret: open('pencil'),
} as const;
const saslOf = (name: string, text: string): string =>
  `<body xmlns='http://jabber.org/protocol/httpbind'><${name} xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>${Buffer.from(text).toString('base64')}</${name}></body>`;

test.each([
  ['success', 'v=rmF9pqV8S7suAoZWja4dJRkFsKQ=', true],
  ['success', 'v=smF9pqV8S7suAoZWja4dJRkFsKQ=', false],
  ['success', '', false],
  ['challenge', 'v=rmF9pqV8S7suAoZWja4dJRkFsKQ=', true],
  ['challenge', 'v=smF9pqV8S7suAoZWja4dJRkFsKQ=', false],
  ['challenge', 'e=other-error', false],
])(
  'bosh edge - SCRAM: whether the server knows the password too is told (%s %j: %s)',
  async (name, text, isServerProven) => {
    const [manager, edge] = [await startManager(), await startEdge()];
    manager.script = ({ reply }) => reply(saslOf(name, text));
    await edge.send({ url: manager.url, payload: FINAL });
    expect((await nextEvent(edge)).payload).toMatchObject({ status: 200, isServerProven });
    expect(manager.bodies[0]).toContain(
      Buffer.from(
        'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
      ).toString('base64'),
    );
    await edge.send({ url: manager.url, proof: FINAL });
    expect((await nextEvent(edge)).payload).toMatchObject({ isServerProven });
    await edge.send({ url: manager.url });
    expect((await nextEvent(edge)).payload).not.toHaveProperty('isServerProven');
  },
);

test('bosh edge - a challenge that makes no sense is told, and nothing sent', async () => {
  const [manager, edge] = [await startManager(), await startEdge()];
  await edge.send({ url: manager.url, payload: { ...FINAL, challenge: 'AAAA' } });
  expect((await nextEvent(edge)).payload).toMatchObject({ type: 'bosh.request.failed', cause: 'unusable' });
  expect(manager.asked).toEqual([]);
});

test.each([
  ['http://xmpp.example.org/http-bind', {}],
  ['ftp://127.0.0.1/', {}],
  ['nonsense', {}],
  ['http://u:p@127.0.0.1/', {}],
])('bosh edge - nothing is sent to %s', async (url, phones) => {
  const edge = await startEdge({ phones });
  await edge.send({ url });
  expect((await nextEvent(edge)).payload).toMatchObject({ type: 'bosh.request.failed', cause: 'unusable' });
});

const DEEP = `<body xmlns='http://jabber.org/protocol/httpbind'>${'<a>'.repeat(64)}${'</a>'.repeat(64)}</body>`;
const LONG = `<body xmlns='http://jabber.org/protocol/httpbind'>${'x'.repeat(20_000)}</body>`;

test.each([
  ['no XML', 'nonsense'],
  ['a document type', `<!DOCTYPE body [<!ENTITY a "b">]>${EMPTY}`],
  ['an entity', "<body xmlns='http://jabber.org/protocol/httpbind'>&a;</body>"],
  ['another element', '<body/>'],
  ['what is too deep', DEEP],
  ['what is too long', LONG],
  ['nothing', ''],
])('bosh edge - an answer with %s has no body', async (_, text) => {
  const [manager, edge] = [await startManager(), await startEdge({ limits: { stanza_bytes: 10_000 } })];
  manager.script = ({ reply }) => reply(text);
  await edge.send({ url: manager.url });
  expect((await nextEvent(edge)).payload).toEqual({
    type: 'bosh.request.answered',
    rid: 1,
    attempt: 1,
    status: 200,
  });
  expect(await edge.metrics()).toMatch(/stoxgate_bosh_requests_total\{result="unreadable"[^}]*\} 1/);
});

test('bosh edge - an endless answer is cut once it is too long', async () => {
  const [manager, edge] = [await startManager(), await startEdge({ limits: { stanza_bytes: 10_000 } })];
  manager.script = ({ response }) => {
    response.writeHead(200);
    const more = (): void => {
      if (!response.destroyed) response.write('x'.repeat(4096), () => setImmediate(more));
    };
    more();
  };
  await edge.send({ url: manager.url });
  expect((await nextEvent(edge)).payload).toMatchObject({ type: 'bosh.request.answered', status: 200 });
  await waitFor(() => expect(manager.open).toBe(0));
});

test.each([302, 404, 503])('bosh edge - status %d is told, and no redirection followed', async (status) => {
  const [manager, edge, target] = [await startManager(), await startEdge(), await startManager()];
  manager.script = ({ reply }) => reply('', status, { location: target.url });
  await edge.send({ url: manager.url });
  expect((await nextEvent(edge)).payload).toMatchObject({ type: 'bosh.request.answered', status });
  expect(target.asked).toEqual([]);
});

test('bosh edge - no answer in time, no connection, and one that breaks', async () => {
  const [manager, edge, gone] = [await startManager(), await startEdge(), await FakeManager.open()];
  manager.script = () => undefined;
  await edge.send({ url: manager.url, timeoutMs: 50 });
  expect((await nextEvent(edge)).payload).toMatchObject({ type: 'bosh.request.failed', cause: 'timeout' });
  manager.script = ({ response, cut }) => {
    response.writeHead(200, { 'content-length': '100' }).write('<body');
    cut();
  };
  await edge.send({ url: manager.url });
  expect((await nextEvent(edge)).payload).toMatchObject({ type: 'bosh.request.failed', cause: 'transport' });
  const { url } = gone;
  await gone.close();
  await edge.send({ url });
  expect((await nextEvent(edge)).payload).toMatchObject({ type: 'bosh.request.failed', cause: 'transport' });
});

test('bosh edge - https: a server of a known authority is asked, any other is not', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'stoxgate-bosh-'));
  closes.push(async () => rmSync(directory, { recursive: true }));
  const ca_file = join(directory, 'ca.pem');
  writeFileSync(ca_file, TEST_CA);
  const edge = await startEdge({ phones: { ca_file } });
  const [known, stranger] = [await startManager(LOCALHOST), await startManager(STRANGER)];
  await edge.send({ url: known.url });
  expect((await nextEvent(edge)).payload).toMatchObject({ type: 'bosh.request.answered', status: 200 });
  await edge.send({ url: stranger.url });
  expect((await nextEvent(edge)).payload).toMatchObject({ type: 'bosh.request.failed', cause: 'tls' });
  await edge.send({ url: known.url.replace('localhost', '127.0.0.2') });
  expect((await nextEvent(edge)).payload).toMatchObject({ type: 'bosh.request.failed' });
  expect(stranger.asked).toEqual([]);
});

test('bosh edge - connections are kept, and one that the server has closed is replaced at once', async () => {
  const [manager, edge] = [await startManager(), await startEdge()];
  for (let at = 0; at < 5; at++) {
    await edge.send({ url: manager.url });
    await nextEvent(edge);
  }
  expect(manager.connections).toBe(1);
  let isFirst = true;
  manager.script = ({ reply, cut }) => {
    if (isFirst) cut();
    else reply(EMPTY);
    isFirst = false;
  };
  await edge.send({ url: manager.url, start: "<body rid='9'>" });
  expect((await nextEvent(edge)).payload).toMatchObject({ type: 'bosh.request.answered' });
  expect(manager.bodies.slice(-2)).toEqual(["<body rid='9'></body>", "<body rid='9'></body>"]);
});

test('bosh edge - requests wait at the same time: those of one phone for none other of it', async () => {
  const [manager, edge] = [await startManager(), await startEdge()];
  manager.script = () => undefined;
  for (let at = 0; at < MANY; at++) await edge.send({ url: manager.url, timeoutMs: 600_000 });
  await waitFor(() => expect(manager.asked).toHaveLength(MANY));
  expect(await edge.metrics()).toContain(`\nstoxgate_bosh_waiting ${MANY}\n`);
  expect(await edge.metrics()).toContain(`\nstoxgate_bosh_connections ${MANY}\n`);
  for (const asked of manager.asked) asked.reply(EMPTY);
  await waitFor(() => expect(edge.events).toHaveLength(MANY));
});

test('bosh edge - what waits when it ends is sent again by another edge, the same bytes', async () => {
  const manager = await startManager();
  const bus = createMemoryBus({ maxBacklog: 10, maxDeliveries: 3, onDeadLetter: () => undefined });
  closes.push(() => bus.close());
  const busName = 'nats://127.0.0.1';
  const [first, second] = [await startEdge({ bus, busName }), await startEdge({ bus, busName })];
  manager.script = () => undefined;
  await first.send({ url: manager.url, start: "<body rid='1'>", timeoutMs: 60_000 });
  await waitFor(() => expect(manager.asked).toHaveLength(1));
  await first.edge.drain(5000);
  await second.edge.drain(5000);
  const third = await startEdge({ bus, busName });
  await waitFor(() => expect(manager.asked.length).toBeGreaterThanOrEqual(2));
  expect(new Set(manager.bodies)).toEqual(new Set(["<body rid='1'></body>"]));
  expect(await third.metrics()).toMatch(/\nstoxgate_bosh_waiting 1\n/);
});

test('bosh edge - on a bus of this process alone, the drain serves on', async () => {
  const [manager, edge] = [await startManager(), await startEdge()];
  manager.script = () => undefined;
  await edge.send({ url: manager.url, timeoutMs: 60_000 });
  await waitFor(() => expect(manager.asked).toHaveLength(1));
  await edge.edge.drain(5000);
  manager.asked[0]?.reply(EMPTY);
  expect((await nextEvent(edge)).payload).toMatchObject({ type: 'bosh.request.answered' });
});
