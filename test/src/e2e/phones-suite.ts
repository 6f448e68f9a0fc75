/**
 * What bob sees of alice's phone, whichever the XMPP server.
 */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type PhonesMode, type PhonesWorld, type ServerName, startPhonesWorld } from './phones-world.ts';

const ONLINE = 'online';
const IN_CALL = 'dnd: On the phone';
const OFFLINE = 'offline';

const attribute = (body: string, name: string): string | undefined =>
  new RegExp(`^<body[^>]* ${name}=["']([^"']*)["']`).exec(body)?.[1];
const isCreation = (body: string): boolean => attribute(body, 'sid') === undefined;
const showsCall = (body: string): boolean => body.includes('<show>dnd<');

/** Every body that was sent under a rid of a session was the same. */
function expectSameBytes({ proxy }: PhonesWorld): void {
  const bodies = new Map<string, string>();
  for (const { body } of proxy.exchanges) {
    if (isCreation(body)) continue;
    const name = `${attribute(body, 'sid')} ${attribute(body, 'rid')}`;
    expect(bodies.get(name) ?? body).toBe(body);
    bodies.set(name, body);
  }
  expect(bodies.size).toBeGreaterThan(0);
}

export function testPhones(server: ServerName, modes: readonly PhonesMode[]): void {
  describe.each(modes)(`phones, ${server}, %s`, (mode) => {
    let world: PhonesWorld;
    beforeAll(async () => {
      world = await startPhonesWorld(mode, server);
    });
    afterAll(() => world?.stop());

    test('phones - an account is imported by command, and its states are seen, each once', async () => {
      const file = await world.accountFile(
        `# the seed's columns\n1001@@sip.test,alice@xmpp.test,"pass,word",123456\n`,
      );
      expect(await world.run('phone-accounts', 'import', file)).toBe('1 account imported\n');
      expect(await world.run('phone-state', '1001@@sip.test', 'online')).toBe('sip:1001@sip.test: online\n');
      expect(await world.sees()).toBe(ONLINE);
      expect(attribute(world.proxy.exchanges[0]?.body ?? '', 'rid')).toBe('123456');
      await world.tell('still-online');
      await world.tell('onthephone');
      expect(await world.sees()).toBe(IN_CALL);
      await world.tell('still-onthephone');
      await world.tell('still-online');
      expect(await world.sees()).toBe(ONLINE);
      await world.tell('onthephone');
      expect(await world.sees()).toBe(IN_CALL);
      await world.tell('offline');
      expect(await world.sees()).toBe(OFFLINE);
      await world.tell('online');
      expect(await world.sees()).toBe(ONLINE);
      expectSameBytes(world);
    });

    test('phones - a server that dies and comes back sees the phone again, as it is by then', async () => {
      await world.tell('still-online');
      await world.restartServer();
      await world.tell('onthephone');
      await world.watch();
      expect(await world.sees()).toBe(IN_CALL);
      await world.tell('still-online');
      // Who logs in while the phone does is told of it twice: by the answer to a probe, and by the phone.
      expect(await world.seesOtherThan(IN_CALL)).toBe(ONLINE);
    });

    if (mode === 'all') {
      test('phones - a password that is refused is not tried again until the account is imported anew', async () => {
        await world.tell('offline');
        expect(await world.sees()).toBe(OFFLINE);
        const importPassword = async (password: string): Promise<void> => {
          const file = await world.accountFile(`1001@sip.test,alice@xmpp.test,"${password}"\n`);
          await world.run('phone-accounts', 'import', file);
        };
        await importPassword('wrong');
        const before = world.proxy.exchanges.length;
        await world.tell('online');
        const since = () => world.proxy.exchanges.slice(before);
        const isRefused = (): void =>
          expect(since().some(({ answer }) => answer?.includes('not-authorized'))).toBe(true);
        await vi.waitFor(isRefused, { timeout: 30_000, interval: 50 });
        await world.tell('still-online');
        await importPassword('pass,word');
        expect(await world.sees()).toBe(ONLINE);
        expect(since().filter(({ body }) => isCreation(body))).toHaveLength(2);
      });
      return;
    }
    const role = mode === 'roles' ? 'bosh-edge' : 'all';

    if (mode === 'roles') {
      test('phones - killed with a request that is promised and not sent', async () => {
        const before = world.proxy.exchanges.length;
        const reported = await world.reported();
        world.gateway.process('bosh-edge').child.kill('SIGSTOP');
        await world.tell('onthephone');
        const isPromised = async (): Promise<void> =>
          expect(await world.reported()).toBeGreaterThan(reported);
        await vi.waitFor(isPromised, { timeout: 30_000, interval: 50 });
        const since = () => world.proxy.exchanges.slice(before).map(({ body }) => body);
        expect(since().filter(showsCall)).toEqual([]);
        await world.gateway.crash('bosh-edge');
        expect(await world.sees()).toBe(IN_CALL);
        await world.gateway.ready();
        await world.tell('still-online');
        expect(await world.sees()).toBe(ONLINE);
        expect(since().filter(isCreation)).toEqual([]);
        expectSameBytes(world);
      });
    }

    test('phones - killed before a request that is promised reached the server: it is sent once', async () => {
      const before = world.proxy.exchanges.length;
      const held = world.proxy.hold('request', showsCall);
      await world.tell('onthephone');
      const { exchange } = await held;
      await world.gateway.crash(role);
      expect(await world.sees()).toBe(IN_CALL);
      const since = world.proxy.exchanges.slice(before);
      expect(since.filter(({ body }) => body === exchange.body).length).toBeGreaterThan(1);
      expect(since.filter(({ body }) => isCreation(body))).toEqual([]);
      expectSameBytes(world);
      await world.gateway.ready();
      await world.tell('still-online');
      expect(await world.sees()).toBe(ONLINE);
    });

    test('phones - killed after the server had the request and before its answer: it is seen once', async () => {
      const before = world.proxy.exchanges.length;
      // A server may answer at once, or take it for the request to be held.
      const release = world.proxy.holdAnswer(showsCall);
      await world.tell('onthephone');
      expect(await world.sees()).toBe(IN_CALL);
      await world.gateway.crash(role);
      release();
      const since = () => world.proxy.exchanges.slice(before);
      const isSentAgain = (): void =>
        expect(since().filter(({ body }) => showsCall(body)).length).toBeGreaterThan(1);
      await vi.waitFor(isSentAgain, { timeout: 30_000, interval: 50 });
      await world.gateway.ready();
      await world.tell('still-online');
      expect(await world.sees()).toBe(ONLINE);
      expect(since().filter(({ body }) => isCreation(body))).toEqual([]);
      expectSameBytes(world);
    });

    test('phones - killed on the way to a session: the phone is online all the same', async () => {
      await world.tell('offline');
      expect(await world.sees()).toBe(OFFLINE);
      const held = world.proxy.hold('answer', (body) => body.includes('<auth'));
      await world.tell('online');
      await held;
      await world.gateway.crash(role);
      expect(await world.sees()).toBe(ONLINE);
      expectSameBytes(world);
      await world.gateway.ready();
      await world.tell('offline');
      expect(await world.sees()).toBe(OFFLINE);
    });
  });
}
