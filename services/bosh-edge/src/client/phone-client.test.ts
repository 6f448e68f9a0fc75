import type { ConnectionCause } from '@stoxgate/contracts';
import { LOCALHOST, STRANGER, TEST_CA } from '@stoxgate/sip-stack/testing';
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { FakeXmppServer, type FakeXmppServerOptions } from '../testing/fake-xmpp-server.ts';
import { PhoneClient, type PhoneLogin } from './phone-client.ts';

const closes: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closes.splice(0).reverse()) await close();
  vi.useRealTimers();
});

const waitFor = (test: () => void): Promise<void> => vi.waitFor(test, { timeout: 30_000, interval: 5 });

async function startServer(options: FakeXmppServerOptions = {}): Promise<FakeXmppServer> {
  const server = await FakeXmppServer.open(options);
  closes.push(() => server.close());
  return server;
}

type LoginChanges = Partial<Omit<PhoneLogin, 'place'>> & { readonly place?: Partial<PhoneLogin['place']> };

/** A client of the server, and what became of it. */
function logIn(server: FakeXmppServer, { place, ...changes }: LoginChanges = {}) {
  const happened: string[] = [];
  const client = new PhoneClient(
    {
      place: { url: server.url, domain: 'localhost', mayBePlain: true, maxBytes: 10_000, ...place },
      username: 'alice',
      password: 'pencil',
      resource: 'SIP-phone',
      mechanisms: ['SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN'],
      limits: { maxBytes: 10_000, maxDepth: 16, maxAttributes: 32 },
      silenceMs: 60_000,
      ...changes,
    },
    { opened: () => happened.push('opened'), closed: (cause: ConnectionCause) => happened.push(cause) },
  );
  closes.push(() => client.destroy());
  return { client, happened };
}

test.each(['tcp', 'ws'] as const)(
  'phone client - over %s: login, resource, presence, an answer to a ping, goodbye',
  async (over) => {
    const server = await startServer({ over });
    const { client, happened } = logIn(server);
    await waitFor(() => expect(happened).toEqual(['opened']));
    const { last } = server;
    expect(last.heard).toContain('<resource>SIP-phone</resource>');
    expect(await client.send('<presence xmlns="jabber:client"><priority>-1</priority></presence>')).toBe(
      true,
    );
    last.say(
      "<iq xmlns='jabber:client' type='get' id='p1' from='localhost'><ping xmlns='urn:xmpp:ping'/></iq>",
    );
    await waitFor(() => expect(last.heard).toMatch(/<iq [^>]*id="p1" type="result"/));
    expect(last.heard).toContain('<priority>-1</priority>');
    client.close();
    await waitFor(() => expect(happened).toEqual(['opened', 'asked']));
    expect(last.heard).toMatch(/<presence [^>]*type="unavailable"\/>.*(<\/stream:stream>|<close )/);
    // What it offered beside was left alone.
    expect(last.heard).not.toMatch(/urn:xmpp:sm|xmpp-session/);
  },
);

test.each(['tcp', 'tls'] as const)(
  'phone client - over %s with TLS: a certificate of a known authority that names the domain',
  async (over) => {
    const server = await startServer({ over, startTls: true, identity: LOCALHOST });
    const { happened } = logIn(server, { place: { ca: TEST_CA, mayBePlain: false } });
    await waitFor(() => expect(happened).toEqual(['opened']));
    expect(server.last.isSecure).toBe(true);
    const stranger = await startServer({ over, startTls: true, identity: STRANGER });
    const place = { ca: TEST_CA, mayBePlain: false };
    const refused = [
      [stranger, logIn(stranger, { place })],
      [server, logIn(server, { place: { ...place, domain: 'other.example' } })],
      [server, logIn(server, { place: { mayBePlain: true } })],
    ] as const;
    for (const [asked, { happened: end }] of refused) {
      await waitFor(() => expect(end).toEqual(['tls']));
      expect(
        asked.peers
          .slice(1)
          .map(({ heard }) => heard)
          .join(),
      ).not.toContain('<auth');
    }
  },
);

test('phone client - where TLS must be, a server without it hears no name and no password', async () => {
  const server = await startServer();
  const { happened } = logIn(server, { place: { mayBePlain: false } });
  await waitFor(() => expect(happened).toEqual(['tls']));
  expect(server.peers.map(({ heard }) => heard).join()).not.toContain('<auth');
});

