/**
 * The gateway between two stubs: everything of ours under measurement is in its processes, everything else here.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { freePort, type GatewayProcesses, ROLES, startGatewayProcesses } from '@stoxgate/testkit';
import { type StubSip, startStubSip } from './stub-sip.ts';
import { type StubXmpp, startStubXmpp } from './stub-xmpp.ts';
import { COMPONENT, DOMAINS, everyPresence } from './users.ts';

export interface Rig {
  readonly xmpp: StubXmpp;
  readonly sip: StubSip;
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

export interface Deployment {
  readonly name: string;
  /** One process, or one a role. */
  readonly roles: 'all' | 'each';
  readonly bus: string;
  readonly store: string;
  /** Prefix of the gateway's command line. */
  readonly wrapper: readonly string[];
}

const PRESENCE_MS = 500;

/** Starts stubs and gateway and tells the gateway that the XMPP users are online. */
export async function startRig(deployment: Deployment): Promise<Rig> {
  const xmpp = await startStubXmpp(COMPONENT);
  const gatewayPort = await freePort();
  const sip = await startStubSip(gatewayPort);
  const gateway: GatewayProcesses = await startGatewayProcesses({
    roles: deployment.roles === 'all' ? ['all'] : ROLES,
    config: {
      xmpp: {
        domains: [DOMAINS.xmpp],
        components: [{ domain: COMPONENT, sip_domain: DOMAINS.sip, port: xmpp.port, secret: 'bench' }],
      },
      sip: {
        listen_host: '127.0.0.1',
        listen_port: gatewayPort,
        proxy_host: '127.0.0.1',
        proxy_port: sip.port,
      },
      bus: deployment.bus,
      store: deployment.store,
      log: { level: 'warn' },
    },
    wrapper: deployment.wrapper,
  });
  const stop = async (): Promise<void> => {
    await gateway.stop();
    await xmpp.stop();
    await sip.stop();
  };
  try {
    await xmpp.connected();
    await gateway.ready();
  } catch (cause) {
    await stop();
    throw cause;
  }
  xmpp.write(everyPresence());
  await delay(PRESENCE_MS);
  return { xmpp, sip, pids: gateway.processes.map(({ child }) => child.pid), stop };
}
