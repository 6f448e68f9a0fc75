/**
 * The configuration, as an operator writes it. The example file, the JSON schema and docs/operate/config.md are
 * generated from here (`npm run generate`): every key has its default and a sentence.
 */
import { z } from 'zod';

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
  tls: SipTls.prefault({}).describe('SIP over TLS, both ways.'),
  credentials: z.array(Credentials).default([]).describe('Digest answers to a 401 or 407 of the proxy.'),
});

const Calls = z.strictObject({
  ring_timeout: seconds.default(180).describe('Seconds until an unanswered call ends.'),
  reason_profile: z
    .enum(['mongoose', 'rich'])
    .default('mongoose')
    .describe('Words for ends: those of mod_jingle_sip, or richer ones.'),
  cancel_reason: z.enum(['decline', 'cancel']).default('decline').describe('Jingle reason for a SIP CANCEL.'),
  trickle: z
    .enum(['info_sdp', 'info_sdpfrag', 'update', 'drop'])
    .default('info_sdp')
    .describe(
      'How later ICE candidates reach SIP: INFO with SDP, INFO with trickle-ice-sdpfrag where announced, a new offer, not at all.',
    ),
  dtmf: z
    .enum(['info', 'refuse'])
    .default('info')
    .describe(
      'Digits of a session-info or INFO: passed on as the other, or refused; those in the media always pass.',
    ),
  offer_delta: z
    .enum(['auto', 'mongoose'])
    .default('auto')
    .describe(
      'A new offer of SIP in a call: the Jingle actions for what it changes, or one transport-info as mod_jingle_sip sent.',
    ),
  hold_as: z
    .enum(['content-modify', 'session-info', 'both'])
    .default('content-modify')
    .describe('How XMPP hears of a hold by SIP: as senders, as hold and unhold, or as both.'),
  mute_as: z
    .enum(['recvonly', 'ignore'])
    .default('recvonly')
    .describe('What mute by XMPP is to SIP: a stream that only receives, or nothing.'),
  transfer: z.boolean().default(true).describe('Whether either side may transfer a call (REFER, XEP-0251).'),
  ping_as: z
    .enum(['result', 'options'])
    .default('result')
    .describe('An empty session-info: answered at once, or also passed on as OPTIONS in the dialog.'),
  reentry_limit: count
    .default(4)
    .describe('Calls that may ring one XMPP user at a time after having gone through the gateway before.'),
  early183: z
    .enum(['ringing', 'none', 'early-media'])
    .default('ringing')
    .describe('What the caller hears of a 183: ringing, nothing, or ringing and its early media (XEP-0269).'),
  max_redirects: z
    .number()
    .int()
    .min(0)
    .max(10)
    .default(0)
    .describe('Contacts of 3xx responses that are tried in one call; 0: a 3xx ends the call.'),
  ring_on: z
    .enum(['online', 'delivered', 'ringing-info'])
    .default('online')
    .describe(
      "When SIP gets 180: at once, with a device's first result, or when a device says that it rings.",
    ),
  decline_scope: z
    .enum(['all', 'resource'])
    .default('all')
    .describe('Whether one device that declines speaks for all of them.'),
  delayed_offer: z
    .enum(['synthesize', 'reject'])
    .default('synthesize')
    .describe('An INVITE without SDP: offer delayed_offer_codecs to the XMPP side, or 488.'),
  delayed_offer_codecs: z
    .array(
      z.string().regex(/^[A-Za-z0-9.-]+\/[1-9]\d*(\/[1-9]\d*)?$/, 'write NAME/CLOCKRATE, such as PCMA/8000'),
    )
    .min(1)
    .max(32)
    .default(['opus/48000/2', 'PCMA/8000', 'PCMU/8000', 'telephone-event/8000'])
    .describe('Audio codecs offered for an INVITE without SDP, best first.'),
  profile_mode: z
    .enum(['auto', 'avp', 'webrtc'])
    .default('auto')
    .describe(
      'RTP profile of our offers: as the content calls for, never one with feedback, or always UDP/TLS/RTP/SAVPF.',
    ),
  emit_rtcp_candidate: z
    .boolean()
    .default(false)
    .describe('Whether raw UDP always has an RTCP candidate, or only where the other side has one.'),
  provisional_from: z
    .enum(['auto', 'bare'])
    .default('auto')
    .describe('Where ringing comes from: the address that the caller used, or always the bare one.'),
  passthrough: z
    .enum(['none', 'element', 'allowlist'])
    .default('element')
    .describe(
      'SDP attributes that Jingle has no word for: dropped, carried through XMPP as elements, or only those that bear on the media.',
    ),
  session_expires: z
    .number()
    .int()
    .max(86_400)
    .refine((value) => value === 0 || value >= 90, 'write 0 or at least 90')
    .default(1800)
    .describe('Seconds until an unrefreshed SIP session ends (RFC 4028), at least 90; 0: no timer of ours.'),
});

const Messages = z.strictObject({
  accept_status: z.literal([202, 200]).default(202).describe('Answer to an incoming MESSAGE.'),
});

const Limits = z.strictObject({
  sip_message_bytes: z.number().int().min(1300).default(65_535).describe('Largest SIP message accepted.'),
  stanza_bytes: z.number().int().min(10_000).default(262_144).describe('Largest stanza accepted.'),
  stanza_depth: z.number().int().min(8).default(64).describe('Deepest nesting in a stanza.'),
  sip_connections: count.default(1024).describe('TCP connections at a time.'),
  sip_transactions: count.default(50_000).describe('Live SIP transactions before 503.'),
  spool_stanzas: count.default(10_000).describe('Stanzas kept per component while it is away.'),
  backlog: count.default(10_000).describe('Messages per bus subject before publishers wait.'),
});

const Media = z.strictObject({
  relay: z
    .enum(['none'])
    .default('none')
    .describe('none: endpoints exchange media end to end, the gateway carries signalling only.'),
});

const Admin = z.strictObject({
  host: host.default('127.0.0.1').describe('Address of /livez, /readyz, /metrics and /api.'),
  port: port.default(8080).describe('Its port; 0: any free one, told in the log.'),
});

const Telemetry = z.strictObject({
  otlp_endpoint: z
    .string()
    .default('')
    .meta({
      description: 'OTLP/HTTP collector that traces go to; empty: no traces.',
      examples: ['http://127.0.0.1:4318'],
    }),
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
  calls: Calls.prefault({}).describe('Calls.'),
  messages: Messages.prefault({}).describe('Messages.'),
  media: Media.prefault({}).describe('Media.'),
  limits: Limits.prefault({}).describe('What is accepted and kept, at most.'),
  admin: Admin.prefault({}).describe('The HTTP listener for operators. Keep it private.'),
  bus: z
    .string()
    .regex(/^(memory|nats:\/\/.+)$/, 'write memory or nats://HOST:PORT')
    .default('memory')
    .meta({
      description: 'Message bus: memory for one process, a NATS server for several.',
      examples: ['nats://127.0.0.1:4222'],
    }),
  store: z
    .string()
    .regex(/^(memory|rediss?:\/\/.+)$/, 'write memory or redis://HOST:PORT')
    .default('memory')
    .meta({
      description: 'Session store: memory for one process, a Redis server for several.',
      examples: ['redis://127.0.0.1:6379'],
    }),
  telemetry: Telemetry.prefault({}).describe('Traces.'),
  log: Log.prefault({}).describe('Log, JSON lines on standard output.'),
  drain_timeout: seconds.default(30).describe('Seconds that SIGTERM waits for calls and queues.'),
});
export type Config = z.infer<typeof Config>;
