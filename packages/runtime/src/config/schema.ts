/**
 * The configuration, as an operator writes it. The example file, the JSON schema and docs/operate/config.md are
 * generated from here (`npm run generate`): every key has its default and a sentence.
 */
import { z } from 'zod';
import { Calls } from './calls-schema.ts';
import { ExternalService } from './external-service-schema.ts';
import { MEDIA_RELAY_KEYS } from './media-relay-schema.ts';
import { Messages } from './messages-schema.ts';
import { Numbers } from './numbers-schema.ts';
import { Phones } from './phones-schema.ts';
import { Presence } from './presence-schema.ts';
import { Registration } from './registrations-schema.ts';

const port = z.number().int().min(0).max(65535);
const seconds = z.number().positive();
const count = z.number().int().min(1);
const host = z.string().min(1);
const domain = z
  .string()
  .regex(/^[^\s@/]+$/, 'write a domain name, such as example.org')
  .toLowerCase();
/** Never printed. */
const secret = z.string().min(1).meta({ writeOnly: true });
const file = z.string().min(1);

const Component = z.strictObject({
  domain: domain.meta({
    description: 'XMPP domain under which SIP users appear: romeo@DOMAIN.',
    examples: ['sip.example.org'],
  }),
  sip_domain: domain.optional().meta({
    description: 'SIP domain of those users; the component domain when absent.',
    examples: ['example.net'],
  }),
  pstn: z
    .boolean()
    .default(true)
    .describe('Whether telephone numbers can be called there: +15551234@DOMAIN. Diallers look for it.'),
  host: host.default('127.0.0.1').describe("The XMPP server's component listener."),
  port: port.default(5347).describe('Its port.'),
  secret: secret.optional().meta({
    description: 'Shared secret of the component, as in the XMPP server.',
    examples: ['s3cret'],
    writeOnly: true,
  }),
  secret_file: file.optional().meta({
    description: 'File that holds the secret instead; its last line break is dropped.',
    examples: ['/run/secrets/xmpp'],
  }),
});

const Intercept = z.strictObject({
  domain: domain.meta({
    description: 'One of xmpp.domains, whose server has the module stoxgate (docs/guides/intercept.md).',
    examples: ['example.org'],
  }),
  component: domain.optional().meta({
    description: 'Component that the module hands calls to; the first when absent.',
    examples: ['sip.example.org'],
  }),
});

const Xmpp = z.strictObject({
  domains: z
    .array(domain)
    .min(1)
    .meta({
      description:
        'XMPP domains served: alice@example.org ↔ sip:alice@example.org. Nobody else may use the gateway.',
      examples: [['example.org']],
    }),
  components: z.array(Component).min(1).describe('One XEP-0114 connection each.'),
  intercept: z
    .array(Intercept)
    .default([])
    .describe(
      'Domains whose users call each other by SIP, too: their server hands such calls to the gateway.',
    ),
});

const Credentials = z.strictObject({
  realm: z
    .string()
    .optional()
    .meta({ description: 'Realm these belong to; any when absent.', examples: ['example.net'] }),
  username: z
    .string()
    .min(1)
    .meta({ description: 'User name.', examples: ['gateway'] }),
  password: secret.optional().meta({ description: 'Password.', examples: ['s3cret'], writeOnly: true }),
  password_file: file.optional().meta({
    description: 'File that holds the password instead; its last line break is dropped.',
    examples: ['/run/secrets/sip'],
  }),
});

const SipTls = z.strictObject({
  port: port.default(5061).describe('Port to listen on.'),
  cert_file: z
    .string()
    .default('')
    .meta({
      description: 'PEM file with the certificate shown to peers and its chain; empty: no TLS.',
      examples: ['/etc/stoxgate/sip.crt'],
    }),
  key_file: z
    .string()
    .default('')
    .meta({ description: 'PEM file with its private key.', examples: ['/etc/stoxgate/sip.key'] }),
  ca_file: z
    .string()
    .default('')
    .meta({
      description:
        'PEM file with the authorities of peers; empty: those that Node trusts, for servers, and clients show no certificate.',
      examples: ['/etc/stoxgate/ca.crt'],
    }),
  verify_client: z
    .boolean()
    .default(true)
    .describe('With ca_file: whether peers that connect must show a certificate of these authorities.'),
});

const Sip = z.strictObject({
  listen_host: host.default('0.0.0.0').describe('Address to listen on.'),
  listen_port: port.default(5600).describe('Port to listen on, UDP and TCP.'),
  proxy_host: z
    .string()
    .default('localhost')
    .describe(
      'Every SIP request that starts a dialog or stands alone goes here; empty: to the servers of its domain (RFC 3263).',
    ),
  proxy_port: port.default(5600).describe('Its port.'),
  proxy_transport: z
    .enum(['udp', 'tcp', 'tls'])
    .default('udp')
    .describe('Transport to it; tls: its certificate must name proxy_host.'),
  local_host: host.default('127.0.0.1').describe('Host put into Via, Contact and SIP URIs of ours.'),
  sdp_origin: host.default('127.0.0.1').describe('Address in SDP o= and, where a content brings none, c=.'),
  peers: z
    .array(z.string())
    .default([])
    .meta({
      description:
        "Addresses, CIDRs or tls: and a name in a verified client certificate, allowed to send us SIP, any method; empty: the proxy's addresses only.",
      examples: [['192.0.2.10', '198.51.100.0/24', 'tls:sip.example.net']],
    }),
  strangers: z
    .enum(['drop', '403'])
    .default('drop')
    .describe('What SIP from any other address gets: silence or a 403.'),
  dns_servers: z
    .array(z.string())
    .default([])
    .meta({
      description: 'DNS servers for names in SIP, address or address:port; empty: those of the system.',
      examples: [['192.0.2.53', '[2001:db8::53]:5353']],
    }),
  tls: SipTls.prefault({}).describe('SIP over TLS, both ways.'),
  credentials: z.array(Credentials).default([]).describe('Digest answers to a 401 or 407 of the proxy.'),
  registrations: z
    .array(Registration)
    .max(1000)
    .default([])
    .describe('Addresses that each SIP edge registers itself for, as with a trunk (RFC 3261 §10).'),
});

