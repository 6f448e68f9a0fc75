/**
 * A call to Dino as its user has it: it rings, a button is pressed, both hear each other. XEP-0353, XEP-0166, XEP-0320.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Baresip,
  type Dino,
  freePort,
  type GatewayProcesses,
  isTone,
  type Prosody,
  type Rtpengine,
  startBaresip,
  startDino,
  startGatewayProcesses,
  startProsody,
  startRtpengine,
} from '@stoxgate/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const XMPP_DOMAIN = 'xmpp.onion';
const SIP_DOMAIN = 'sip.test';
const COMPONENT = `sip.${XMPP_DOMAIN}`;
const [DINO_HZ, PHONE_HZ] = [660, 440];

let directory: string;
let prosody: Prosody;
let relay: Rtpengine;
let gateway: GatewayProcesses;
let phone: Baresip;
let dino: Dino;

/** Dino's ICE has no candidates on the loopback: a machine that has nothing else hears nothing. */
const address = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ internal, family }) => !internal && family === 'IPv4')?.address;

function certificateFor(domain: string): { readonly key: string; readonly certificate: string } {
  const [key, certificate] = [join(directory, 'key.pem'), join(directory, 'certificate.pem')];
  const names = ['-subj', `/CN=${domain}`, '-addext', `subjectAltName=DNS:${domain}`];
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  execFileSync('openssl', ['req', ...kind, ...names, '-keyout', key, '-out', certificate], {
    stdio: 'ignore',
  });
  return { key, certificate };
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'stoxgate-dino-'));
  const [sipPort, phonePort] = [await freePort(), await freePort()];
  prosody = await startProsody({
    host: XMPP_DOMAIN,
    accounts: { alice: 'alice' },
    components: { [COMPONENT]: 's3cret' },
    tls: certificateFor(XMPP_DOMAIN),
  });
  relay = await startRtpengine({
    ...(address === undefined ? {} : { address }),
    // With others its OpenSSL splits the last message of the handshake, which Dino's GnuTLS cannot put together.
    args: ['--dtls-ciphers=ECDHE-ECDSA-AES128-SHA'],
  });
  gateway = await startGatewayProcesses({
    roles: ['all'],
    config: {
      xmpp: {
        domains: [XMPP_DOMAIN],
        components: [
          { domain: COMPONENT, sip_domain: SIP_DOMAIN, port: prosody.componentPort, secret: 's3cret' },
        ],
      },
      sip: {
        listen_host: '127.0.0.1',
        listen_port: sipPort,
        proxy_host: '127.0.0.1',
        proxy_port: phonePort,
      },
      bus: 'memory',
      store: 'memory',
      media: { relay: 'rtpengine', rtpengine: [relay.address] },
    },
  });
  await gateway.ready();
  phone = await startBaresip({
    address: `bob@${SIP_DOMAIN}`,
    contact: `alice@${XMPP_DOMAIN}`,
    outboundProxy: `127.0.0.1:${sipPort}`,
    port: phonePort,
    answerMode: 'auto',
    toneHz: PHONE_HZ,
  });
  dino = await startDino({
    jid: `alice@${XMPP_DOMAIN}`,
    password: 'alice',
    clientPort: prosody.clientPort,
    contact: `bob@${COMPONENT}`,
    toneHz: DINO_HZ,
  });
});
afterAll(async () => {
  await dino?.stop();
  await phone?.stop();
  await gateway?.stop();
  await relay?.stop();
  await prosody?.stop();
  rmSync(directory, { recursive: true });
});

describe('dino', () => {
  test('dino - it rings, is answered by its button, and both hear each other', async () => {
    await phone.command('dial', `sip:alice@${XMPP_DOMAIN}`);
    await dino.press('Accept');
    await phone.next('CALL_ESTABLISHED');
    if (address !== undefined)
      await Promise.all([dino.hears(isTone(PHONE_HZ)), phone.hears(isTone(DINO_HZ), 15_000)]);
    await phone.command('hangup');
    await phone.next('CALL_CLOSED');
    await expect.poll(() => relay.calls(), { timeout: 5000 }).toEqual([]);
  });

  test('dino - it rings and is rejected by its button: 486 for the phone', async () => {
    await phone.command('dial', `sip:alice@${XMPP_DOMAIN}`);
    // The first is that of the call before.
    await dino.press('Reject', 2);
    expect((await phone.next('CALL_CLOSED')).param).toContain('486');
    await expect.poll(() => relay.calls(), { timeout: 5000 }).toEqual([]);
  });
});
