/**
 * What bob sees of alice's phone when it logs in over a connection of its own: the same as over BOSH, but that he sees a
 * connection that breaks.
 */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  type PhonesMode,
  type PhonesTransport,
  type PhonesWorld,
  type ServerName,
  startPhonesWorld,
} from './phones-world.ts';

const ONLINE = 'online';
const IN_CALL = 'dnd: On the phone';
const OFFLINE = 'offline';

export function testPhoneConnections(
  server: ServerName,
  variants: readonly (readonly [PhonesMode, PhonesTransport])[],
): void {
  describe.each(variants)(`phones, ${server}, %s, %s`, (mode, transport) => {
    let world: PhonesWorld;
    beforeAll(async () => {
      world = await startPhonesWorld(mode, server, transport);
    });
    afterAll(() => world?.stop());

    test('phones - over a connection the states of an account are seen, each once', async () => {
      const file = await world.accountFile(`1001@@sip.test,alice@xmpp.test,"pass,word"\n`);
      expect(await world.run('phone-accounts', 'import', file)).toBe('1 account imported\n');
      await world.tell('online');
      expect(await world.sees()).toBe(ONLINE);
      await world.tell('still-online');
      await world.tell('onthephone');
      expect(await world.sees()).toBe(IN_CALL);
      await world.tell('still-onthephone');
      await world.tell('still-online');
      expect(await world.sees()).toBe(ONLINE);
      await world.tell('offline');
      expect(await world.sees()).toBe(OFFLINE);
      await world.tell('online');
      expect(await world.sees()).toBe(ONLINE);
      expect(world.proxy.exchanges).toEqual([]);
    });

    test('phones - a server that dies and comes back sees the phone that was connected, as it is by then', async () => {
      await world.restartServer();
      await world.tell('onthephone');
      await world.watch();
      expect(await world.seesOtherThan(OFFLINE)).toBe(IN_CALL);
    });

    if (mode === 'all') {
      test('phones - over a connection a password that is refused is not tried again until the account is imported anew', async () => {
        await world.tell('offline');
        expect(await world.seesOtherThan(IN_CALL)).toBe(OFFLINE);
        const importPassword = async (password: string): Promise<void> => {
          const file = await world.accountFile(`1001@sip.test,alice@xmpp.test,"${password}"\n`);
          await world.run('phone-accounts', 'import', file);
        };
        await importPassword('wrong');
        await world.tell('online');
        const isParked = (): void => expect(world.gateway.output()).toContain('account of a phone parked');
        await vi.waitFor(isParked, { timeout: 30_000, interval: 50 });
        await importPassword('pass,word');
        expect(await world.sees()).toBe(ONLINE);
      });
    } else {
      test('phones - the process that has the connection is killed: another one logs in', async () => {
        await world.gateway.crash(mode === 'roles' ? 'bosh-edge' : 'all');
        expect(await world.seesOtherThan(IN_CALL)).toBe(OFFLINE);
        expect(await world.sees()).toBe(IN_CALL);
        await world.gateway.ready();
        await world.tell('still-online');
        expect(await world.sees()).toBe(ONLINE);
      });

      test('phones - the process that has the connection ends in order: another one logs in', async () => {
        await world.gateway.replace(mode === 'roles' ? 'bosh-edge' : 'all');
        expect(await world.seesOtherThan(ONLINE)).toBe(OFFLINE);
        expect(await world.sees()).toBe(ONLINE);
        await world.gateway.ready();
      });
    }

    test('phones - an account that is removed leaves its server first', async () => {
      expect(await world.run('phone-accounts', 'remove', '1001@@sip.test')).toBe(
        'sip:1001@sip.test: account removed\n',
      );
      expect(await world.sees()).toBe(OFFLINE);
      if (mode === 'all') await expect(world.tell('online')).rejects.toThrow('has no account');
    });
  });
}
