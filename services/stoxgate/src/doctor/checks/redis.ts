/**
 * The Redis server: its version, that it keeps what it is told, its clock. By its own protocol, in inline commands.
 */
import { type Config, redactAddress } from '@stoxgate/runtime';
import { parseRedisUrl, type RedisPlace } from '@stoxgate/store';
import { type Finding, well, wrong } from '../findings.ts';
import type { Conversation, Probes } from '../probes.ts';
import { isAtLeast } from './nats.ts';

const LEAST = [6, 2] as const;

const command = (...words: readonly string[]): string =>
  `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;

/** Asks in turn; each answer is what was heard after the one before. */
class RedisTalk {
  readonly #line: Conversation;
  #read = 0;

  constructor(line: Conversation) {
    this.#line = line;
  }

  /** The reply as it is on the wire; empty when none came. */
  async ask(...words: readonly string[]): Promise<string> {
    this.#line.say(command(...words));
    const start = this.#read;
    const heard = await this.#line.hear((all) => replyEnd(all, start) !== undefined);
    this.#read = replyEnd(heard, start) ?? heard.length;
    return heard.slice(start, this.#read);
  }
}

/** Where the reply that starts at `at` ends. */
function replyEnd(text: string, at: number): number | undefined {
  const eol = text.indexOf('\r\n', at);
  if (eol < 0) return undefined;
  const size = Number(text.slice(at + 1, eol));
  if (text[at] === '$') {
    const end = size < 0 ? eol + 2 : eol + 2 + size + 2;
    return end <= text.length ? end : undefined;
  }
  if (text[at] !== '*') return eol + 2;
  let next: number | undefined = eol + 2;
  for (let left = Math.max(0, size); left > 0 && next !== undefined; left--) next = replyEnd(text, next);
  return next;
}

/** Second value of a CONFIG GET; undefined: it may not be asked. */
const valueIn = (reply: string): string | undefined =>
  /^\*2\r\n\$\d+\r\n[^\r]*\r\n\$\d+\r\n([^\r]*)\r\n/.exec(reply)?.[1];
const infoIn = (info: string, name: string): string | undefined =>
  new RegExp(`^${name}:([^\\r]*)`, 'm').exec(info)?.[1];

async function faultsOf(talk: RedisTalk, place: string, probes: Probes): Promise<readonly Finding[]> {
  const info = await talk.ask('INFO');
  const version = infoIn(info, 'redis_version');
  if (version === undefined) {
    const denied = /^-(?:NOAUTH|WRONGPASS|NOPERM|ERR)/.test(info);
    return denied
      ? [
          wrong(
            'redis-credentials',
            'store',
            `${place} does not let us in (${info.trim().slice(1, 80)})`,
            'write user and password into it: redis://USER:PASSWORD@HOST:PORT',
          ),
        ]
      : [
          wrong(
            'redis-unreachable',
            'store',
            `what listens at ${place} is no Redis server`,
            'correct host and port',
          ),
        ];
  }
  const [seconds] = (/^\*2\r\n\$\d+\r\n(\d+)/.exec(await talk.ask('TIME')) ?? []).slice(1);
  if (seconds !== undefined) probes.noteClock(place, Number(seconds) + 0.5);
  const findings: Finding[] = [];
  if (!isAtLeast(version, LEAST)) {
    findings.push(
      wrong(
        'redis-version',
        'store',
        `${place} is version ${version}; ${LEAST.join('.')} is needed`,
        'update it',
      ),
    );
  }
  const isCluster = infoIn(info, 'cluster_enabled') === '1';
  if (isCluster && !(await talk.ask('CLUSTER', 'INFO')).includes('cluster_state:ok')) {
    findings.push(
      wrong(
        'redis-cluster',
        'store',
        `${place} says that its cluster is not whole`,
        'look at redis-cli cluster info and cluster nodes: slots without a primary take nothing',
      ),
    );
  }
  if (!isCluster && infoIn(info, 'role') === 'slave') {
    findings.push(
      wrong(
        'redis-replica',
        'store',
        `${place} is a replica: it takes nothing`,
        'name the primary, or the Sentinels: redis+sentinel://HOST:26379/PRIMARY',
      ),
    );
  }
  const policy =
    valueIn(await talk.ask('CONFIG', 'GET', 'maxmemory-policy')) ?? infoIn(info, 'maxmemory_policy');
  if (policy !== undefined && policy !== 'noeviction') {
    findings.push(
      wrong(
        'redis-eviction',
        'store',
        `${place} forgets calls when it is full (maxmemory-policy ${policy})`,
        'set maxmemory-policy noeviction',
      ),
    );
  }
  const save = valueIn(await talk.ask('CONFIG', 'GET', 'save'));
  if (infoIn(info, 'aof_enabled') === '0' && (save === undefined || save === '')) {
    findings.push(
      wrong(
        'redis-persistence',
        'store',
        `${place} keeps nothing on disk: a restart forgets every call`,
        'set appendonly yes',
      ),
    );
  }
  return findings.length > 0
    ? findings
    : [well('store', `${place}, version ${version}, on disk, evicts nothing`)];
}

async function checkNode(
  place: RedisPlace,
  { host, port }: RedisPlace['nodes'][number],
  probes: Probes,
): Promise<readonly Finding[]> {
  const name = `Redis at ${host}:${port}`;
  const opened = place.isTls
    ? await probes.connectTls({ host, port, serverName: host })
    : await probes.connect({ host, port });
  if (!opened.ok) {
    return [
      wrong(
        'redis-unreachable',
        'store',
        `${name} does not answer (${opened.code})`,
        'start the server, or correct host and port',
      ),
    ];
  }
  const { line } = opened;
  try {
    const talk = new RedisTalk(line);
    if (place.password !== undefined) {
      const user = place.username === undefined ? [] : [place.username];
      const answer = await talk.ask('AUTH', ...user, place.password);
      if (!answer.startsWith('+OK')) {
        return [
          wrong(
            'redis-credentials',
            'store',
            `${name} does not let us in (${answer.trim().slice(1, 80)})`,
            'correct user and password in it',
          ),
        ];
      }
    }
    return await faultsOf(talk, name, probes);
  } finally {
    line.close();
  }
}

export async function checkRedis({ store }: Config, probes: Probes): Promise<readonly Finding[]> {
  if (store === 'memory') return [];
  const place = parseRedisUrl(store);
  if (place.master !== undefined) {
    return [well('store', `${redactAddress(store)}: what Sentinels name is not looked at`)];
  }
  return (await Promise.all(place.nodes.map((node) => checkNode(place, node, probes)))).flat();
}
