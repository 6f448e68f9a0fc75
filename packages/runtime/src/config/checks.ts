/**
 * What must hold between keys.
 */
import { BlockList, isIP } from 'node:net';
import { interceptChecks } from './intercept.ts';
import type { KeyPath } from './key-tree.ts';
import { isMediaRelayed, mediaChecks } from './media-checks.ts';
import { isMsrpSpoken, msrpChecks } from './msrp-checks.ts';
import { numbersChecks } from './numbers.ts';
import { arePhonesShown, phonesChecks } from './phones-checks.ts';
import { redactAddress } from './print.ts';
import type { Problem } from './problems.ts';
import { registrationChecks } from './registration-checks.ts';
import type { Config } from './schema.ts';

export const ROLES = [
  'all',
  'xmpp-edge',
  'sip-edge',
  'translator',
  'session-store',
  'media-edge',
  'msrp-edge',
  'bosh-edge',
] as const;
export type Role = (typeof ROLES)[number];

/** Every cross-field problem of a configuration whose fields are right one by one. */
export const crossChecks = (config: Config): readonly Problem[] => [
  ...secretChecks(config),
  ...externalServiceChecks(config),
  ...domainChecks(config),
  ...interceptChecks(config),
  ...numbersChecks(config),
  ...registrationChecks(config),
  ...peerChecks(config),
  ...dnsChecks(config),
  ...tlsChecks(config),
  ...mediaChecks(config),
  ...msrpChecks(config, isPeer),
  ...phonesChecks(config),
  ...adminChecks(config),
  ...processChecks(config),
  ...telemetryChecks(config),
];

/** Why `role` cannot run with this configuration, or undefined when it can. */
export function roleProblem(config: Config, role: Role): Problem | undefined {
  if (role === 'media-edge' && !isMediaRelayed(config)) {
    const sentence =
      'role media-edge has nothing to do: set media.relay to rtpengine or auto, and media.rtpengine, or run without it.';
    return { path: ['media', 'relay'], sentence };
  }
  if (role === 'msrp-edge' && !isMsrpSpoken(config)) {
    const sentence = 'role msrp-edge has nothing to do: set messages.msrp.enabled, or run without it.';
    return { path: ['messages', 'msrp', 'enabled'], sentence };
  }
  if (role === 'bosh-edge' && !arePhonesShown(config)) {
    const sentence =
      'role bosh-edge has nothing to do: set phones.bosh_url, or phones.client_url with phones.transport: client, or run without it.';
    return { path: ['phones', 'bosh_url'], sentence };
  }
  if (role === 'all' || config.bus !== 'memory') return undefined;
  return {
    path: ['bus'],
    sentence: `role ${role} is one of several processes, which meet in NATS and Redis: set bus to nats://HOST:PORT and store to redis://HOST:PORT.`,
  };
}

function secretChecks(config: Config): Problem[] {
  const components = config.xmpp.components.map((component, at) =>
    exactlyOne(['xmpp', 'components', at], 'secret', component),
  );
  const credentials = config.sip.credentials.map((credential, at) =>
    exactlyOne(['sip', 'credentials', at], 'password', credential),
  );
  const registrations = config.sip.registrations.map((registration, at) =>
    exactlyOne(['sip', 'registrations', at], 'password', registration),
  );
  return [...components, ...credentials, ...registrations].filter((problem) => problem !== undefined);
}

function exactlyOne(
  path: Problem['path'],
  key: string,
  section: Readonly<Record<string, unknown>>,
): Problem | undefined {
  const name = `${path[0]}.${path[1]}[${path[2]}]`;
  const direct = section[key] !== undefined;
  const byFile = section[`${key}_file`] !== undefined;
  if (direct && byFile) {
    return {
      path: [...path, `${key}_file`],
      sentence: `${name} has both ${key} and ${key}_file; keep one.`,
    };
  }
  return direct || byFile ? undefined : { path, sentence: `${name} needs ${key} or ${key}_file.` };
}

/** One way to a password, and a name to it. */
function externalServiceChecks(config: Config): Problem[] {
  return config.media.external_services.flatMap((service, at) => {
    const path = ['media', 'external_services', at];
    const name = `media.external_services[${at}]`;
    const given = (['password', 'password_file', 'secret', 'secret_file'] as const).filter(
      (key) => service[key] !== undefined,
    );
    const [first, second] = given;
    if (second !== undefined) {
      return [{ path: [...path, second], sentence: `${name} has both ${first} and ${second}; keep one.` }];
    }
    if (first?.startsWith('password') === true && service.username === undefined) {
      return [{ path, sentence: `${name} has a password and no username; give it one.` }];
    }
    return [];
  });
}

