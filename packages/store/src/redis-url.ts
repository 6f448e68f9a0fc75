/** Where Redis is, as the configuration says it: one server, a Redis Cluster, or what Sentinels name. */
export interface RedisPlace {
  /** Of the server, of some nodes of the cluster, or of the Sentinels; at least one. */
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  /** Name of the primary, when the nodes are Sentinels. */
  readonly master?: string;
  readonly isTls: boolean;
  readonly username?: string;
  readonly password?: string;
  readonly sentinelUsername?: string;
  readonly sentinelPassword?: string;
  readonly db: number;
}

const REDIS_PORT = 6379;
const SENTINEL_PORT = 26_379;

/**
 * Reads `redis[s]://[[user]:password@]host[:port][,…][/db]`, where several hosts are nodes of one cluster, or
 * `redis[s]+sentinel://[[user]:password@]host[:port][,…]/primary[/db][?sentinel_username=…&sentinel_password=…]`.
 * @throws RangeError for anything else.
 */
export function parseRedisUrl(text: string): RedisPlace {
  const [, tls, sentinel, rest = ''] = /^redis(s?)(\+sentinel)?:\/\/(.+)$/s.exec(text) ?? [];
  const at = rest.lastIndexOf('@');
  const [, hosts = '', path = '', query = ''] = /^([^/?]+)([^?]*)\??(.*)$/s.exec(rest.slice(at + 1)) ?? [];
  const names = path.split('/').filter((name) => name !== '');
  const master = sentinel === undefined ? undefined : decoded(names.shift() ?? '');
  const db = Number(names.shift() ?? '0');
  const nodes = hosts
    .split(',')
    .map((host) => nodeOf(host, sentinel === undefined ? REDIS_PORT : SENTINEL_PORT));
  if (hosts === '' || master === '' || !Number.isInteger(db)) throw new RangeError('no address of Redis');
  const asked = new URLSearchParams(query);
  const sentinelUsername = asked.get('sentinel_username') ?? undefined;
  const sentinelPassword = asked.get('sentinel_password') ?? undefined;
  return {
    nodes,
    isTls: tls === 's',
    db,
    ...(master !== undefined && { master }),
    ...credentialsOf(at < 0 ? '' : rest.slice(0, at)),
    ...(sentinelUsername !== undefined && { sentinelUsername }),
    ...(sentinelPassword !== undefined && { sentinelPassword }),
  };
}

function nodeOf(text: string, port: number): RedisPlace['nodes'][number] {
  const [, bracketed, plain, own] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d{1,5}))?$/.exec(text.trim()) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined) throw new RangeError('no address of Redis');
  return { host, port: own === undefined ? port : Number(own) };
}

function credentialsOf(text: string): Pick<RedisPlace, 'username' | 'password'> {
  const colon = text.indexOf(':');
  const [username, password] = colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1)];
  return {
    ...(username !== '' && { username: decoded(username) }),
    ...(password !== '' && { password: decoded(password) }),
  };
}

/** A `%` that escapes nothing is one. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
