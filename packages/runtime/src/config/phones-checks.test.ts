import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isLoopback } from './bosh-url.ts';
import { roleProblem } from './checks.ts';
import { loadConfig } from './load.ts';
import { phonesChecks } from './phones-checks.ts';
import { printConfig } from './print.ts';
import { Config } from './schema.ts';

const SERVED = {
  xmpp: { domains: ['example.org'], components: [{ domain: 'sip.example.org', secret: 's3' }] },
};
const config = (phones: object): Config => Config.parse({ ...SERVED, phones });
const sentences = (phones: object): string[] => phonesChecks(config(phones)).map(({ sentence }) => sentence);
const KEY = Buffer.alloc(32, 7).toString('base64');

test('config phones - passwords go over https, or to this very machine, unless plain is allowed', () => {
  expect(sentences({ bosh_url: 'https://xmpp.example.org/http-bind' })).toEqual([]);
  for (const host of ['127.0.0.1', '127.1.2.3', '[::1]', 'localhost']) {
    expect(sentences({ bosh_url: `http://${host}:5280/http-bind` })).toEqual([]);
  }
  const plain = { bosh_url: 'http://xmpp.example.org/http-bind' };
  expect(sentences(plain)).toEqual([
    'phones.bosh_url must begin with https://, for passwords go there (phones.allow_plain lets them go without).',
  ]);
  expect(sentences({ ...plain, allow_plain: true })).toEqual([]);
});

test('config phones - a host that only looks like this machine is not', () => {
  for (const host of ['localhost.example.org', '127.0.0.1.example.org', '128.0.0.1', '[::2]', '']) {
    expect(isLoopback(host)).toBe(false);
  }
  expect(isLoopback('::ffff:127.0.0.1')).toBe(true);
});

test('config phones - each fault has its sentence', () => {
  expect(
    sentences({
      bosh_url: 'xmpp.example.org',
      bosh_urls: [
        { domain: 'A.org', url: 'ftp://a.org' },
        { domain: 'a.org', url: 'https://u:p@a.org/' },
      ],
    }),
  ).toEqual([
    'phones.bosh_url must be an address such as https://xmpp.example.org/http-bind.',
    'phones.bosh_urls[0].url must begin with https://.',
    'phones.bosh_urls[1].url must have no user and no password in it.',
    'phones.bosh_urls[1]: a.org is there twice; keep one.',
  ]);
  expect(sentences({ file: 'a.csv', database: { url: 'postgres://a/b' } })).toEqual([
    'phones.file needs phones.bosh_url, the connection manager to log in at.',
    'phones.database needs phones.bosh_url, the connection manager to log in at.',
  ]);
  expect(sentences({ key: KEY, key_file: 'k' })).toEqual(['phones has both key and key_file; keep one.']);
});

test('config phones - with transport client it is the client URLs that count', () => {
  const client = { transport: 'client', client_url: 'xmpp://xmpp.example.org' };
  for (const url of [
    'xmpp://h',
    'xmpps://h:5223',
    'wss://h/xmpp-websocket',
    'ws://127.0.0.1:5280/ws',
    'xmpp://[::1]',
  ]) {
    expect(sentences({ ...client, client_url: url })).toEqual([]);
  }
  expect(sentences({ ...client, file: 'a.csv' })).toEqual([]);
  expect(sentences({ transport: 'client', bosh_url: 'https://a.org/', file: 'a.csv' })).toEqual([
    'phones.file needs phones.client_url, the server to log in at.',
  ]);
  expect(roleProblem(config(client), 'bosh-edge')?.sentence).not.toContain('nothing to do');
});

test('config phones - each fault of a client URL has its sentence', () => {
  const urls = [
    'example.org',
    'https://a.org/http-bind',
    'xmpp:///',
    'wss://u:p@a.org/',
    'xmpps://a.org/path',
    'ws://a.org/ws',
    'wss://a.org/ws#a',
  ];
  expect(
    sentences({
      transport: 'client',
      client_url: 'nonsense',
      client_urls: [...urls, 'xmpp://a.org'].map((url, at) => ({ domain: `a${at % 7}.org`, url })),
    }),
  ).toEqual([
    'phones.client_url must be an address such as xmpp://xmpp.example.org:5222.',
    'phones.client_urls[0].url must be an address such as xmpp://xmpp.example.org:5222.',
    'phones.client_urls[1].url must begin with xmpp://, xmpps:// or wss://.',
    'phones.client_urls[2].url must have a host, as in xmpp://xmpp.example.org:5222.',
    'phones.client_urls[3].url must have no user and no password in it.',
    'phones.client_urls[4].url must have nothing behind host and port.',
    'phones.client_urls[5].url must begin with wss://, for passwords go there (phones.allow_plain lets them go without).',
    'phones.client_urls[6].url must have no # in it.',
    'phones.client_urls[7]: a0.org is there twice; keep one.',
  ]);
  expect(sentences({ transport: 'client', client_url: 'ws://a.org/ws', allow_plain: true })).toEqual([]);
});

test('config phones - a BOSH edge without phones has nothing to do', () => {
  expect(roleProblem(config({}), 'bosh-edge')?.sentence).toBe(
    'role bosh-edge has nothing to do: set phones.bosh_url, or phones.client_url with phones.transport: client, or run without it.',
  );
  const { sentence } = roleProblem(config({ bosh_url: 'https://a.org/' }), 'bosh-edge') ?? {};
  expect(sentence).toContain('set bus to nats://HOST:PORT');
});

test('config phones - key and token come from files, are checked, and are never printed', () => {
  const directory = mkdtempSync(join(tmpdir(), 'stoxgate-phones-'));
  try {
    const file = join(directory, 'stoxgate.yaml');
    const load = (key: string) => {
      writeFileSync(join(directory, 'key'), `${key}\n`);
      writeFileSync(join(directory, 'token'), 't0ken\n');
      const phones = { bosh_url: 'https://a.org/', key_file: 'key', file: 'accounts.csv' };
      writeFileSync(file, JSON.stringify({ ...SERVED, phones, admin: { token_file: 'token' } }));
      return loadConfig({ file, env: {} });
    };
    const loaded = load(KEY);
    if (!loaded.ok) throw new Error(loaded.problems.join('\n'));
    expect(loaded.config.phones).toMatchObject({ key: KEY, file: join(directory, 'accounts.csv') });
    expect(loaded.config.admin.token).toBe('t0ken');
    expect(printConfig(loaded.config)).not.toMatch(/t0ken|BwcHBw/);
    expect(load('short')).toEqual({
      ok: false,
      problems: [expect.stringContaining('phones.key_file: holds no key: write 32 random bytes in base64')],
    });
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('config phones - a wrong key is not shown in its problem', () => {
  const yaml = { ...SERVED, phones: { key: 'almost-a-secret' } };
  const loaded = loadConfig({ env: { STOXGATE_PHONES__KEY: 'almost-a-secret', ...environmentOf(yaml) } });
  expect(loaded).toEqual({ ok: false, problems: [expect.stringContaining('phones.key is wrong')] });
  expect(JSON.stringify(loaded)).not.toContain('almost-a-secret');
});

const environmentOf = ({ xmpp }: typeof SERVED): Record<string, string> => ({
  STOXGATE_XMPP__DOMAINS: xmpp.domains.join(','),
  STOXGATE_XMPP__COMPONENTS: JSON.stringify(xmpp.components),
});
