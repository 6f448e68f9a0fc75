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
