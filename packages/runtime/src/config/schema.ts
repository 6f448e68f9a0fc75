/**
 * The configuration, as an operator writes it. The example file, the JSON schema and docs/operate/config.md are
 * generated from here: every key has its default and a sentence.
 */
import { z } from 'zod';

const port = z.number().int().min(0).max(65535);
const seconds = z.number().positive();
const host = z.string().min(1);
const domain = z.string().min(1).toLowerCase();

const Component = z.strictObject({
  domain: domain.describe('XMPP domain under which SIP users appear: romeo@DOMAIN.'),
  sip_domain: domain.optional().describe('SIP domain of those users; the component domain when absent.'),
  host: host.default('127.0.0.1').describe("The XMPP server's component listener."),
  port: port.default(5347),
  secret: z.string().min(1).optional().describe('Shared secret of the component.'),
  secret_file: z.string().optional().describe('File holding the secret; its last line break is dropped.'),
});

const Xmpp = z.strictObject({
  domains: z
    .array(domain)
    .min(1)
    .describe(
      'XMPP domains served: alice@example.org ↔ sip:alice@example.org. Nobody else may use the gateway.',
    ),
  components: z.array(Component).min(1).describe('One XEP-0114 connection each.'),
});

const Credentials = z.strictObject({
  realm: z.string().optional().describe('Realm these belong to; any when absent.'),
  username: z.string().min(1),
  password: z.string().optional(),
  password_file: z.string().optional(),
});

const Sip = z.strictObject({
  listen_host: host.default('0.0.0.0'),
  listen_port: port.default(5600).describe('UDP and TCP.'),
  proxy_host: z
    .string()
    .default('localhost')
    .describe('Every SIP request that starts a dialog or stands alone goes here.'),
  proxy_port: port.default(5600),
  proxy_transport: z.enum(['udp', 'tcp']).default('udp'),
  local_host: host.default('127.0.0.1').describe('Host put into Via, Contact and SIP URIs of ours.'),
  sdp_origin: host.default('127.0.0.1').describe('Address in SDP o= and, where a content brings none, c=.'),
  peers: z
    .array(z.string())
    .default([])
    .describe("Addresses or CIDRs allowed to send us SIP, any method; empty: the proxy's addresses only."),
  strangers: z.enum(['drop', '403']).default('drop').describe('What SIP from an address outside peers gets.'),
  credentials: z.array(Credentials).default([]).describe('Digest answers to a 401 or 407 of the proxy.'),
});

const Calls = z.strictObject({
  ring_timeout: seconds.default(180).describe('Seconds until an unanswered call ends.'),
  reason_profile: z
    .enum(['mongoose', 'rich'])
    .default('mongoose')
    .describe('Words for ends: the seed’s, or richer ones.'),
  cancel_reason: z.enum(['decline', 'cancel']).default('decline').describe('Jingle reason for a SIP CANCEL.'),
});

const Messages = z.strictObject({
  accept_status: z
    .union([z.literal(202), z.literal(200)])
    .default(202)
    .describe('Answer to an incoming MESSAGE.'),
});

const Limits = z.strictObject({
  sip_message_bytes: z.number().int().min(1300).default(65_535).describe('Largest SIP message accepted.'),
  stanza_bytes: z.number().int().min(10_000).default(262_144).describe('Largest stanza accepted.'),
  stanza_depth: z.number().int().min(8).default(64).describe('Deepest nesting in a stanza.'),
  sip_connections: z.number().int().min(1).default(1024).describe('TCP connections at a time.'),
  sip_transactions: z.number().int().min(1).default(50_000).describe('Live SIP transactions before 503.'),
  spool_stanzas: z
    .number()
    .int()
    .min(1)
    .default(10_000)
    .describe('Stanzas kept per component while it is away.'),
  backlog: z
    .number()
    .int()
    .min(1)
    .default(10_000)
    .describe('Messages per bus subject before publishers wait.'),
});

export const Config = z.strictObject({
  xmpp: Xmpp,
  sip: Sip.prefault({}),
  calls: Calls.prefault({}),
  messages: Messages.prefault({}),
  limits: Limits.prefault({}),
  admin: z.strictObject({ host: host.default('127.0.0.1'), port: port.default(8080) }).prefault({}),
  bus: z
    .string()
    .regex(/^(memory|nats:\/\/.+)$/, 'write memory or nats://HOST:PORT')
    .default('memory'),
  store: z
    .string()
    .regex(/^(memory|rediss?:\/\/.+)$/, 'write memory or redis://HOST:PORT')
    .default('memory'),
  telemetry: z
    .strictObject({
      otlp_endpoint: z.string().default('').describe('http://127.0.0.1:4318 to export traces.'),
    })
    .prefault({}),
  log: z
    .strictObject({ level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info') })
    .prefault({}),
  drain_timeout: seconds.default(30).describe('Seconds that SIGTERM waits for calls and queues.'),
});
export type Config = z.infer<typeof Config>;
