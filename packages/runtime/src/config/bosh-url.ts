import { BlockList, isIP } from 'node:net';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Whether `host`, a name or an address, brackets around an IPv6 one allowed, is this very machine. */
export function isLoopback(host: string): boolean {
  const address = host.replace(/^\[(.*)\]$/, '$1').replace(/^::ffff:/i, '');
  const family = isIP(address);
  return family === 0 ? host === 'localhost' : LOOPBACK.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

/**
 * What is wrong with the URL of a connection manager, to which passwords go; undefined: nothing. Without TLS they go to
 * this machine only, unless `allowPlain`.
 */
export function boshUrlFault(url: string, allowPlain: boolean): string | undefined {
  if (!URL.canParse(url)) return 'must be an address such as https://xmpp.example.org/http-bind';
  const { protocol, hostname, username, password } = new URL(url);
  if (protocol !== 'https:' && protocol !== 'http:') return 'must begin with https://';
  if (username !== '' || password !== '') return 'must have no user and no password in it';
  if (protocol === 'https:' || allowPlain || isLoopback(hostname)) return undefined;
  return 'must begin with https://, for passwords go there (phones.allow_plain lets them go without)';
}

const CLIENT_SCHEMES: readonly string[] = ['xmpp:', 'xmpps:', 'ws:', 'wss:'];

/**
 * The same of the URL that clients connect to. `xmpp://` is always well: whether TLS may be missing there shows only when the
 * server offers STARTTLS or does not.
 */
export function clientUrlFault(url: string, allowPlain: boolean): string | undefined {
  if (!URL.canParse(url)) return 'must be an address such as xmpp://xmpp.example.org:5222';
  const { protocol, hostname, username, password, pathname, search, hash } = new URL(url);
  if (!CLIENT_SCHEMES.includes(protocol)) return 'must begin with xmpp://, xmpps:// or wss://';
  if (hostname === '') return 'must have a host, as in xmpp://xmpp.example.org:5222';
  if (username !== '' || password !== '') return 'must have no user and no password in it';
  const isWeb = protocol.startsWith('ws');
  if (hash !== '' || (!isWeb && (!/^\/?$/.test(pathname) || search !== ''))) {
    return isWeb ? 'must have no # in it' : 'must have nothing behind host and port';
  }
  if (protocol !== 'ws:' || allowPlain || isLoopback(hostname)) return undefined;
  return 'must begin with wss://, for passwords go there (phones.allow_plain lets them go without)';
}
