/**
 * What is optional: media relays, the collector of traces.
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
