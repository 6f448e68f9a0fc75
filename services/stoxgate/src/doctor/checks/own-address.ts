/**
 * Whether others reach us at the address that we write into SIP and SDP, and whether the proxy may send us anything. Pure.
 */
import type { Config } from '@stoxgate/runtime';
import { SourceFilter } from '@stoxgate/sip-stack';
import { type Finding, well, wrong } from '../findings.ts';

const isLoopback = (address: string): boolean => /^127\.|^::1$|^::ffff:127\./.test(address);
const isUnspecified = (address: string): boolean => /^0\.0\.0\.0$|^::$/.test(address);
const isPrivate = (address: string): boolean =>
  /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|169\.254\.|f[cd][0-9a-f]{2}:|fe80:)/i.test(
    address,
  );

/** @param own addresses of `sip.local_host`. @param proxy those of the proxy; none: there is none, or they are not known. */
export function checkOwnAddress(
  { sip }: Config,
  own: readonly string[],
  proxy: readonly string[],
): readonly Finding[] {
  const { local_host: host, sdp_origin: origin } = sip;
  const key = 'sip.local_host';
  const advice = 'set it to the address at which the proxy and the phones reach this machine';
  const isRemote = proxy.length > 0 && !proxy.some(isLoopback);
  const findings: Finding[] = [];
  if (own.length === 0) {
    return [
      wrong(
        'local-host-unresolved',
        key,
        `${host}, which we write into Via and Contact, has no address`,
        advice,
      ),
    ];
  }
  if (own.some(isUnspecified)) {
    return [
      wrong(
        'local-host-unspecified',
        key,
        `${host}, which we write into Via and Contact, is no address to send to`,
        advice,
      ),
    ];
  }
  if (isRemote && own.every(isLoopback)) {
    findings.push(
      wrong(
        'local-host-loopback',
        key,
        `${host} is this machine only, and the proxy (${proxy.join(', ')}) is another`,
        advice,
      ),
    );
  } else if (isRemote && own.every(isPrivate) && !proxy.some(isPrivate)) {
    findings.push(
      wrong(
        'local-host-private',
        key,
        `${host} is a private address, and the proxy (${proxy.join(', ')}) is a public one`,
        'set it to the public address that is translated to this machine, if there is one between',
      ),
    );
  } else findings.push(well(key, `${host} is what others are told`));
  if (isRemote && isLoopback(origin)) {
    findings.push(
      wrong(
        'sdp-origin-loopback',
        'sip.sdp_origin',
        `${origin} is this machine only, and stands where a client names no address for media`,
        'set it as sip.local_host',
      ),
    );
  }
  return findings;
}

/** @param proxy its addresses. */
export function checkPeers({ sip }: Config, proxy: readonly string[]): readonly Finding[] {
  const key = 'sip.peers';
  if (sip.peers.length === 0) return [well(key, 'the proxy alone may send us SIP')];
  if (proxy.length === 0) return [];
  const filter = new SourceFilter(sip.peers);
  const out = proxy.filter((address) => !filter.allows(address));
  if (out.length === 0) return [well(key, 'the proxy is among them')];
  if (filter.hasNames && sip.proxy_transport === 'tls')
    return [well(key, 'the proxy is one by its certificate, or not')];
  return [
    wrong(
      'peers-without-proxy',
      key,
      `the proxy's ${out.join(', ')} is not among them: what it sends is dropped`,
      'add it',
    ),
  ];
}
