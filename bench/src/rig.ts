/**
 * The gateway between two stubs: everything of ours under measurement is in its processes, everything else here.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { freePort, type GatewayProcesses, ROLES, startGatewayProcesses } from '@stoxgate/testkit';
import { type StubSip, startStubSip } from './stub-sip.ts';
import { type StubXmpp, startStubXmpp } from './stub-xmpp.ts';

export const COMPONENT = 'sip.xmpp.test';
export const XMPP_USER = 'alice@xmpp.test';
export const SIP_USER = 'bob@sip.test';
export const CONTACT = `bob@${COMPONENT}`;

export interface Rig {
  readonly xmpp: StubXmpp;
  readonly sip: StubSip;
  readonly gatewayPort: number;
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

export interface Deployment {
  readonly name: string;
  readonly roles: 'all' | 'each';
  readonly bus: string;
  readonly store: string;
}

/** Starts stubs and gateway and tells the gateway that the XMPP user is online. */
export async function startRig(deployment: Deployment): Promise<Rig> {
  const xmpp = await startStubXmpp(COMPONENT);
  const gatewayPort = await freePort();
  const sip = await startStubSip(gatewayPort);
  const gateway: GatewayProcesses = await startGatewayProcesses({
    roles: deployment.roles === 'all' ? ['all'] : ROLES,
    config: {
      xmpp: {
        domains: ['xmpp.test'],
        components: [{ domain: COMPONENT, sip_domain: 'sip.test', port: xmpp.port, secret: 'bench' }],
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
    ...(deployment.roles === 'all' ? { wrapper: ['taskset', '-c', '0'] } : {}),
  });
  await xmpp.connected();
  await gateway.ready();
  xmpp.write(`<presence from='${XMPP_USER}/bench' to='${CONTACT}'/>`);
  await delay(300);
  return {
    xmpp,
    sip,
    gatewayPort,
    pids: gateway.processes.map(({ child }) => child.pid),
    stop: async () => {
      await gateway.stop();
      await xmpp.stop();
      await sip.stop();
    },
  };
}
