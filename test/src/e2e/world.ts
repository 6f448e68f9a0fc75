/**
 * A gateway among real servers: Prosody on one side, a SIP port of the test's own on the other, and NATS and Redis
 * when every role is its own process. Whatever a test gets from its world ends with it.
 */
import {
  connectXmppUser,
  freePort,
  type GatewayProcesses,
  type JingleUser,
  jingleUser,
  type Prosody,
  rolesOf,
  type SipPhone,
  type SipPhoneOptions,
  type SipProxy,
  startGatewayProcesses,
  startNats,
  startProsody,
  startRedis,
  startSipPhone,
  startSipProxy,
  TAKES_CALLS_BY_MESSAGE,
  type XmppUser,
} from '@stoxgate/testkit';
import { el, NS } from '@stoxgate/wire-xmpp';

export const XMPP_DOMAIN = 'xmpp.test';
export const SIP_DOMAIN = 'sip.test';
export const COMPONENT = `sip.${XMPP_DOMAIN}`;
const SECRET = 's3cret';

/** One process on memory, or every role its own on NATS and Redis. */
export const MODES = ['all', 'roles'] as const;
export type Mode = (typeof MODES)[number];

export interface LoginOptions {
  readonly resource?: string;
  /** Subscribed to, each, so that both sides see each other's presence. */
  readonly contacts?: readonly string[];
  /** Says that it takes calls by message (XEP-0353). */
  readonly takesCallsByMessage?: boolean;
}

export interface World {
  readonly mode: Mode;
  readonly prosody: Prosody;
  readonly gateway: GatewayProcesses;
  /** Where the gateway listens for SIP, UDP and TCP. */
  readonly sipPort: number;
  /** Where the gateway sends SIP. */
  readonly proxyPort: number;
  /** Logs a user in. */
  login(name: string, options?: LoginOptions): Promise<XmppUser>;
  /** Logs a user in who makes and takes calls, with media at `mediaPort`. */
  caller(name: string, options?: LoginOptions & { readonly mediaPort?: number }): Promise<JingleUser>;
  /** A phone at the port that the gateway sends to, unless the options say otherwise. */
  phone(options?: Partial<SipPhoneOptions>): Promise<SipPhone>;
  /** At that port, a proxy that brings calls back. */
  proxy(): Promise<SipProxy>;
  /** Ends everything, the last first, whatever fails to end. Idempotent. */
  stop(): Promise<void>;
}

export interface WorldOptions {
  readonly accounts: readonly string[];
  readonly sip?: Readonly<Record<string, unknown>>;
  /** Prosody hands calls among users to the gateway, with these options of mod_stoxgate. */
  readonly intercept?: Readonly<Record<string, string | boolean | number>>;
  /** Further top-level keys of the configuration. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Phones in accounts at the same Prosody, and further keys for them. */
  readonly phones?: Readonly<Record<string, unknown>>;
}

/** JID under which the SIP user `name` appears. */
export const contactOf = (name: string): string => `${name}@${COMPONENT}`;

const presenceFrom =
  (start: string, type?: string) =>
  ({ name, attrs }: XmppUser['log'][number]['stanza']): boolean =>
    name === 'presence' && attrs.type === type && attrs.from?.startsWith(start) === true;

/** The contact asks back once for all resources of the user. */
async function becomeContacts(user: XmppUser, contact: string, areContacts: boolean): Promise<void> {
  await user.send(el('presence', { type: 'subscribe', to: contact }));
  await user.next(presenceFrom(`${contact}/`), 10_000);
  if (!areContacts) await user.next(presenceFrom(contact, 'subscribe'), 10_000);
}

/** Resolves when the gateway has all that `user` sent: the link to it is in order. */
export async function settle(user: XmppUser): Promise<void> {
  await user.iq(el('iq', { type: 'get', to: COMPONENT }, el('ping', { xmlns: NS.PING })));
}

/** Starts everything and waits until the gateway is ready. On failure nothing is left running. */
export async function startWorld(mode: Mode, options: WorldOptions): Promise<World> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (const end of stops.splice(0).reverse()) await end().catch((cause) => failures.push(cause));
    if (failures.length > 0) throw new AggregateError(failures, 'not everything ended');
  };
  try {
    return await startAll(mode, options, stops, stop);
  } catch (cause) {
    await stop().catch(() => undefined);
    throw cause;
  }
}

async function startAll(
  mode: Mode,
  { accounts, sip, intercept, phones, config: others = {} }: WorldOptions,
  stops: (() => Promise<void>)[],
  stop: () => Promise<void>,
): Promise<World> {
  const prosody = await startProsody({
    host: XMPP_DOMAIN,
    accounts: Object.fromEntries(accounts.map((name) => [name, name])),
    components: { [COMPONENT]: SECRET },
    ...(intercept && { intercept: { component: COMPONENT, ...intercept } }),
  });
  stops.push(prosody.stop);
  const [sipPort, proxyPort] = [await freePort(), await freePort()];
  const backend: { bus: string; store: string } = { bus: 'memory', store: 'memory' };
  if (mode === 'roles') {
    const nats = await startNats();
    stops.push(nats.stop);
    const redis = await startRedis();
    stops.push(redis.stop);
    backend.bus = nats.url;
    backend.store = redis.url;
  }
  const config = { ...(phones && { phones: { bosh_url: prosody.boshUrl, ...phones } }), ...others };
  const component = {
    domain: COMPONENT,
    sip_domain: SIP_DOMAIN,
    port: prosody.componentPort,
    secret: SECRET,
  };
  const gateway = await startGatewayProcesses({
    roles: mode === 'all' ? ['all'] : rolesOf(config),
    config: {
      xmpp: {
        domains: [XMPP_DOMAIN],
        components: [component],
        ...(intercept && { intercept: [{ domain: XMPP_DOMAIN }] }),
      },
      sip: {
        listen_host: '127.0.0.1',
        listen_port: sipPort,
        proxy_host: '127.0.0.1',
        proxy_port: proxyPort,
        ...sip,
      },
      ...backend,
      log: { level: 'info' },
      ...config,
    },
  });
  stops.push(gateway.stop);
  await gateway.ready();
  const subscriptions = new Set<string>();
  const target = { host: '127.0.0.1', port: sipPort };
  const login: World['login'] = async (
    name,
    { resource = 'desk', contacts = [], takesCallsByMessage = false } = {},
  ) => {
    const user = await connectXmppUser({
      jid: `${name}@${XMPP_DOMAIN}`,
      password: name,
      host: '127.0.0.1',
      port: prosody.clientPort,
      resource,
      ...(takesCallsByMessage ? { disco: TAKES_CALLS_BY_MESSAGE } : {}),
    });
    stops.push(user.close);
    for (const contact of contacts) {
      const subscription = `${name} ${contact}`;
      await becomeContacts(user, contact, subscriptions.has(subscription));
      subscriptions.add(subscription);
    }
    if (contacts.length > 0) await settle(user);
    return user;
  };
  return {
    mode,
    prosody,
    gateway,
    sipPort,
    proxyPort,
    login,
    caller: async (name, { mediaPort, ...options } = {}) => jingleUser(await login(name, options), mediaPort),
    phone: async (options = {}) => {
      const phone = await startSipPhone({ port: proxyPort, target, ...options });
      stops.push(() => phone.stop());
      return phone;
    },
    proxy: async () => {
      const proxy = await startSipProxy({ port: proxyPort, target });
      stops.push(() => proxy.stop());
      return proxy;
    },
    stop,
  };
}
