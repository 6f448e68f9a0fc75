import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSealer, type ImportedAccount } from '@stoxgate/bosh-edge';
import { brandAor, keyOfPhone } from '@stoxgate/contracts';
import { type AdminListener, Config, startAdmin } from '@stoxgate/runtime';
import { createMemoryStore } from '@stoxgate/store';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type CommandEnd, runPhoneCommand } from './phone-command.ts';
import { phoneControls } from './phone-controls.ts';

const PHONE = brandAor('sip:1001@sip.test');
const KEY = Buffer.alloc(32, 5).toString('base64');

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'stoxgate-phone-command-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

let listener: AdminListener | undefined;
afterEach(async () => {
  await listener?.stop();
  listener = undefined;
});

const configOf = (port: number, over: object = {}, admin: object = {}): Config =>
  Config.parse({
    xmpp: { domains: ['xmpp.test'], components: [{ domain: 'sip.xmpp.test', secret: 's' }] },
    phones: { bosh_url: 'https://xmpp.test/http-bind', ...over },
    admin: { port, ...admin },
  });

/** A gateway that knows one phone, as far as the admin listener shows it. */
async function startWorld(token?: string) {
  const told: string[] = [];
  const imported: ImportedAccount[] = [];
  const store = createMemoryStore();
  await store.commit({
    key: keyOfPhone(PHONE),
    eventId: 'e',
    expectedRevision: 0,
    record: {},
    outbox: [],
    timers: { set: [], clear: [] },
    indexes: [],
    now: 0,
  });
  const desk = {
    report: async (phone: string, report: string, source: string) => {
      told.push(`${phone} ${report} ${source}`);
    },
    import: async (accounts: readonly ImportedAccount[]) => void imported.push(...accounts),
    remove: async (phone: string) => void told.push(`${phone} removed`),
  };
  listener = await startAdmin('127.0.0.1', 0, {
    readiness: () => ({ state: 'ready', parts: {} }),
    lagMs: () => 0,
    metricsText: async () => '',
    sessionsOf: async () => [],
    phones: phoneControls(desk, store),
    token,
  });
  return { told, imported, port: Number(new URL(listener.url).port) };
}

const stateOf = (uri: string, state: 'online' | 'onthephone' = 'online') =>
  ({ kind: 'phone-state', uri, state, configFile: undefined }) as const;

const importOf = (text: string) => {
  const accountFile = join(directory, 'accounts.csv');
  writeFileSync(accountFile, text);
  return { kind: 'phone-accounts import', accountFile, configFile: undefined } as const;
};

test('phone-state - the gateway is told, by name or by any way to write the address', async () => {
  const { told, port } = await startWorld();
  expect(await runPhoneCommand(stateOf('1001@@SIP.test', 'onthephone'), configOf(port))).toEqual({
    code: 0,
    lines: ['sip:1001@sip.test: onthephone'],
  });
  expect(told).toEqual(['sip:1001@sip.test onthephone command']);
});

test('phone-state - a gateway on every address of this machine is found here', async () => {
  const { told, port } = await startWorld();
  expect(
    await runPhoneCommand(stateOf('1001@sip.test'), configOf(port, {}, { host: '0.0.0.0' })),
  ).toMatchObject({
    code: 0,
  });
  expect(told).toHaveLength(1);
});

const fault = (line: unknown): CommandEnd => ({ code: 1, lines: [line as string] });

test('phone-state - what is wrong is said, with what to do', async () => {
  const { told, port } = await startWorld();
  const config = configOf(port);
  expect(await runPhoneCommand(stateOf('1002@sip.test'), config)).toEqual(
    fault(
      'sip:1002@sip.test has no account: put it into a file, and run npx stoxgate phone-accounts import FILE.',
    ),
  );
  expect(await runPhoneCommand(stateOf('nonsense'), config)).toEqual(
    fault('That is no SIP address such as 1001@example.org.'),
  );
  expect(await runPhoneCommand(stateOf('1001@sip.test'), configOf(port, { bosh_url: '' }))).toEqual(
    fault('phones are not configured: set phones.bosh_url, or phones.client_url.'),
  );
  expect(await runPhoneCommand(stateOf('1001@sip.test'), configOf(0))).toEqual(
    fault('admin.port is 0, any free one: set a port, at which the gateway is found.'),
  );
  expect(told).toEqual([]);
});

test('phone-state - no gateway, or something else in its place', async () => {
  const closed = createServer();
  const { port } = await new Promise<{ port: number }>((resolve) =>
    closed.listen(0, '127.0.0.1', () => resolve(closed.address() as { port: number })),
  );
  await new Promise((resolve) => closed.close(resolve));
  expect(await runPhoneCommand(stateOf('1001@sip.test'), configOf(port))).toEqual(
    fault(
      `no gateway answers at http://127.0.0.1:${port}: start it, or set admin.host and admin.port to where it is.`,
    ),
  );
});

test('phone-state - a token is shown where one is configured', async () => {
  const { told, port } = await startWorld('t0ken');
  expect(await runPhoneCommand(stateOf('1001@sip.test'), configOf(port))).toEqual(
    fault('Show the token of admin.token: Authorization: Bearer TOKEN'),
  );
  const config = configOf(port, {}, { token: 't0ken' });
  expect(await runPhoneCommand(stateOf('1001@sip.test'), config)).toMatchObject({ code: 0 });
  expect(told).toHaveLength(1);
});

test('phone-accounts - a file is imported, sealed before it leaves', async () => {
  const { imported, port } = await startWorld();
  const file = importOf('1001@@sip.test,alice,hidden\n1002@sip.test,bob,hidden-too\n');
  expect(await runPhoneCommand(file, configOf(port, { key: KEY }))).toEqual({
    code: 0,
    lines: ['2 accounts imported'],
  });
  expect(imported).toMatchObject([
    { uri: 'sip:1001@sip.test' },
    { uri: 'sip:1002@sip.test', username: 'bob' },
  ]);
  expect(JSON.stringify(imported)).not.toContain('hidden');
  const [first] = imported;
  expect(createSealer(KEY).open(keyOfPhone(PHONE), first?.secret ?? { form: 'open', text: '' })).toBe(
    'hidden',
  );
});

test('phone-accounts - with a fault nothing is imported, and each is named by its line', async () => {
  const { imported, port } = await startWorld();
  const file = importOf('1001@sip.test,alice,hidden\nnonsense,bob,hidden\n1002@sip.test,bob,\n');
  expect(await runPhoneCommand(file, configOf(port))).toEqual({
    code: 2,
    lines: [
      'accounts.csv:2: the first column is no SIP address such as 1001@example.org.',
      'accounts.csv:3: the third column, the password, is empty.',
      'nothing was imported: correct the file first.',
    ],
  });
  expect(imported).toEqual([]);
});

test('phone-accounts - an account is removed, by any way to write the address; one that is not there is said', async () => {
  const { told, port } = await startWorld();
  const removal = { kind: 'phone-accounts remove', uris: ['1001@@SIP.test', '1002@sip.test'] } as const;
  expect(await runPhoneCommand({ ...removal, configFile: undefined }, configOf(port))).toEqual({
    code: 1,
    lines: ['sip:1001@sip.test: account removed', '1002@sip.test: sip:1002@sip.test has no account.'],
  });
  expect(told).toEqual(['sip:1001@sip.test removed']);
});
