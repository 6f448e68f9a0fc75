/**
 * Where phones log in: BOSH connection managers (XEP-0124), or listeners for clients over TCP (RFC 6120) and WebSocket
 * (RFC 7395); and the database that their states are read from.
 */
import type { Config } from '@stoxgate/runtime';
import { type Finding, well, wrong } from '../findings.ts';
import type { Opened, Probes } from '../probes.ts';

const EMPTY_BODY = "<body xmlns='http://jabber.org/protocol/httpbind' rid='1'/>";

async function boshFault(key: string, url: string, probes: Probes): Promise<Finding> {
  const answer = await probes.http(url, {
    method: 'POST',
    body: EMPTY_BODY,
    type: 'text/xml; charset=utf-8',
  });
  if (!answer.ok) {
    return wrong(
      'bosh-unreachable',
      key,
      `${url} does not answer (${answer.code})`,
      'start the XMPP server with BOSH, or correct the address',
    );
  }
  const date = Date.parse(answer.headers.get('date') ?? '');
  if (!Number.isNaN(date)) probes.noteClock(new URL(url).host, date / 1000 + 0.5);
  return answer.text.includes('http://jabber.org/protocol/httpbind')
    ? well(key, `${url} speaks BOSH`)
    : wrong(
        'bosh-missing',
        key,
        `${url} answers ${answer.status}, and not as BOSH does`,
        'correct the path; Prosody: /http-bind, ejabberd: /bosh, as its request handler says',
      );
}

/** What a client says first, and how an XMPP server's answer is known. */
interface Greeting {
  readonly defaultPort: number;
  readonly isTls: boolean;
  readonly hello: (url: URL, domain: string) => string;
  readonly isAnswer: RegExp;
}

const stream = (_: URL, domain: string): string =>
  `<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='${domain}' version='1.0'>`;
/** The key is the sample of RFC 6455 §1.2: nothing is said over it. */
const upgrade = ({ host, pathname, search }: URL): string =>
  [
    `GET ${pathname}${search} HTTP/1.1`,
    `Host: ${host}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Protocol: xmpp',
    '',
    '',
  ].join('\r\n');
const [STREAM_OPENED, UPGRADED] = [
  /jabber:client/,
  /^HTTP\/1\.1 101 [\s\S]*^sec-websocket-protocol: *xmpp\r$/im,
];

const GREETINGS: Readonly<Record<string, Greeting>> = {
  'xmpp:': { defaultPort: 5222, isTls: false, hello: stream, isAnswer: STREAM_OPENED },
  'xmpps:': { defaultPort: 5223, isTls: true, hello: stream, isAnswer: STREAM_OPENED },
  'ws:': { defaultPort: 80, isTls: false, hello: upgrade, isAnswer: UPGRADED },
  'wss:': { defaultPort: 443, isTls: true, hello: upgrade, isAnswer: UPGRADED },
};

async function clientFault(key: string, address: string, domain: string, probes: Probes): Promise<Finding> {
  const url = new URL(address);
  const greeting = GREETINGS[url.protocol];
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const unreachable = (why: string): Finding =>
    wrong(
      'client-unreachable',
      key,
      `${address} does not answer (${why})`,
      'start the XMPP server, renew its certificate, or correct the address',
    );
  if (greeting === undefined) return unreachable(`${url.protocol} is not known`);
  const target = { host, port: url.port === '' ? greeting.defaultPort : Number(url.port) };
  const opened: Opened = greeting.isTls
    ? await probes.connectTls({ ...target, serverName: url.protocol === 'xmpps:' ? domain : host })
    : await probes.connect(target);
  if (!opened.ok) return unreachable(opened.code);
  const { line } = opened;
  try {
    if (line.distrust !== undefined) return unreachable(line.distrust);
    line.say(greeting.hello(url, domain));
    const heard = await line.hear((all) => greeting.isAnswer.test(all));
    return greeting.isAnswer.test(heard)
      ? well(key, `${address} takes clients`)
      : wrong(
          'client-missing',
          key,
          `what listens at ${address} takes no XMPP clients`,
          'correct port and path; 5222 for xmpp://, /xmpp-websocket (Prosody) or /ws (ejabberd) for WebSocket',
        );
  } finally {
    line.close();
  }
}

export async function checkPhones({ phones, xmpp }: Config, probes: Probes): Promise<readonly Finding[]> {
  const [own = ''] = xmpp.domains;
  const one = (name: 'bosh' | 'client'): readonly (readonly [key: string, url: string, domain: string])[] => {
    const url = phones[`${name}_url`];
    return [
      ...(url === '' ? [] : [[`phones.${name}_url`, url, own] as const]),
      ...phones[`${name}_urls`].map(
        (other, at) => [`phones.${name}_urls[${at}].url`, other.url, other.domain] as const,
      ),
    ];
  };
  const findings = await Promise.all(
    one(phones.transport).map(([key, url, domain]) =>
      phones.transport === 'bosh' ? boshFault(key, url, probes) : clientFault(key, url, domain, probes),
    ),
  );
  const { url, table } = phones.database;
  if (url === '') return findings;
  const fault = await probes.tableFault(url, table);
  const key = 'phones.database.url';
  return [
    ...findings,
    fault === undefined
      ? well(key, 'the database answers')
      : wrong(
          'database-unreachable',
          key,
          `the database does not answer (${fault})`,
          'start it, or correct address, user and password',
        ),
  ];
}