test('phone client - what was said before TLS is not taken for something said in it', async () => {
  const server = await startServer({ startTls: true, identity: LOCALHOST });
  const proceed = "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
  server.instead = (said) => (said.includes('<starttls') ? `${proceed}<iq type='get' id='x'/>` : undefined);
  const { happened } = logIn(server, { place: { ca: TEST_CA } });
  await waitFor(() => expect(happened).toEqual(['ended']));
});

test.each([
  ['SCRAM-SHA-256', 'success', 'opened'],
  ['SCRAM-SHA-1', 'success', 'opened'],
  ['SCRAM-SHA-256', 'challenge', 'opened'],
  ['SCRAM-SHA-1', 'wrong', 'unproven'],
  ['SCRAM-SHA-1', 'wrong-challenge', 'unproven'],
  ['SCRAM-SHA-256', 'none', 'unproven'],
] as const)('phone client - %s with the proof in %s: %s', async (mechanism, proof, end) => {
  const server = await startServer({ mechanisms: ['PLAIN', mechanism], proof });
  const { happened } = logIn(server);
  await waitFor(() => expect(happened).toEqual([end]));
  expect(server.last.heard).toContain(`mechanism="${mechanism}"`);
  if (end === 'unproven') expect(server.last.heard).not.toContain('<bind');
});

test('phone client - a name and a password as SASL has them, whatever the letters', async () => {
  const server = await startServer({ password: 'IX' });
  const { happened } = logIn(server, { password: 'I\u00ADX' });
  await waitFor(() => expect(happened).toEqual(['opened']));
  const { happened: end } = logIn(server, { password: 'a\u0007b' });
  await waitFor(() => expect(end).toEqual(['secret']));
});

const sasl = (name: string, inner = ''): string =>
  `<${name} xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>${inner}</${name}>`;
const streamError = (condition: string): string =>
  `<stream:error xmlns:stream='http://etherx.jabber.org/streams'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>`;
const bindError = (condition: string): string =>
  `<iq xmlns='jabber:client' type='error' id='x'><error type='cancel'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>`;

const REFUSALS: readonly (readonly [string, string, ConnectionCause])[] = [
  ['<auth', sasl('failure', '<not-authorized/>'), 'credentials'],
  ['<auth', sasl('failure', '<account-disabled/>'), 'credentials'],
  ['<auth', sasl('failure', '<temporary-auth-failure/>'), 'temporary'],
  ['<auth', sasl('challenge', 'AAAA'), 'ended'],
  ['<auth', streamError('host-unknown'), 'address'],
  ['<auth', streamError('system-shutdown'), 'shutdown'],
  ['<auth', streamError('see-other-host'), 'ended'],
  ['<bind', bindError('conflict'), 'conflict'],
  ['<bind', bindError('not-allowed'), 'refused'],
];

test.each(['tcp', 'ws'] as const)('phone client - over %s: why there is no login', async (over) => {
  const server = await startServer({ over });
  for (const [trigger, answer, cause] of REFUSALS) {
    server.instead = (said) => (said.includes(trigger) ? answer : undefined);
    const { happened } = logIn(server);
    await waitFor(() => expect([answer, happened]).toEqual([answer, [cause]]));
  }
  const { happened: end } = logIn(server, { mechanisms: ['SCRAM-SHA-1'] });
  await waitFor(() => expect(end).toEqual(['mechanism']));
});

test.each([
  [streamError('conflict'), 'replaced'],
  [streamError('system-shutdown'), 'shutdown'],
  [streamError('nonsense'), 'ended'],
  ['</stream:stream>', 'ended'],
  ['<iq>&nope;</iq>', 'ended'],
  ['</nonsense>', 'ended'],
  ['<!-- -->', 'ended'],
])('phone client - once it is open, %s ends it: %s', async (said, cause) => {
  const server = await startServer();
  const { happened } = logIn(server);
  await waitFor(() => expect(happened).toEqual(['opened']));
  server.last.say(said);
  await waitFor(() => expect(happened).toEqual(['opened', cause]));
});

