/**
 * A gateway between two ends that only write and scan text: everything under measurement is in its processes, everything
 * else here.
 */
import { setTimeout as delay } from 'node:timers/promises';
import {
  freePort,
  type Prosody,
  rolesOf,
  scratchDirectory,
  startGatewayProcesses,
  startProsody,
} from '@stoxgate/testkit';
import { heapBytes, probeEnvironment } from './heap.ts';
import { descendantsOf } from './processes.ts';
import { startRival } from './rival.ts';
import { type StubSip, startStubSip } from './stub-sip.ts';
import { startStubXmpp, type XmppSide } from './stub-xmpp.ts';
import {
  COMPONENT,
  DOMAINS,
  everyPresence,
  FIRST_USER,
  type PairOf,
  pairsOf,
  RESOURCE,
  rivalPairsOf,
} from './users.ts';
import { connectClient, connectComponent } from './xmpp-sockets.ts';

/** Whatever is measured: its processes. */
export interface Measured {
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

export interface Rig extends Measured {
  readonly xmpp: XmppSide;
  readonly sip: StubSip;
  readonly pairOf: PairOf;
  /** Bytes in use in the gateway's processes; not of the rival. */
  heapBytes(): Promise<number>;
}

export interface Deployment {
  readonly name: string;
  readonly gateway: 'ours' | 'rival';
  /** What stands between the gateway and the XMPP users. */
  readonly via: 'stub' | 'prosody';
  /** One process, or one a role. */
  readonly roles: 'all' | 'each';
  readonly bus: string;
  readonly store: string;
  /** Threads of one process; as many as there are cores when absent. */
  readonly threads?: number;
  /** Prefix of the gateway's command line. */
  readonly wrapper: readonly string[];
}

const SECRET = 'bench';
const PRESENCE_MS = 500;
const USERS = { stub: 200, prosody: 1 } as const;

const startBehind = (): Promise<Prosody> =>
  startProsody({
    host: DOMAINS.xmpp,
    accounts: { [FIRST_USER]: SECRET },
    components: { [COMPONENT]: SECRET },
    isUnlimited: true,
  });

const login = (prosody: Prosody): Promise<XmppSide> =>
  connectClient(prosody.clientPort, {
    host: DOMAINS.xmpp,
    user: FIRST_USER,
    password: SECRET,
    resource: RESOURCE,
  });

/** What the XMPP users write into and read from, and where the gateway connects. */
interface Behind {
  readonly port: number;
  /** Call it when the gateway is connected. */
  users(): Promise<XmppSide>;
  stop(): Promise<void>;
}

async function startXmpp(via: Deployment['via']): Promise<Behind> {
  if (via === 'stub') {
    const stub = await startStubXmpp(COMPONENT);
    return {
      port: stub.port,
      users: async () => {
        await stub.connected();
        return stub;
      },
      stop: stub.stop,
    };
  }
  const prosody = await startBehind();
  let client: XmppSide | undefined;
  return {
    port: prosody.componentPort,
    users: async () => {
      client = await login(prosody);
      return client;
    },
    stop: async () => {
      await client?.stop();
      await prosody.stop();
    },
  };
}

interface Started {
  readonly pids: () => readonly number[];
  readonly pairOf: PairOf;
  readonly heapBytes: () => Promise<number>;
  ready(): Promise<void>;
  stop(): Promise<void>;
}

async function startOurs(
  deployment: Deployment,
  xmppPort: number,
  port: number,
  sipPort: number,
): Promise<Started> {
  const scratch = await scratchDirectory('heap');
  const config = {
    xmpp: {
      domains: [DOMAINS.xmpp],
      components: [{ domain: COMPONENT, sip_domain: DOMAINS.sip, port: xmppPort, secret: SECRET }],
    },
    sip: { listen_host: '127.0.0.1', listen_port: port, proxy_host: '127.0.0.1', proxy_port: sipPort },
    presence: { mode: 'sip' },
    bus: deployment.bus,
    store: deployment.store,
    log: { level: 'warn' },
    ...(deployment.threads !== undefined && { threads: deployment.threads }),
  };
  const gateway = await startGatewayProcesses({
    roles: deployment.roles === 'all' ? ['all'] : rolesOf(config),
    config,
    wrapper: deployment.wrapper,
    env: probeEnvironment(scratch.path),
  });
  const pids = gateway.processes.map(({ child }) => child.pid);
  return {
    pids: () => pids,
    pairOf: pairsOf(USERS[deployment.via]),
    heapBytes: () => heapBytes(scratch.path, pids),
    ready: () => gateway.ready(),
    stop: async () => {
      await gateway.stop();
      await scratch.remove();
    },
  };
}

async function startTheirs(deployment: Deployment, xmppPort: number, sipPort: number): Promise<Started> {
  const rival = await startRival({ xmppPort, secret: SECRET, sipPort });
  return {
    pids: () => descendantsOf(rival.child.pid),
    pairOf: rivalPairsOf(rival.port, pairsOf(USERS[deployment.via])),
    heapBytes: () => Promise.reject(new Error('The rival does not tell its memory.')),
    ready: async () => {},
    stop: rival.stop,
  };
}

/** Starts both ends and the gateway, and tells the gateway that the XMPP users are online. */
export async function startRig(deployment: Deployment): Promise<Rig> {
  const { gateway, via } = deployment;
  const behind = await startXmpp(via);
  const port = await freePort();
  const sip = await startStubSip();
  const started =
    gateway === 'ours'
      ? await startOurs(deployment, behind.port, port, sip.port)
      : await startTheirs(deployment, behind.port, sip.port);
  const stop = async (): Promise<void> => {
    await started.stop();
    await behind.stop();
    await sip.stop();
  };
  try {
    await started.ready();
    const xmpp = await behind.users();
    const { pairOf } = started;
    sip.sendTo(gateway === 'ours' ? port : Number(pairOf(0).sipUri.split(':').at(-1)));
    if (gateway === 'ours') xmpp.write(everyPresence(pairOf, USERS[via]));
    await delay(PRESENCE_MS);
    return { xmpp, sip, pairOf, pids: started.pids(), heapBytes: started.heapBytes, stop };
  } catch (cause) {
    await stop();
    throw cause;
  }
}

/** A bare component and a client at one Prosody, with nothing between: what Prosody itself carries. */
export interface BareRig extends Measured {
  readonly component: XmppSide;
  readonly client: XmppSide;
  readonly pairOf: PairOf;
}

export async function startBareRig(): Promise<BareRig> {
  const prosody = await startBehind();
  const component = await connectComponent(prosody.componentPort, COMPONENT, SECRET);
  const client = await login(prosody);
  return {
    component,
    client,
    pairOf: pairsOf(USERS.prosody),
    pids: [],
    stop: async () => {
      await component.stop();
      await client.stop();
      await prosody.stop();
    },
  };
}
