/**
 * The NATS server: its version, JetStream on files, room for our messages. By its own protocol: INFO, CONNECT, PING.
 */
import { parseNatsUrl } from '@stoxgate/bus';
import type { Config } from '@stoxgate/runtime';
import { type Finding, well, wrong } from '../findings.ts';
import type { Conversation, Probes } from '../probes.ts';

const LEAST = [2, 9, 0] as const;
/** A message is a stanza or a SIP message, in JSON. */
const JSON_FACTOR = 2;

export function isAtLeast(version: string, least: readonly number[]): boolean {
  const parts = version.split(/[.-]/).map(Number);
  for (const [at, wanted] of least.entries()) {
    const part = parts[at] ?? 0;
    if (part !== wanted) return part > wanted;
  }
  return true;
}

const jsonIn = (text: string | undefined): Readonly<Record<string, unknown>> => {
  try {
    return JSON.parse(text ?? '{}') as Record<string, unknown>;
  } catch {
    return {};
  }
};

async function accountFault(config: Config, line: Conversation, place: string): Promise<Finding | undefined> {
  const { user, pass, token } = parseNatsUrl(config.bus);
  line.say(
    `CONNECT ${JSON.stringify({ verbose: false, pedantic: false, lang: 'node', version: '1', user, pass, auth_token: token, protocol: 1 })}\r\nPING\r\n`,
  );
  const greeted = await line.hear((heard) => /^(?:PONG|-ERR)/m.test(heard));
  const error = /^-ERR '([^']*)'/m.exec(greeted)?.[1];
  if (error !== undefined || !/^PONG/m.test(greeted)) {
    return wrong(
      'nats-credentials',
      'bus',
      `${place} does not let us in${error === undefined ? '' : ` (${error})`}`,
      'write user and password into it: nats://USER:PASSWORD@HOST:PORT',
    );
  }
  line.say('SUB _INBOX.doctor 1\r\nPUB $JS.API.INFO _INBOX.doctor 0\r\n\r\n');
  const answer = await line.hear((heard) => /^MSG _INBOX\.doctor [\s\S]*?\r\n\{[^\r]*\}\r\n/m.test(heard));
  const info = jsonIn(/^MSG _INBOX\.doctor [^\r]*\r\n(\{[^\r]*\})/m.exec(answer)?.[1]);
  const limits = info.limits as { max_storage?: number } | undefined;
  if (info.error !== undefined || limits === undefined) {
    return wrong(
      'nats-jetstream',
      'bus',
      `JetStream is off at ${place}, or not for this account`,
      'start it with -js, or jetstream {} in its configuration',
    );
  }
  if (limits.max_storage === 0) {
    return wrong(
      'nats-storage',
      'bus',
      `JetStream at ${place} may keep nothing in files`,
      'give it max_file_store, or the account max_file',
    );
  }
  return undefined;
}

async function checkServer(config: Config, server: string, probes: Probes): Promise<Finding> {
  const [, host = '', port = '4222'] = /^\[?(.*?)\]?:(\d+)$/.exec(server) ?? [];
  const place = `NATS at ${server}`;
  const opened = await probes.connect({ host, port: Number(port) });
  if (!opened.ok) {
    return wrong(
      'nats-unreachable',
      'bus',
      `${place} does not answer (${opened.code})`,
      'start the server, or correct host and port',
    );
  }
  const { line } = opened;
  try {
    const greeting = await line.hear((heard) => /^INFO [^\r]*\r\n/.test(heard));
    const info = jsonIn(/^INFO (\{[^\r]*\})/.exec(greeting)?.[1]);
    const { version, jetstream, max_payload } = info;
    if (typeof version !== 'string') {
      return wrong(
        'nats-unreachable',
        'bus',
        `what listens at ${server} is no NATS server`,
        'correct host and port',
      );
    }
    if (!isAtLeast(version, LEAST)) {
      return wrong(
        'nats-version',
        'bus',
        `${place} is version ${version}; ${LEAST.join('.')} is needed`,
        'update it',
      );
    }
    if (jetstream !== true) {
      return wrong(
        'nats-jetstream',
        'bus',
        `JetStream is off at ${place}`,
        'start it with -js, or jetstream {} in its configuration',
      );
    }
    const needed = JSON_FACTOR * Math.max(config.limits.sip_message_bytes, config.limits.stanza_bytes);
    if (typeof max_payload === 'number' && max_payload < needed) {
      return wrong(
        'nats-payload',
        'bus',
        `${place} takes messages of ${max_payload} bytes; limits.stanza_bytes and sip_message_bytes make ${needed} of them`,
        `set its max_payload to ${needed} or more, or lower these limits`,
      );
    }
    return (
      (await accountFault(config, line, place)) ??
      well('bus', `${place}, version ${version}, JetStream on files`)
    );
  } finally {
    line.close();
  }
}

export const checkNats = (config: Config, probes: Probes): Promise<readonly Finding[]> =>
  config.bus === 'memory'
    ? Promise.resolve([])
    : Promise.all(parseNatsUrl(config.bus).servers.map((server) => checkServer(config, server, probes)));
