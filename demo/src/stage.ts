/**
 * Everything the demo needs, on loopback: Prosody with one user, a baresip phone, and the gateway between them.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Config } from '@stoxgate/runtime';
import {
  type Baresip,
  connectXmppUser,
  freePort,
  type JingleUser,
  jingleUser,
  startBaresip,
  startProsody,
  type TracedMessage,
  traceOf,
} from '@stoxgate/testkit';
import { el } from '@stoxgate/wire-xmpp';
import { type Gateway, startGateway } from 'stoxgate';

const XMPP_DOMAIN = 'xmpp.test';
const SIP_DOMAIN = 'sip.test';
const COMPONENT = `sip.${XMPP_DOMAIN}`;
const SECRET = 'demo';

export interface Stage {
  readonly alice: JingleUser;
  readonly phone: Baresip;
  readonly trace: readonly TracedMessage[];
  /** Bare JID of the XMPP user. */
  readonly xmppUser: string;
  /** The phone as a contact of the XMPP user. */
  readonly contact: string;
  readonly phoneAddress: string;
  /** Lines that say what runs where. */
  readonly described: readonly string[];
  pause(ms: number): Promise<void>;
  stop(): Promise<void>;
}

const READY_TIMEOUT_MS = 15_000;

async function becomeReady(gateway: Gateway): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (gateway.readiness().state !== 'ready') {
    if (Date.now() > deadline) throw new Error(`not ready: ${JSON.stringify(gateway.readiness())}`);
    await delay(50);
  }
}

const isFrom = (bareJid: string, { from }: Readonly<Record<string, string>>): boolean =>
  from?.startsWith(`${bareJid}/`) === true;

/** Starts everything in order; on failure stops what had started. */
export async function setStage(): Promise<Stage> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    const prosody = await startProsody({
      host: XMPP_DOMAIN,
      accounts: { alice: 'alice' },
      components: { [COMPONENT]: SECRET },
    });
    stops.push(prosody.stop);
    const sipPort = await freePort();
    const phone = await startBaresip({
      address: `bob@${SIP_DOMAIN}`,
      contact: `alice@${XMPP_DOMAIN}`,
      outboundProxy: `127.0.0.1:${sipPort}`,
      answerMode: 'manual',
    });
    stops.push(phone.stop);
    const trace = traceOf(phone);
    const gateway = await startGateway(
      Config.parse({
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
          proxy_port: phone.port,
        },
        admin: { port: 0 },
        log: { level: 'error' },
      }),
    );
    stops.push(gateway.stop);
    await becomeReady(gateway);
    const user = await connectXmppUser({
      jid: `alice@${XMPP_DOMAIN}`,
      password: 'alice',
      host: '127.0.0.1',
      port: prosody.clientPort,
      resource: 'laptop',
    });
    stops.push(user.close);
    const contact = `bob@${COMPONENT}`;
    await user.send(el('presence', { type: 'subscribe', to: contact }));
    await user.next(
      ({ name, attrs }) => name === 'presence' && isFrom(contact, attrs) && !attrs.type,
      10_000,
    );
    await delay(200);
    return {
      alice: jingleUser(user),
      xmppUser: `alice@${XMPP_DOMAIN}`,
      phone,
      trace,
      contact,
      phoneAddress: `sip:bob@${SIP_DOMAIN}`,
      described: [
        `Prosody   ${XMPP_DOMAIN} on 127.0.0.1:${prosody.clientPort}, user alice, password alice`,
        `Stoxgate  component ${COMPONENT}, SIP on 127.0.0.1:${sipPort}, admin ${gateway.adminUrl}`,
        `baresip   sip:bob@${SIP_DOMAIN} on 127.0.0.1:${phone.port}`,
      ],
      pause: (ms) => delay(ms),
      stop,
    };
  } catch (cause) {
    await stop();
    throw cause;
  }
}
