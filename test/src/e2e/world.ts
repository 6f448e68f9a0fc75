/**
 * A gateway among real servers: Prosody on one side, a SIP port of the test's own on the other, and NATS and Redis
 * when every role is its own process.
 */
import { setTimeout as delay } from 'node:timers/promises';
import {
  connectXmppUser,
  freePort,
  type GatewayProcesses,
  type Prosody,
  ROLES,
  startGatewayProcesses,
  startNats,
  startProsody,
  startRedis,
  type XmppUser,
} from '@stoxgate/testkit';
import { el } from '@stoxgate/wire-xmpp';

export const XMPP_DOMAIN = 'xmpp.test';
export const SIP_DOMAIN = 'sip.test';
export const COMPONENT = `sip.${XMPP_DOMAIN}`;
const SECRET = 's3cret';

/** One process on memory, or every role its own on NATS and Redis. */
export const MODES = ['all', 'roles'] as const;
export type Mode = (typeof MODES)[number];

export interface World {
  readonly mode: Mode;
  readonly prosody: Prosody;
  readonly gateway: GatewayProcesses;
  /** Where the gateway listens for SIP, UDP and TCP. */
  readonly sipPort: number;
  /** Where the gateway sends SIP: the test listens there. */
  readonly proxyPort: number;
  /** Logs a user in; with `contacts`, subscribes to each so that both sides see each other's presence. */
  login(name: string, options?: { resource?: string; contacts?: readonly string[] }): Promise<XmppUser>;
  stop(): Promise<void>;
}

export interface WorldOptions {
  readonly accounts: readonly string[];
  readonly sip?: Readonly<Record<string, unknown>>;
  /** Further top-level keys of the configuration. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** JID under which the SIP user `name` appears. */
export const contactOf = (name: string): string => `${name}@${COMPONENT}`;

async function becomeContacts(user: XmppUser, contact: string): Promise<void> {
  await user.send(el('presence', { type: 'subscribe', to: contact }));
  await user.next(
    ({ name, attrs }) => name === 'presence' && !attrs.type && attrs.from?.startsWith(`${contact}/`) === true,
    10_000,
  );
}

/** Starts everything and waits until the gateway is ready. On failure nothing is left running. */
export async function startWorld(mode: Mode, options: WorldOptions): Promise<World> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    const prosody = await startProsody({
      host: XMPP_DOMAIN,
      accounts: Object.fromEntries(options.accounts.map((name) => [name, name])),
      components: { [COMPONENT]: SECRET },
    });
    stops.push(prosody.stop);
    const [sipPort, proxyPort] = [await freePort(), await freePort()];
    const backend: { bus: string; store: string } = { bus: 'memory', store: 'memory' };
    if (mode === 'roles') {
      const [nats, redis] = [await startNats(), await startRedis()];
      stops.push(nats.stop, redis.stop);
      backend.bus = nats.url;
      backend.store = redis.url;
    }
    const gateway = await startGatewayProcesses({
      roles: mode === 'all' ? ['all'] : ROLES,
      config: {
        xmpp: {
          domains: [XMPP_DOMAIN],
          components: [
            { domain: COMPONENT, sip_domain: SIP_DOMAIN, port: prosody.componentPort, secret: SECRET },
          ],
        },
        sip: {
          listen_host: '127.0.0.1',
          listen_port: sipPort,
          proxy_host: '127.0.0.1',
          proxy_port: proxyPort,
          ...options.sip,
        },
        ...backend,
        log: { level: 'info' },
        ...options.config,
      },
    });
    stops.push(gateway.stop);
    await gateway.ready();
    return {
      mode,
      prosody,
      gateway,
      sipPort,
      proxyPort,
      login: async (name, { resource = 'desk', contacts = [] } = {}) => {
        const user = await connectXmppUser({
          jid: `${name}@${XMPP_DOMAIN}`,
          password: name,
          host: '127.0.0.1',
          port: prosody.clientPort,
          resource,
        });
        stops.push(user.close);
        for (const contact of contacts) await becomeContacts(user, contact);
        if (contacts.length > 0) await delay(200);
        return user;
      },
      stop,
    };
  } catch (cause) {
    await stop();
    throw cause;
  }
}
