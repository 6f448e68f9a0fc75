import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { main } from './main.ts';

let directory = '';
let file = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'stoxgate-main-'));
  file = join(directory, 'config.yaml');
  writeFileSync(
    file,
    'xmpp: { domains: [example.org], components: [ { domain: sip.example.org, secret: s3cret } ] }\n',
  );
});
afterAll(() => rmSync(directory, { recursive: true }));

async function run(args: readonly string[], env: Record<string, string> = {}) {
  const out: string[] = [];
  const error: string[] = [];
  const code = await main(args, {
    env,
    out: (text) => void out.push(text),
    error: (text) => void error.push(text),
  });
  return { code, out: out.join(''), error: error.join('') };
}

test('program - help and version end with 0', async () => {
  expect(await run(['--help'])).toMatchObject({
    code: 0,
    out: expect.stringContaining('Usage: npx stoxgate'),
  });
  expect(await run(['--version'])).toEqual({ code: 0, out: '0.1.0\n', error: '' });
});

test('program - bad usage ends with 2, one line a problem', async () => {
  expect(await run(['--confg', 'x'])).toEqual({
    code: 2,
    out: '',
    error: 'stoxgate: unknown option --confg; did you mean --config?\n',
  });
});

test('program - without a configuration it says how to begin', async () => {
  const { code, error } = await run([]);
  expect(code).toBe(2);
  expect(error).toContain('copy config.example.yaml to stoxgate.yaml');
});

test('program - a wrong configuration ends with 2, every problem with its place', async () => {
  const { code, error } = await run(['--config', file], {
    STOXGATE_SIP__LISTEN_PORT: 'x',
    STOXGATE_BUS: 'y',
  });
  expect(code).toBe(2);
  expect(error.split('\n')).toEqual([
    expect.stringMatching(/^environment STOXGATE_SIP__LISTEN_PORT: sip\.listen_port must be a number/),
    expect.stringMatching(/^environment STOXGATE_BUS: bus is wrong/),
    'stoxgate: 2 problems. Correct the configuration; every problem is listed with its place. [STOX_CONFIG_INVALID]',
    '',
  ]);
});

test('program - a role of its own without NATS is a wrong configuration', async () => {
  const { code, error } = await run(['sip-edge', '--check-config', '--config', file]);
  expect(code).toBe(2);
  expect(error).toContain('set bus to nats://HOST:PORT');
});

test('program - --check-config and --print-config start nothing', async () => {
  expect(await run(['--check-config', '--config', file])).toEqual({
    code: 0,
    out: 'The configuration is fine.\n',
    error: '',
  });
  const printed = await run(['--print-config', '--config', file]);
  expect(printed).toMatchObject({ code: 0, out: expect.stringContaining('listen_port: 5600'), error: '' });
  expect(printed.out).not.toContain('s3cret');
});

test('program - a wrong account file is a wrong configuration, each fault with its line', async () => {
  const accounts = join(directory, 'accounts.csv');
  writeFileSync(accounts, '1001@sip.test,alice\n\nnobody,bob,hidden\n');
  const env = { STOXGATE_PHONES__BOSH_URL: 'https://xmpp.test/http-bind', STOXGATE_PHONES__FILE: accounts };
  const { code, error } = await run(['--check-config', '--config', file], env);
  expect(code).toBe(2);
  expect(error.split('\n')).toEqual([
    expect.stringMatching(/^accounts\.csv:1: it has not 3 to 6 columns/),
    expect.stringMatching(/^accounts\.csv:3: the first column is no SIP address/),
    expect.stringMatching(/^stoxgate: 2 problems\./),
    '',
  ]);
  expect(error).not.toContain('hidden');
});

test('program - phone-state without phones says what to set', async () => {
  expect(await run(['phone-state', '1001@sip.test', 'online', '--config', file])).toEqual({
    code: 1,
    out: '',
    error: 'stoxgate: phones are not configured: set phones.bosh_url, or phones.client_url.\n',
  });
});
