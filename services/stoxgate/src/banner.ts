import { type Config, redactAddress } from '@stoxgate/runtime';

/** What a gateway serves and where, in one sentence for the first line of the log. */
export function banner(config: Config, ports: Readonly<Record<string, number>>, adminUrl: string): string {
  const { sip, xmpp } = config;
  const components = xmpp.components.map(
    ({ domain, sip_domain, host, port }) =>
      `${domain}${sip_domain === undefined ? '' : ` (for ${sip_domain})`} at ${host}:${port}`,
  );
  const sipPort = ports['sip.listen_port'] ?? sip.listen_port;
  const msrpPort = ports['messages.msrp.listen_port'];
  const proxy = sip.proxy_host === '' ? '' : ` by ${sip.proxy_host}:${sip.proxy_port}/${sip.proxy_transport}`;
  return [
    `serving ${xmpp.domains.join(', ')}`,
    `SIP on ${sip.listen_host}:${sipPort}${proxy}`,
    ...(msrpPort === undefined ? [] : [`MSRP on ${config.messages.msrp.listen_host}:${msrpPort}`]),
    `XMPP as ${components.join(', ')}`,
    `bus ${redactAddress(config.bus)}`,
    `store ${redactAddress(config.store)}`,
    `admin ${adminUrl}`,
  ].join('; ');
}
