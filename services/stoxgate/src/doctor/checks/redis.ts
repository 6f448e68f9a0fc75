/**
 * The Redis server: its version, that it keeps what it is told, its clock. By its own protocol, in inline commands.
 */
import type { Config } from '@stoxgate/runtime';
import { parseRedisUrl, type RedisPlace } from '@stoxgate/store';
import { type Finding, well, wrong } from '../findings.ts';
import type { Probes } from '../probes.ts';
import { isAtLeast } from './nats.ts';
import { type RedisTalk, talkTo } from './redis-talk.ts';
import { primaryOf } from './sentinels.ts';

const LEAST = [6, 2] as const;

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
  const opened = await talkTo({ host, port }, place, probes);
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
  const { talk } = opened;
  try {
    if (!opened.isLetIn) {
      return [
        wrong(
          'redis-credentials',
          'store',
          `${name} does not let us in (${opened.answer})`,
          'correct user and password in it',
        ),
      ];
    }
    return await faultsOf(talk, name, probes);
  } finally {
    talk.close();
  }
}

export async function checkRedis({ store }: Config, probes: Probes): Promise<readonly Finding[]> {
  if (store === 'memory') return [];
  const place = parseRedisUrl(store);
  if (place.master === undefined) {
    return (await Promise.all(place.nodes.map((node) => checkNode(place, node, probes)))).flat();
  }
  const { primary, findings } = await primaryOf({ ...place, master: place.master }, probes);
  return [...findings, ...(primary === undefined ? [] : await checkNode(place, primary, probes))];
}