test('phone client - a connection that breaks, or that nobody takes, is told', async () => {
  const server = await startServer();
  const { client, happened } = logIn(server);
  await waitFor(() => expect(happened).toEqual(['opened']));
  server.last.cut();
  await waitFor(() => expect(happened).toEqual(['opened', 'transport']));
  expect(await client.send('<presence/>')).toBe(false);
  const { happened: refused } = logIn(server, { place: { url: 'xmpp://127.0.0.1:1' } });
  await waitFor(() => expect(refused).toEqual(['transport']));
  const { happened: web } = logIn(server, { place: { url: `ws://127.0.0.1:1/` } });
  await waitFor(() => expect(web).toEqual(['transport']));
});

test('phone client - characters that two segments share, huge and deep stanzas, messages: none of them matters', async () => {
  const server = await startServer();
  const { happened } = logIn(server);
  await waitFor(() => expect(happened).toEqual(['opened']));
  const { last } = server;
  last.say(`<message from='b@c'><body>${'x'.repeat(20_000)}</body></message>`);
  last.say(`<iq type='get' id='deep'>${'<a>'.repeat(100)}${'</a>'.repeat(100)}</iq>`);
  last.say("<presence from='b@c'/><iq type='result' id='nobody'/>");
  last.say("<iq type='get' id='größe'><query xmlns='jabber:iq:version'/></iq>");
  await waitFor(() => expect(last.heard).toMatch(/id="größe"[^>]*>.*service-unavailable/));
  expect(happened).toEqual(['opened']);
});

test('phone client - a silent server is asked whether it is there, and left when it is not', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  const server = await startServer();
  const { happened } = logIn(server);
  await waitFor(() => expect(happened).toEqual(['opened']));
  vi.advanceTimersByTime(60_000);
  await waitFor(() => expect(server.last.heard).toContain('urn:xmpp:ping'));
  server.last.say("<iq type='error' id='alive'/>");
  server.instead = () => '';
  await waitFor(() => {
    vi.advanceTimersByTime(10_000);
    expect(happened).toEqual(['opened', 'timeout']);
  });
  expect(server.last.heard.match(/urn:xmpp:ping/g)?.length).toBeGreaterThan(1);
});

test('phone client - a server that does not go on is left', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const server = await startServer();
  for (const trigger of ['<stream:stream', '<auth', '<bind']) {
    server.instead = (said) => (said.includes(trigger) ? '' : undefined);
    const { happened } = logIn(server);
    await waitFor(() => {
      vi.advanceTimersByTime(1000);
      expect(happened).toEqual(['timeout']);
    });
  }
});

const word = fc.constantFrom(
  ...['<', '</', '>', '/>', '&nope;', '&#0;', '<a', "<a b='", '<!DOCTYPE x>', ']]>', '\u0000', '\ud800'],
  ...[sasl('success'), sasl('challenge', '!'), sasl('failure'), '</stream:stream>', '<stream:stream>'],
  ...["<iq type='result'/>", "<iq type='get'/>", "<iq type='set' id='1'><a/><b/></iq>", 'text'],
  ...["<stream:features xmlns:stream='http://etherx.jabber.org/streams'/>", streamError('see-other-host')],
  ..."<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>".split(' '),
);

test.each(['tcp', 'ws'] as const)(
  'phone client - over %s, fuzz: whatever a server says, and when, is no fault of ours',
  async (over) => {
    const server = await startServer({ over, mechanisms: ['PLAIN', 'SCRAM-SHA-1'] });
    const stage = fc.constantFrom('<stream:stream', '<open', '<auth', '<response', '<bind', 'opened');
    await fc.assert(
      fc.asyncProperty(stage, fc.array(word, { minLength: 1, maxLength: 4 }), async (when, words) => {
        const answer = words.join('');
        server.instead = (said) => (said.includes(when) ? answer : undefined);
        const { client, happened } = logIn(server);
        await waitFor(() => expect(server.last.heard.length + happened.length).toBeGreaterThan(0));
        if (when === 'opened') server.last.say(answer);
        await new Promise((resolve) => setTimeout(resolve, 2));
        client.destroy();
        expect(happened.filter((what) => what !== 'opened')).toHaveLength(1);
      }),
      { numRuns: 60 },
    );
  },
);
