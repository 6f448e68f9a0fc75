import { createServer, type Server, type Socket } from 'node:net';
import { brandEdgeId, type XmlElement } from '@stoxgate/contracts';
import type { Logger } from '@stoxgate/runtime';
import { type FakeXmppServer, startFakeXmppServer } from '@stoxgate/testkit';
import { childOf, DEFAULT_XML_LIMITS, el, textOf } from '@stoxgate/wire-xmpp';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { ComponentLink } from './component-link.ts';
import type { LinkTiming } from './link-timing.ts';

const DOMAIN = 'sip.example.org';
const TIMING: LinkTiming = {
  backoff: { baseMs: 4, capMs: 20 },
  lastingMs: 60,
  standbyMs: 60,
  stableMs: 10_000,
  handshakeMs: 2000,
  lingerMs: 50,
  liveness: { silenceMs: 5000, graceMs: 5000, answerMs: 5000 },
  tickMs: 10,
};
const LIVELY: LinkTiming['liveness'] = { silenceMs: 1000, graceMs: 600, answerMs: 3000 };
const LIMITS = { ...DEFAULT_XML_LIMITS, maxBytes: 10_000, maxDepth: 8 };

const ends: (() => unknown)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const end of ends.splice(0).reverse()) await end();
});

async function fakeServer(
  components: Record<string, string> = { [DOMAIN]: 's3cret' },
): Promise<FakeXmppServer> {
  const server = await startFakeXmppServer({ components });
  ends.push(() => server.stop());
  return server;
}

function link(port: number, timing: Partial<LinkTiming> = {}, secret = 's3cret', isCutOff = () => false) {
  const events: string[] = [];
  const stanzas: XmlElement[] = [];
  const lines: string[] = [];
  const write = (level: string) => (_: unknown, text: string) => lines.push(`${level} ${text}`);
  const log = { debug: () => {}, info: write('info'), warn: write('warn'), error: write('error') };
  const made: ComponentLink = new ComponentLink(
    {
      domain: DOMAIN,
      edgeId: brandEdgeId('edge-1'),
      isCutOff: () => isCutOff(),
      host: '127.0.0.1',
      port,
      secret,
      limits: LIMITS,
      timing: { ...TIMING, ...timing },
      log: log as unknown as Logger,
    },
    {
      online: () => events.push('online'),
      offline: ({ reason }) => events.push(`offline: ${reason}`),
      stanza: (stanza) => stanzas.push(stanza),
      refused: (head, cause) => events.push(`refused ${head.attrs.id}: ${cause}`),
      pong: (ping) => events.push(`pong ${ping}`),
      strayPing: (edge, { attrs: { id } }) => events.push(`ping of ${edge}: ${id}`),
      writable: () => events.push('writable'),
    },
  );
  ends.push(() => made.stop(200));
  made.start();
  return { link: made, events, stanzas, lines };
}

/** Without an interval, by which faked time would go on. */
const until = <Result>(check: () => Result): Promise<Result> =>
  vi.waitFor(check, { timeout: 20_000, interval: 0 });
const passes = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const fakeTime = (): void => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] });
};
const untilCount = (events: readonly string[], event: string, count: number): Promise<void> =>
  until(() => expect(events.filter((seen) => seen === event)).toHaveLength(count));

/** A server that sends what it is told, whatever comes in. */
async function rawServer(onConnection: (socket: Socket, count: number) => void): Promise<number> {
  let count = 0;
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onConnection(socket, ++count);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as { port: number }).port;
}

