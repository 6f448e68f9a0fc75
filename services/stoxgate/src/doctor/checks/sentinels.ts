/**
 * What Redis Sentinels say of the primary that they watch. https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/
 */
import type { RedisPlace } from '@stoxgate/store';
import { type Finding, wrong } from '../findings.ts';
import type { Probes, Target } from '../probes.ts';
import { talkTo } from './redis-talk.ts';

export interface Primary {
  /** Undefined when no Sentinel names one. */
  readonly primary: Target | undefined;
  readonly findings: readonly Finding[];
}

type Named = { readonly primary: Target } | { readonly fault: Finding };

const fault = (what: string, change: string): Named => ({
  fault: wrong('redis-sentinel', 'store', what, change),
});

/** Asks every Sentinel: one that is down is a fault too, for they decide together. */
export async function primaryOf(
  place: RedisPlace & { readonly master: string },
  probes: Probes,
): Promise<Primary> {
  const named = await Promise.all(place.nodes.map((node) => askOne(place, node, probes)));
  const primaries = named.flatMap((one) => ('primary' in one ? [one.primary] : []));
  const findings = named.flatMap((one) => ('fault' in one ? [one.fault] : []));
  const names = [...new Set(primaries.map(({ host, port }) => `${host}:${port}`))];
  const disagreement = wrong(
    'redis-sentinel',
    'store',
    `the Sentinels name different primaries: ${names.join(', ')}`,
    'look at redis-cli -p 26379 sentinel masters on each: a fail-over is under way, or one is cut off',
  );
  return {
    primary: primaries[0],
    findings: names.length > 1 ? [...findings, disagreement] : findings,
  };
}

async function askOne(
  { master, isTls, sentinelUsername, sentinelPassword }: RedisPlace & { readonly master: string },
  { host, port }: Target,
  probes: Probes,
): Promise<Named> {
  const name = `the Sentinel at ${host}:${port}`;
  const credentials = { isTls, username: sentinelUsername, password: sentinelPassword };
  const opened = await talkTo({ host, port }, credentials, probes);
  if (!opened.ok) {
    return fault(`${name} does not answer (${opened.code})`, 'start it, or correct host and port');
  }
  const { talk, isLetIn, answer } = opened;
  try {
    if (!isLetIn) {
      return fault(
        `${name} does not let us in (${answer})`,
        'correct sentinel_username and sentinel_password',
      );
    }
    const reply = await talk.ask('SENTINEL', 'get-master-addr-by-name', master);
    const [, at, atPort] = /^\*2\r\n\$\d+\r\n([^\r]+)\r\n\$\d+\r\n(\d+)\r\n/.exec(reply) ?? [];
    if (at !== undefined) return { primary: { host: at, port: Number(atPort) } };
    if (/^\*-1|^\$-1|^_/.test(reply)) {
      return fault(`${name} watches no primary named ${master}`, 'correct the name behind the last slash');
    }
    return /^-(?:NOAUTH|NOPERM)/.test(reply)
      ? fault(
          `${name} does not let us in (${reply.trim().slice(1, 80)})`,
          'write sentinel_password=… into it',
        )
      : fault(`what listens at ${host}:${port} is no Sentinel`, 'correct host and port');
  } finally {
    talk.close();
  }
}
