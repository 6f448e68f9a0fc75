/**
 * Everything the demo needs, on loopback: Prosody with its users, a baresip phone, and the gateway between them; and where
 * it is installed a media relay.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Config } from '@stoxgate/runtime';
import {
  type Baresip,
  connectXmppUser,
  findBinary,
  freePort,
  type JingleUser,
  jingleUser,
  type Prosody,
  type Rtpengine,
  startBaresip,
  startProsody,
  startRtpengine,
  type TracedMessage,
  traceOf,
  type XmppUser,
} from '@stoxgate/testkit';
import { el } from '@stoxgate/wire-xmpp';
import { type Gateway, startGateway } from 'stoxgate';

const XMPP_DOMAIN = 'xmpp.test';
const SIP_DOMAIN = 'sip.test';
const COMPONENT = `sip.${XMPP_DOMAIN}`;
const SECRET = 'demo';

/** Of the sine that is the phone's microphone. */
export const PHONE_HZ = 440;

export interface Stage {
  readonly alice: JingleUser;
  /** Has the further account carol, with the password carol. */
  readonly prosody: Prosody;
  /** Absent where what sound needs is not installed. */
  readonly relay?: Rtpengine;
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
  /** Ends with the stage, before all that it has. */
  endsWith(stop: () => Promise<void>): void;
  stop(): Promise<void>;
}

/** Programs that a call with sound needs and this machine has not. */
export const missingForSound = (): readonly string[] =>
  ['chromium', 'rtpengine'].filter((program) => findBinary(program) === undefined);

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

/** Logs in an account that has `contact` as a contact from then on. */
export async function logIn(name: string, prosody: Prosody, contact: string): Promise<XmppUser> {
  const user = await connectXmppUser({
    jid: `${name}@${prosody.host}`,
    password: name,
    host: '127.0.0.1',
    port: prosody.clientPort,
    resource: 'laptop',
  });
  await user.send(el('presence', { type: 'subscribe', to: contact }));
  await user.next(({ name, attrs }) => name === 'presence' && isFrom(contact, attrs) && !attrs.type, 10_000);
  return user;
}

/** Starts everything in order; on failure stops what had started. */
export async function setStage(): Promise<Stage> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    const prosody = await startProsody({
      host: XMPP_DOMAIN,
      accounts: { alice: 'alice', carol: 'carol' },
      components: { [COMPONENT]: SECRET },
    });
    stops.push(prosody.stop);
    const relay = missingForSound().length === 0 ? await startRtpengine() : undefined;
    if (relay !== undefined) stops.push(relay.stop);
    const sipPort = await freePort();
    const phone = await startBaresip({
      address: `bob@${SIP_DOMAIN}`,
      contact: `alice@${XMPP_DOMAIN}`,
      outboundProxy: `127.0.0.1:${sipPort}`,
      answerMode: 'manual',
      toneHz: PHONE_HZ,
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
        ...(relay === undefined ? {} : { media: { relay: 'auto', rtpengine: [relay.address] } }),
        admin: { port: 0 },
        log: { level: 'error' },
      }),
    );
    stops.push(gateway.stop);
    await becomeReady(gateway);
    const contact = `bob@${COMPONENT}`;
    const user = await logIn('alice', prosody, contact);
    stops.push(user.close);
    await delay(200);
    return {
      alice: jingleUser(user),
      prosody,
      ...(relay === undefined ? {} : { relay }),
      xmppUser: `alice@${XMPP_DOMAIN}`,
      phone,
      trace,
      contact,
      phoneAddress: `sip:bob@${SIP_DOMAIN}`,
      described: [
        `Prosody   ${XMPP_DOMAIN} on 127.0.0.1:${prosody.clientPort}, user alice, password alice`,
        `Stoxgate  component ${COMPONENT}, SIP on 127.0.0.1:${sipPort}, admin ${gateway.adminUrl}`,
        `baresip   sip:bob@${SIP_DOMAIN} on 127.0.0.1:${phone.port}`,
        ...(relay === undefined ? [] : [`rtpengine on ${relay.address}`]),
      ],
      pause: (ms) => delay(ms),
      endsWith: (end) => void stops.push(end),
      stop,
    };
  } catch (cause) {
    await stop();
    throw cause;
  }
}
