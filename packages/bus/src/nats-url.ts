export interface NatsAddress {
  /** `host:port`, without credentials. */
  readonly servers: string[];
  readonly user?: string;
  readonly pass?: string;
  readonly token?: string;
}

/** Splits `nats://[user:password@|token@]host[:port]`, several separated by commas; the first one's credentials count. */
export function parseNatsUrl(text: string): NatsAddress {
  const urls = text.split(',').map((part) => new URL(part.includes('://') ? part : `nats://${part}`));
  const servers = urls.map(({ hostname, port }) => `${hostname}:${port === '' ? '4222' : port}`);
  const user = decodeURIComponent(urls[0]?.username ?? '');
  const pass = decodeURIComponent(urls[0]?.password ?? '');
  if (user === '') return { servers };
  return pass === '' ? { servers, token: user } : { servers, user, pass };
}