const Limits = z.strictObject({
  sip_message_bytes: z.number().int().min(1300).default(65_535).describe('Largest SIP message accepted.'),
  stanza_bytes: z.number().int().min(10_000).default(262_144).describe('Largest stanza accepted.'),
  stanza_depth: z.number().int().min(8).default(64).describe('Deepest nesting in a stanza.'),
  sip_connections: count.default(1024).describe('TCP connections at a time, and as many over TLS.'),
  sip_transactions: count.default(50_000).describe('Live SIP transactions before 503.'),
  spool_stanzas: count.default(10_000).describe('Stanzas kept per component while it is away.'),
  backlog: count
    .default(10_000)
    .describe('Messages per bus subject before publishers wait; on NATS one may be a batch of up to 32.'),
});

const Media = z.strictObject({
  ...MEDIA_RELAY_KEYS,
  external_services: z
    .array(ExternalService)
    .max(32)
    .default([])
    .describe('STUN and TURN servers that clients may ask the gateway for (XEP-0215).'),
});

const Admin = z.strictObject({
  host: host.default('127.0.0.1').describe('Address of /livez, /readyz, /metrics and /api.'),
  port: port.default(8080).describe('Its port; 0: any free one, told in the log.'),
  token: secret.optional().meta({
    description:
      'What who changes something by /api must show as bearer token; absent: only programs on this machine may.',
    writeOnly: true,
  }),
  token_file: file.optional().meta({
    description: 'File that holds the token instead; its last line break is dropped.',
    examples: ['/run/secrets/admin'],
  }),
});

const Telemetry = z.strictObject({
  otlp_endpoint: z
    .string()
    .default('')
    .meta({
      description: 'OTLP/HTTP collector that traces go to; empty: no traces.',
      examples: ['http://127.0.0.1:4318'],
    }),
  sample_ratio: z
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe('Share of the traces that is recorded. A call is recorded whole or not at all.'),
  name_users: z
    .boolean()
    .default(true)
    .describe(
      'Whether spans name users, by JID and SIP address, so that their calls can be searched for. These are personal data.',
    ),
});

const Log = z.strictObject({
  level: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
    .default('info')
    .describe('Least serious level that is written.'),
});

export const Config = z.strictObject({
  xmpp: Xmpp.describe('The XMPP side.'),
  sip: Sip.prefault({}).describe('The SIP side.'),
  numbers: Numbers.prefault({}).describe('Telephone numbers.'),
  calls: Calls.prefault({}).describe('Calls.'),
  messages: Messages.prefault({}).describe('Messages.'),
  phones: Phones.prefault({}).describe('Phones whose state is shown in the XMPP accounts of their owners.'),
  presence: Presence.prefault({}).describe('Presence.'),
  media: Media.prefault({}).describe('Media.'),
  limits: Limits.prefault({}).describe('What is accepted and kept, at most.'),
  admin: Admin.prefault({}).describe('The HTTP listener for operators. Keep it private.'),
  bus: z
    .string()
    .regex(/^(memory|nats:\/\/.+)$/, 'write memory or nats://HOST:PORT')
    .default('memory')
    .meta({
      description:
        'Message bus: memory for one process, NATS for several; more servers of its cluster after commas.',
      examples: ['nats://127.0.0.1:4222', 'nats://nats-0:4222,nats-1:4222,nats-2:4222'],
    }),
  bus_replicas: z
    .number()
    .int()
    .min(1)
    .max(5)
    .default(1)
    .describe(
      'Servers of a NATS cluster that have each message before it counts as accepted; 3 to survive one.',
    ),
  store: z
    .string()
    .regex(
      /^(memory|rediss?:\/\/.+|rediss?\+sentinel:\/\/.+\/.+)$/,
      'write memory, redis://HOST:PORT, or redis+sentinel://HOST:PORT,HOST:PORT/PRIMARY',
    )
    .default('memory')
    .meta({
      description:
        'Session store: memory for one process, Redis for several: a server, some nodes of a cluster, or Sentinels and the name of what they watch.',
      examples: [
        'redis://127.0.0.1:6379',
        'redis://redis-0:6379,redis-1:6379,redis-2:6379',
        'redis+sentinel://:s3cret@sentinel-0:26379,sentinel-1:26379/primary',
      ],
    }),
  store_replicas: z
    .number()
    .int()
    .min(0)
    .max(5)
    .default(0)
    .describe(
      'Replicas of each primary that must have a step before it counts (WAIT): with 1 a fail-over loses none, and without a replica nothing goes on.',
    ),
  threads: z
    .number()
    .int()
    .min(0)
    .max(3)
    .default(0)
    .describe(
      'Threads of a process with the role all: with 2 SIP has its own, with 3 XMPP as well; 0: one for each core.',
    ),
  telemetry: Telemetry.prefault({}).describe('Traces.'),
  log: Log.prefault({}).describe('Log, JSON lines on standard output.'),
  drain_timeout: seconds.default(30).describe('Seconds that SIGTERM waits for calls and queues.'),
});
export type Config = z.infer<typeof Config>;
