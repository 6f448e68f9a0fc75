/**
 * What the suites under load stand on: a gateway between a phone's port and a fake XMPP server, whose component can be cut off.
 */
import type { XmlElement } from '@stoxgate/contracts';
import {
  type FakeXmppServer,
  freePort,
  rolesOf,
  startFakeXmppServer,
  startGatewayProcesses,
  startNats,
  startRedis,
  type TestServer,
} from '@stoxgate/testkit';
import { childOf, el, NS, textOf } from '@stoxgate/wire-xmpp';
import { COMPONENT, type Mode, SIP_DOMAIN, XMPP_DOMAIN } from './world.ts';

/** Users of the one side who talk to the contacts of the other, each with each, in turn. */
export const USERS = 20;
export const CONTACTS = 5;
export const userOf = (index: number): string => `u${index % USERS}@${XMPP_DOMAIN}`;
export const contactOf = (index: number): string => `c${Math.floor(index / USERS) % CONTACTS}`;

/** The text of a message, '' where it has none. */
export const bodyOf = (stanza: XmlElement): string => {
  const body = childOf(stanza, 'body');
  return body === undefined ? '' : textOf(body);
};

/** Waits until it is so, for as long as the suite has patience. */
export type WaitFor = (isDone: () => boolean) => Promise<void>;

export interface LoadWorld {
  readonly server: FakeXmppServer;
  /** With roles that are processes of their own. */
  readonly nats: TestServer | undefined;
  readonly sipPort: number;
  /** Where the gateway sends its requests. */
  readonly phonePort: number;
  readonly isOnline: () => boolean;
  /** Asks the component whether it has read all that was sent to it. */
  readonly settled: () => Promise<void>;
  /** Cuts the component off; resolves, once it is back, to how many stanzas had come before. */
  readonly cut: (waitFor: WaitFor) => Promise<number>;
}

export interface LoadSetting {
  readonly mode: Mode;
  /** What ends it; also when it could not be started whole. */
  readonly stops: (() => Promise<unknown>)[];
  /** The configuration's section of that name. */
  readonly messages?: object;
  readonly phonePort?: number;
}

export async function startLoadWorld(setting: LoadSetting): Promise<LoadWorld> {
  const { mode, stops, messages = {} } = setting;
  const server = await startFakeXmppServer({ components: { [COMPONENT]: 's3cret' } });
  stops.push(() => server.stop());
  const backend = { bus: 'memory', store: 'memory' };
  let nats: TestServer | undefined;
  if (mode === 'roles') {
    nats = await startNats();
    stops.push(nats.stop);
    const redis = await startRedis();
    stops.push(redis.stop);
    Object.assign(backend, { bus: nats.url, store: redis.url });
  }
  const sipPort = await freePort();
  const phonePort = setting.phonePort ?? (await freePort());
  const component = { domain: COMPONENT, sip_domain: SIP_DOMAIN, port: server.port, secret: 's3cret' };
  const sip = { listen_host: '127.0.0.1', listen_port: sipPort };
  const gateway = await startGatewayProcesses({
    roles: mode === 'all' ? ['all'] : rolesOf({ messages }),
    config: {
      xmpp: { domains: [XMPP_DOMAIN], components: [component] },
      sip: { ...sip, proxy_host: '127.0.0.1', proxy_port: phonePort },
      messages,
      ...backend,
    },
  });
  stops.push(gateway.stop);
  await gateway.ready();
  const isOnline = (): boolean => server.connected().includes(COMPONENT);
  let barriers = 0;
  return {
    server,
    nats,
    sipPort,
    phonePort,
    isOnline,
    settled: async () => {
      const id = `barrier-${barriers++}`;
      const ping = el('ping', { xmlns: NS.PING });
      server.send(COMPONENT, el('iq', { type: 'get', id, from: userOf(0), to: COMPONENT }, ping));
      await server.next(({ name, attrs }) => name === 'iq' && attrs.id === id, 20_000);
    },
    cut: async (waitFor) => {
      const before = server.connections();
      server.cut(COMPONENT);
      const count = server.received.length;
      await waitFor(() => server.connections() > before);
      await waitFor(isOnline);
      return count;
    },
  };
}