describe('component link', () => {
  test('component link - shakes hands, carries stanzas both ways and leaves politely', async () => {
    const server = await fakeServer();
    const { link: made, events, stanzas } = link(server.port);
    expect(made.fault()).toMatch(/not connected/);
    await untilCount(events, 'online', 1);
    expect(made.fault()).toBeUndefined();
    await new Promise<void>((resolve) => made.write('<message to="a@b" from="x@y"/>', resolve));
    expect(await server.next(({ name }) => name === 'message')).toEqual(
      el('message', { to: 'a@b', from: 'x@y' }),
    );
    server.send(DOMAIN, el('presence', { from: 'a@b' }));
    await until(() => expect(stanzas).toEqual([el('presence', { from: 'a@b' })]));
    await made.stop(1000);
    await until(() => expect(server.connected()).toEqual([]));
    expect(events.at(-1)).toBe('offline: the server closed the stream');
  });

  test('component link - a wrong secret is told once, tried again slowly, and works once corrected', async () => {
    const components: Record<string, string> = { [DOMAIN]: 'other' };
    const server = await fakeServer(components);
    const { link: made, events, lines } = link(server.port);
    await until(() => expect(made.fault()).toMatch(/refuses the secret/));
    const before = server.connections();
    const since = performance.now();
    await until(() => expect(server.connections()).toBe(before + 2));
    expect(performance.now() - since).toBeGreaterThan(TIMING.lastingMs / 2);
    expect(lines).toEqual([
      expect.stringMatching(/^error component not connected: .*compare xmpp\.components/),
    ]);
    components[DOMAIN] = 's3cret';
    await untilCount(events, 'online', 1);
    expect(lines.at(-1)).toBe('info component connected');
  });

  test('component link - conflict and an unknown host are named', async () => {
    const server = await fakeServer();
    const first = link(server.port);
    await untilCount(first.events, 'online', 1);
    const second = link(server.port);
    await until(() => expect(second.link.fault()).toMatch(/\(conflict\)/));
    expect(second.lines).toEqual([expect.stringMatching(/^warn .*stands by/)]);
    expect([first.link.isStandby, second.link.isStandby]).toEqual([false, true]);
    const elsewhere = await fakeServer({});
    const third = link(elsewhere.port);
    await until(() => expect(third.link.fault()).toMatch(/\(host-unknown\)/));
  });

  test('component link - one that stands by is online soon after the other is gone, however long that took', async () => {
    const server = await fakeServer();
    const first = link(server.port);
    await untilCount(first.events, 'online', 1);
    const second = link(server.port, { backoff: { baseMs: 600_000, capMs: 600_000 } });
    await until(() => expect(server.connections()).toBeGreaterThan(5));
    await first.link.stop(100);
    await untilCount(second.events, 'online', 1);
    expect(second.link.isStandby).toBe(false);
  });

  test('component link - comes back after a cut, each absence told once', async () => {
    const server = await fakeServer();
    const { events, lines } = link(server.port);
    for (let count = 1; count <= 3; count++) {
      await untilCount(events, 'online', count);
      server.cut();
    }
    await untilCount(events, 'online', 4);
    expect(events.filter((event) => event.startsWith('offline'))).toHaveLength(3);
    expect(lines.filter((line) => line.startsWith('warn'))).toHaveLength(3);
  });

  test('component link - without a server it keeps trying and says where', async () => {
    const server = await fakeServer();
    await server.stop();
    const { link: made, lines } = link(server.port);
    await until(() => expect(made.fault()).toMatch(new RegExp(`127.0.0.1:${server.port}: .*ECONNREFUSED`)));
    const again = await startFakeXmppServer({ components: { [DOMAIN]: 's3cret' }, port: server.port });
    ends.push(() => again.stop());
    await until(() => expect(made.isOnline).toBe(true));
    expect(lines).toHaveLength(2);
  });

  test('component link - a server that accepts and says nothing is given up', async () => {
    const port = await rawServer(() => {});
    const { link: made } = link(port, { handshakeMs: 30 });
    await until(() => expect(made.fault()).toBe('no handshake within 30 ms'));
  });

  test('component link - a server that no longer answers is noticed and left', async () => {
    const server = await fakeServer();
    fakeTime();
    const { events } = link(server.port, { liveness: LIVELY });
    await untilCount(events, 'online', 1);
    for (let ping = 1; ping <= 4; ping++) {
      await passes(LIVELY.silenceMs);
      await until(() => expect(events).toContain(`pong ${ping}`));
    }
    expect(events.filter((event) => event.startsWith('offline'))).toEqual([]);
    server.hang();
    await passes(LIVELY.silenceMs + LIVELY.graceMs - 1);
    expect(events.filter((event) => event.startsWith('offline'))).toEqual([]);
    await passes(TIMING.tickMs);
    await untilCount(events, 'offline: the server no longer answers: the connection was half open', 1);
    await passes(TIMING.backoff.capMs);
    await untilCount(events, 'online', 2);
  });

  test('component link - traffic makes pings unnecessary', async () => {
    const server = await fakeServer();
    fakeTime();
    const { events, stanzas } = link(server.port, { liveness: LIVELY });
    await untilCount(events, 'online', 1);
    for (let count = 1; count <= 20; count++) {
      await passes(LIVELY.silenceMs / 2);
      server.send(DOMAIN, el('presence'));
      await until(() => expect(stanzas).toHaveLength(count));
    }
    expect(events).toEqual(['online']);
  });

  test('component link - after a stream error nothing more is taken in', async () => {
    const server = await fakeServer();
    const { events, stanzas } = link(server.port);
    await untilCount(events, 'online', 1);
    const condition = "<system-shutdown xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>";
    server.sendText(DOMAIN, `<stream:error>${condition}</stream:error><presence/></stream:stream>`);
    await untilCount(events, 'online', 2);
    expect(events[1]).toBe('offline: the server ended the stream (system-shutdown)');
    expect(stanzas).toEqual([]);
  });

  test('component link - while it does not read, silence is not held against the server', async () => {
    const server = await fakeServer();
    fakeTime();
    const { link: made, events } = link(server.port, { liveness: LIVELY });
    await untilCount(events, 'online', 1);
    made.pause();
    server.send(DOMAIN, el('presence', { from: 'a@b' }));
    await passes(10 * LIVELY.answerMs);
    made.resume();
    await passes(LIVELY.silenceMs);
    await until(() => expect(events.some((event) => event.startsWith('pong'))).toBe(true));
    expect(events.filter((event) => event.startsWith('offline'))).toEqual([]);
  });

  test('component link - a pong confirms the ping it belongs to; pings of others are stanzas', async () => {
    const server = await fakeServer();
    const { link: made, events, stanzas } = link(server.port);
    await untilCount(events, 'online', 1);
    const numbers = [made.ping(), made.ping()];
    await until(() => expect(events).toContain(`pong ${numbers[1]}`));
    expect(events).toContain(`pong ${numbers[0]}`);
    server.send(DOMAIN, el('iq', { type: 'get', id: 'ping.0.1', from: DOMAIN, to: DOMAIN }));
    await until(() => expect(stanzas).toHaveLength(1));
  });

  test('component link - a ping of another edge that came here is handed on; none that somebody else sends', async () => {
    const server = await fakeServer();
    const { link: made, events, stanzas } = link(server.port);
    await untilCount(events, 'online', 1);
    const ping = (id: string, from: string): XmlElement => el('iq', { type: 'get', from, to: DOMAIN, id });
    server.send(DOMAIN, ping('ping.xmpp-edge-b-1.0a.1', DOMAIN));
    server.send(DOMAIN, ping('ping.xmpp-edge-b-1.0a.2', 'alice@example.org/desk'));
    await until(() => expect(stanzas.map(({ attrs: { id } }) => id)).toEqual(['ping.xmpp-edge-b-1.0a.2']));
    expect(events).toEqual(['online', 'ping of xmpp-edge-b-1: ping.xmpp-edge-b-1.0a.1']);
    expect(made.takePong('ping.edge-1.0a.1')).toBe(false);
  });

  test('component link - silence says nothing while what other links got cannot be heard', async () => {
    const server = await fakeServer();
    let isCutOff = true;
    fakeTime();
    const { events } = link(server.port, { liveness: LIVELY }, 's3cret', () => isCutOff);
    await untilCount(events, 'online', 1);
    server.hang();
    await passes(10 * (LIVELY.silenceMs + LIVELY.graceMs));
    expect(events).toEqual(['online']);
    isCutOff = false;
    await passes(LIVELY.silenceMs + LIVELY.graceMs + TIMING.tickMs);
    await untilCount(events, 'offline: the server no longer answers: the connection was half open', 1);
  });

  test.each([
    ['broken XML', '<message></iq>', 'not-well-formed'],
    ['a comment', '<!-- -->', 'restricted-xml'],
    ['an unbound prefix', '<p:message/>', 'bad-namespace-prefix'],
  ])(
    'component link - %s is answered with a stream error, and the link comes back',
    async (_, text, condition) => {
      const server = await fakeServer();
      const { events } = link(server.port);
      await untilCount(events, 'online', 1);
      server.sendText(DOMAIN, text);
      server.sendText(DOMAIN, '<presence/>');
      await untilCount(events, 'online', 2);
      expect(server.streamErrors).toEqual([condition]);
      expect(events[1]).toMatch(/^offline: the server sent XML that cannot be read/);
    },
  );

  test('component link - bytes that are no UTF-8 end the stream', async () => {
    let received = '';
    const port = await rawServer((socket) => {
      socket.on('data', (chunk) => {
        received += chunk.toString();
      });
      socket.write(
        "<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' id='1'>",
      );
      socket.write('<handshake/>');
      socket.write(Buffer.from([0x3c, 0x61, 0xff]));
    });
    const { link: made } = link(port);
    await until(() => expect(made.fault()).toMatch(/no UTF-8/));
    expect(received).toContain('<unsupported-encoding ');
  });

  test('component link - a stanza too large or too deep costs itself only', async () => {
    const server = await fakeServer();
    const { events, stanzas } = link(server.port);
    await untilCount(events, 'online', 1);
    server.sendText(DOMAIN, `<message id='big'><body>${'x'.repeat(50_000)}</body></message>`);
    server.sendText(DOMAIN, `<message id='deep'>${'<x>'.repeat(20_000)}${'</x>'.repeat(20_000)}</message>`);
    server.send(DOMAIN, el('presence', { id: 'after' }));
    await until(() => expect(stanzas).toEqual([el('presence', { id: 'after' })]));
    expect(events).toEqual(['online', 'refused big: too-large', 'refused deep: too-deep']);
  });

  test('component link - a character cut in two by the network stays whole', async () => {
    const bytes = Buffer.from('<message><body>grüße 😀</body></message>');
    const port = await rawServer((socket) => {
      socket.setNoDelay(true);
      socket.once('data', () => {
        socket.write(
          "<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' id='1'>",
        );
        socket.write('<handshake/>');
        let at = 0;
        const timer = setInterval(() => {
          if (at < bytes.length) socket.write(bytes.subarray(at, ++at));
          else clearInterval(timer);
        }, 1);
      });
    });
    const { stanzas } = link(port);
    await until(() => expect(stanzas).toHaveLength(1));
    expect(textOf(childOf(stanzas[0] ?? el('x'), 'body') ?? el('x'))).toBe('grüße 😀');
  });

  test('component link - it asks to wait while the kernel takes nothing, and tells when it does', async () => {
    const server = await fakeServer();
    const { link: made, events } = link(server.port);
    await untilCount(events, 'online', 1);
    expect(made.canWrite).toBe(true);
    const text = `<message to='a@b'>${'x'.repeat(60_000)}</message>`;
    while (made.canWrite) made.write(text, () => {});
    await untilCount(events, 'writable', 1);
    expect(made.canWrite).toBe(true);
  });
});
