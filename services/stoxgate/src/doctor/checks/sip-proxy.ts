/**
 * Whether the SIP proxy answers OPTIONS over its transport. RFC 3261 §11.
 */
import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import type { Config } from '@stoxgate/runtime';
import { type Finding, well, wrong } from '../findings.ts';
import type { Conversation, Opened, Probes } from '../probes.ts';

const random = (): string => randomBytes(8).toString('hex');

const bracketed = (host: string): string => (host.includes(':') ? `[${host.replace(/^\[|\]$/g, '')}]` : host);

export function optionsText({ sip }: Config, { local }: Pick<Conversation, 'local'>): string {
  const target = `sip:${bracketed(sip.proxy_host)}:${sip.proxy_port}`;
  const own = `${bracketed(local.host)}:${local.port}`;
  return [
    `OPTIONS ${target} SIP/2.0`,
    `Via: SIP/2.0/${sip.proxy_transport.toUpperCase()} ${own};rport;branch=z9hG4bK${random()}`,
    'Max-Forwards: 70',
    `From: <sip:doctor@${own}>;tag=${random()}`,
    `To: <${target}>`,
    `Call-ID: ${random()}`,
    'CSeq: 1 OPTIONS',
    `Contact: <sip:doctor@${own}>`,
    'Accept: application/sdp',
    'User-Agent: Stoxgate doctor',
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}

async function open(config: Config, address: string, probes: Probes): Promise<Opened> {
  const { proxy_host, proxy_port: port, proxy_transport: transport, tls } = config.sip;
  if (transport === 'udp') return probes.udp({ host: address, port });
  if (transport === 'tcp') return probes.connect({ host: address, port });
  const [ca, cert, key] = await Promise.all(
    [tls.ca_file, tls.cert_file, tls.key_file].map((file) =>
      file === '' ? undefined : probes.readFile(file),
    ),
  );
  return probes.connectTls({
    host: address,
    port,
    serverName: proxy_host,
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  });
}

/** UDP is repeated, as any SIP client does. */
async function ask(config: Config, line: Conversation): Promise<string> {
  const text = optionsText(config, line);
  line.say(text);
  const again = config.sip.proxy_transport === 'udp' ? setInterval(() => line.say(text), 500) : undefined;
  const heard = await line.hear((all) => /^SIP\/2\.0 [2-6]\d\d [\s\S]*?\r\n\r\n/m.test(all));
  clearInterval(again);
  return heard;
}

const self = (place: string): Finding =>
  wrong(
    'sip-proxy-self',
    'sip.proxy_port',
    `${place} is where this gateway listens itself`,
    'set sip.proxy_host and proxy_port to the SIP proxy, or sip.listen_port to another one',
  );

async function heardFrom(
  config: Config,
  line: Conversation,
  place: string,
  probes: Probes,
): Promise<Finding> {
  if (line.distrust !== undefined) {
    return wrong(
      'sip-proxy-certificate',
      'sip.tls.ca_file',
      `the certificate of ${place} is not to be trusted for ${config.sip.proxy_host} (${line.distrust})`,
      'set sip.tls.ca_file to its authority, or sip.proxy_host to the name in it',
    );
  }
  const heard = await ask(config, line);
  const status = /^SIP\/2\.0 ([2-6]\d\d)/m.exec(heard)?.[1];
  if (status === undefined) {
    return wrong(
      'sip-proxy-silent',
      'sip.proxy_host',
      `${place} does not answer OPTIONS`,
      'start the proxy, let it answer this host, or correct sip.proxy_port and sip.proxy_transport',
    );
  }
  const date = Date.parse(/^Date:\s*(.+?)\r$/im.exec(heard)?.[1] ?? '');
  if (!Number.isNaN(date)) probes.noteClock(place, date / 1000);
  return well('sip.proxy_host', `${place} answers OPTIONS with ${status}`);
}

/** Whether the proxy's address and port are those that we listen at. */
export function isOwnAddress({ sip }: Config, proxy: readonly string[], own: readonly string[]): boolean {
  const port = sip.proxy_transport === 'tls' ? sip.tls.port : sip.listen_port;
  if (sip.proxy_port !== port) return false;
  const isOne = isIP(sip.listen_host) !== 0 && !['0.0.0.0', '::'].includes(sip.listen_host);
  if (isOne) return proxy.includes(sip.listen_host);
  const isHere = (address: string): boolean => /^127\.|^::1$/.test(address) || own.includes(address);
  return proxy.length > 0 && proxy.every(isHere);
}

/** @param proxy its addresses. @param isOurs they are those that a gateway listens at. */
export async function checkSipProxy(
  config: Config,
  proxy: readonly string[],
  isOurs: boolean,
  probes: Probes,
): Promise<readonly Finding[]> {
  const { proxy_host: host, proxy_port: port, proxy_transport: transport } = config.sip;
  if (host === '') return [well('sip.proxy_host', 'no proxy: requests go to the servers of their domain')];
  const place = `${host}:${port}/${transport}`;
  const [address] = proxy;
  if (address === undefined) {
    return [
      wrong('sip-proxy-unresolved', 'sip.proxy_host', `${host} has no address`, 'correct the name, or DNS'),
    ];
  }
  if (isOurs) return [self(place)];
  const opened = await open(config, address, probes);
  if (!opened.ok) {
    return [
      wrong(
        'sip-proxy-unreachable',
        'sip.proxy_port',
        `${place} does not answer (${opened.code})`,
        'start the proxy, or correct sip.proxy_host, proxy_port and proxy_transport',
      ),
    ];
  }
  try {
    return [await heardFrom(config, opened.line, place, probes)];
  } finally {
    opened.line.close();
  }
}