function domainChecks(config: Config): Problem[] {
  const problems: Problem[] = [];
  const served = new Set(config.xmpp.domains);
  const domains = new Map<string, number>();
  const sipDomains = new Map<string, number>();
  config.xmpp.components.forEach((component, at) => {
    const path = ['xmpp', 'components', at];
    const { domain } = component;
    const sipDomain = component.sip_domain ?? domain;
    const sipPath = component.sip_domain === undefined ? [...path, 'domain'] : [...path, 'sip_domain'];
    const twin = domains.get(domain);
    if (twin !== undefined) {
      const sentence = `component domain ${domain} is already that of xmpp.components[${twin}].`;
      problems.push({ path: [...path, 'domain'], sentence });
      return;
    }
    domains.set(domain, at);
    if (served.has(domain)) {
      const sentence = `component domain ${domain} is also in xmpp.domains; SIP users need a domain of their own.`;
      problems.push({ path: [...path, 'domain'], sentence });
    } else if (served.has(sipDomain)) {
      const sentence = `sip_domain ${sipDomain} is also in xmpp.domains; an address there could mean either side.`;
      problems.push({ path: sipPath, sentence });
    }
    const sipTwin = sipDomains.get(sipDomain);
    if (sipTwin !== undefined) {
      const sentence = `SIP domain ${sipDomain} is already that of xmpp.components[${sipTwin}].`;
      problems.push({ path: sipPath, sentence });
    }
    sipDomains.set(sipDomain, at);
  });
  return problems;
}

function peerChecks(config: Config): Problem[] {
  const problems: Problem[] = config.sip.peers.flatMap((peer, at) =>
    isPeer(peer)
      ? []
      : [
          {
            path: ['sip', 'peers', at],
            sentence: `sip.peers[${at}] must be an address, a CIDR or tls: and a name; found "${peer}".`,
          },
        ],
  );
  if (config.sip.peers.length === 0 && config.sip.proxy_host === '') {
    const sentence =
      'sip.peers is empty and there is no sip.proxy_host, so nobody could send us SIP; set one.';
    problems.push({ path: ['sip', 'peers'], sentence });
  }
  return problems;
}

function dnsChecks(config: Config): Problem[] {
  return config.sip.dns_servers.flatMap((server, at) =>
    isDnsServer(server)
      ? []
      : [
          {
            path: ['sip', 'dns_servers', at],
            sentence: `sip.dns_servers[${at}] must be an address or address:port, an IPv6 one in brackets before a port; found "${server}".`,
          },
        ],
  );
}

function isDnsServer(server: string): boolean {
  if (isIP(server) !== 0) return true;
  const [, address = '', port] = /^\[?([^\]]*?)\]?:(\d{1,5})$/.exec(server) ?? [];
  const isBracketed = server.startsWith('[');
  return isIP(address) === (isBracketed ? 6 : 4) && Number(port) > 0 && Number(port) <= 65_535;
}

const NAMED = /^tls:[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?$/i;

function isPeer(peer: string): boolean {
  if (NAMED.test(peer)) return true;
  const [address = '', prefix, ...rest] = peer.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  if (prefix === undefined) return true;
  if (!/^\d{1,3}$/.test(prefix)) return false;
  try {
    new BlockList().addSubnet(address, Number(prefix), family === 6 ? 'ipv6' : 'ipv4');
    return true;
  } catch {
    return false;
  }
}

function tlsChecks({ sip }: Config): Problem[] {
  const { tls } = sip;
  const problems: Problem[] = [];
  const problem = (path: KeyPath, sentence: string): void => void problems.push({ path, sentence });
  const hasTls = tls.cert_file !== '' || tls.key_file !== '';
  if (tls.cert_file === '' && (hasTls || tls.ca_file !== '')) {
    problem(['sip', 'tls', 'cert_file'], 'sip.tls needs cert_file.');
  }
  if (hasTls && tls.key_file === '') problem(['sip', 'tls', 'key_file'], 'sip.tls needs key_file.');
  if (hasTls && tls.port === sip.listen_port && tls.port !== 0) {
    problem(
      ['sip', 'tls', 'port'],
      `sip.tls.port must differ from sip.listen_port, which is ${tls.port} too.`,
    );
  }
  if (sip.proxy_transport === 'tls' && !hasTls) {
    const sentence =
      'sip.proxy_transport is tls, and the proxy reaches us by TLS too: sip.tls needs cert_file and key_file.';
    problem(['sip', 'proxy_transport'], sentence);
  }
  sip.peers.forEach((peer, at) => {
    if (!NAMED.test(peer) || (hasTls && tls.ca_file !== '' && tls.verify_client)) return;
    const sentence = `sip.peers[${at}] is a name in a certificate: sip.tls needs cert_file, key_file, ca_file and verify_client.`;
    problem(['sip', 'peers', at], sentence);
  });
  return problems;
}

function adminChecks({ admin }: Config): Problem[] {
  if (admin.token === undefined || admin.token_file === undefined) return [];
  return [{ path: ['admin', 'token_file'], sentence: 'admin has both token and token_file; keep one.' }];
}

function processChecks(config: Config): Problem[] {
  if ((config.bus === 'memory') === (config.store === 'memory')) return [];
  const lacking = config.bus === 'memory' ? 'bus' : 'store';
  const sentence = `bus is ${redactAddress(config.bus)} and store is ${redactAddress(config.store)}: several processes need both NATS and Redis, one process needs neither.`;
  return [{ path: [lacking], sentence }];
}

function telemetryChecks(config: Config): Problem[] {
  const endpoint = config.telemetry.otlp_endpoint;
  if (endpoint === '') return [];
  if (URL.canParse(endpoint) && /^https?:$/.test(new URL(endpoint).protocol)) return [];
  return [
    {
      path: ['telemetry', 'otlp_endpoint'],
      sentence: `telemetry.otlp_endpoint must be an address such as http://127.0.0.1:4318; found "${endpoint}".`,
    },
  ];
}
