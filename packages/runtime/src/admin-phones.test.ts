import { expect, test } from 'vitest';
import { refusalOf } from './admin-guard.ts';
import { type PhoneControls, phonesApp } from './admin-phones.ts';

const ACCOUNT = {
  type: 'phone.account.imported',
  uri: 'sip:1001@sip.test',
  username: 'alice',
  secret: { form: 'open', text: 'cHc=' },
} as const;

interface Asking {
  readonly peer?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly token?: string;
  readonly path?: string;
  readonly body?: string;
  readonly method?: 'DELETE';
}

async function ask(asking: Asking, isConfigured = true) {
  const told: unknown[] = [];
  const controls: PhoneControls = {
    report: async (...args) => {
      told.push(args);
      return { status: 202, body: { phone: args[0] } };
    },
    import: async (accounts) => {
      told.push(accounts);
      return { status: 202, body: { imported: accounts.length } };
    },
    remove: async (uri) => {
      told.push(['removed', uri]);
      return { status: 202, body: { phone: uri } };
    },
  };
  const app = phonesApp(isConfigured ? controls : undefined, asking.token);
  const { peer = '127.0.0.1' } = asking;
  const response = await app.request(
    asking.path ?? '/sip:1001@sip.test/state',
    {
      method: asking.method ?? 'POST',
      ...(asking.method === undefined && { body: asking.body ?? '{"state":"online"}' }),
      headers: { 'content-type': 'application/json', ...asking.headers },
    },
    { incoming: { socket: { remoteAddress: peer, remotePort: 1, remoteFamily: 'IPv4' } } },
  );
  return { status: response.status, body: await response.json(), headers: response.headers, told };
}

test('admin phones - a state is told', async () => {
  expect(await ask({})).toMatchObject({
    status: 202,
    body: { phone: 'sip:1001@sip.test' },
    told: [['sip:1001@sip.test', 'online', 'admin']],
  });
  const path = `/${encodeURIComponent('1001@@sip.test')}/state`;
  const { told } = await ask({ path, body: '{"state":"offline","source":"command"}' });
  expect(told).toEqual([['1001@@sip.test', 'offline', 'command']]);
});

test('admin phones - accounts are imported, sealed', async () => {
  expect(await ask({ path: '/', body: JSON.stringify({ accounts: [ACCOUNT] }) })).toMatchObject({
    status: 202,
    body: { imported: 1 },
    told: [[ACCOUNT]],
  });
});

test('admin phones - an account is removed, by those who may', async () => {
  const path = `/${encodeURIComponent('1001@@sip.test')}`;
  expect(await ask({ method: 'DELETE', path })).toMatchObject({
    status: 202,
    told: [['removed', '1001@@sip.test']],
  });
  expect(await ask({ method: 'DELETE', path, peer: '192.0.2.1' })).toMatchObject({ status: 403, told: [] });
  expect(await ask({ method: 'DELETE', path }, false)).toMatchObject({ status: 404, told: [] });
});

test.each(['{', '{}', '[]', '{"state":1}', '{"state":"online","source":"table"}'])(
  'admin phones - the body %s is refused',
  async (body) => {
    expect(await ask({ body })).toMatchObject({ status: 400, told: [] });
    expect(await ask({ body, path: '/' })).toMatchObject({ status: 400, told: [] });
  },
);

test('admin phones - what a browser can send without asking first is refused', async () => {
  expect(await ask({ headers: { 'content-type': 'text/plain' } })).toMatchObject({ status: 400, told: [] });
});

test('admin phones - more than a file of accounts is refused', async () => {
  const body = JSON.stringify({ accounts: [{ ...ACCOUNT, username: 'x'.repeat(9_000_000) }] });
  expect(await ask({ path: '/', body })).toMatchObject({ status: 413, told: [] });
});

test('admin phones - without phones there is nothing to tell', async () => {
  expect(await ask({}, false)).toMatchObject({
    status: 404,
    body: { error: 'Phones are not configured: set phones.bosh_url, or phones.client_url.' },
  });
});

test.each(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'])(
  'admin guard - without a token, %s is this machine',
  (peer) => {
    expect(refusalOf(() => undefined, peer, undefined)).toBeUndefined();
  },
);

test.each(['192.0.2.1', '::ffff:192.0.2.1', '2001:db8::1', 'localhost.example.org', undefined])(
  'admin guard - without a token, %s is not',
  (peer) => {
    expect(refusalOf(() => undefined, peer, undefined)).toMatchObject({ status: 403 });
  },
);

test.each(['origin', 'forwarded', 'x-forwarded-for', 'x-real-ip', 'via'])(
  'admin guard - without a token, nobody is let in by a browser or a proxy here (%s)',
  async (name) => {
    expect(await ask({ headers: { [name]: 'x' } })).toMatchObject({
      status: 403,
      body: { error: expect.stringContaining('set admin.token') },
      told: [],
    });
  },
);

test('admin guard - with a token it must be shown, from here too', async () => {
  const token = 't0ken';
  const shown = { authorization: `Bearer ${token}` };
  expect(await ask({ token, headers: shown, peer: '192.0.2.1' })).toMatchObject({ status: 202 });
  for (const authorization of ['', 'Bearer', 'Bearer t0kem', 'Bearer t0ken2', 'Basic t0ken', 't0ken']) {
    const { status, headers, told } = await ask({ token, headers: { authorization } });
    expect([status, headers.get('www-authenticate'), told]).toEqual([401, 'Bearer', []]);
  }
});
