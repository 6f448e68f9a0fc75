/**
 * What is optional: media relays, the accounts' XMPP servers, the table of states, the collector of traces.
 */
import { type Config, isMediaRelayed } from '@stoxgate/runtime';
import { type Finding, well, wrong } from '../findings.ts';
import type { Probes } from '../probes.ts';

/** ng: a cookie, and a bencoded dictionary. */
const PING = 'doctor d7:command4:pinge';

export function checkRelays(config: Config, probes: Probes): Promise<readonly Finding[]> {
  if (!isMediaRelayed(config)) return Promise.resolve([]);
  return Promise.all(
    config.media.rtpengine.map(async (url, at): Promise<Finding> => {
      const key = `media.rtpengine[${at}]`;
      const [, host = '', port = ''] = /^udp:\[?(.+?)\]?:(\d+)$/.exec(url) ?? [];
      const opened = await probes.udp({ host, port: Number(port) });
      const silent = (why: string): Finding =>
        wrong(
          'relay-silent',
          key,
          `${url} does not answer ping${why}`,
          'start rtpengine with listen-ng there, or correct the address',
        );
      if (!opened.ok) return silent(` (${opened.code})`);
      const { line } = opened;
      line.say(PING);
      const again = setInterval(() => line.say(PING), 500);
      const heard = await line.hear((all) => all.includes('4:pong'));
      clearInterval(again);
      line.close();
      return heard.includes('4:pong') ? well(key, `${url} answers`) : silent('');
    }),
  );
}

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

export async function checkPhones({ phones }: Config, probes: Probes): Promise<readonly Finding[]> {
  const urls = [
    ...(phones.bosh_url === '' ? [] : [['phones.bosh_url', phones.bosh_url] as const]),
    ...phones.bosh_urls.map(({ url }, at) => [`phones.bosh_urls[${at}].url`, url] as const),
  ];
  const findings = await Promise.all(urls.map(([key, url]) => boshFault(key, url, probes)));
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

export async function checkTelemetry({ telemetry }: Config, probes: Probes): Promise<readonly Finding[]> {
  const endpoint = telemetry.otlp_endpoint;
  if (endpoint === '') return [];
  const key = 'telemetry.otlp_endpoint';
  const answer = await probes.http(`${endpoint.replace(/\/$/, '')}/v1/traces`, {
    method: 'POST',
    body: '{"resourceSpans":[]}',
    type: 'application/json',
  });
  if (!answer.ok) {
    return [
      wrong(
        'otlp-unreachable',
        key,
        `${endpoint} does not answer (${answer.code}); traces are lost`,
        'start the collector, or correct the address',
      ),
    ];
  }
  return answer.status === 404 || answer.status === 405
    ? [
        wrong(
          'otlp-path',
          key,
          `${endpoint}/v1/traces answers ${answer.status}: no collector of OTLP over HTTP`,
          'name the port of OTLP/HTTP, 4318 by default, without a path',
        ),
      ]
    : [well(key, `${endpoint} answers`)];
}
