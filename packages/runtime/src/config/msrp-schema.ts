/**
 * Keys under `messages.msrp:`: the endpoint of chat sessions.
 */
import { z } from 'zod';

export const Msrp = z.strictObject({
  enabled: z
    .boolean()
    .default(false)
    .describe('Whether there is an MSRP endpoint (RFC 4975), for chat sessions with SIP.'),
  listen_host: z.string().min(1).default('0.0.0.0').describe('Address to listen on.'),
  listen_port: z.number().int().min(0).max(65_535).default(2855).describe('Port to listen on, TCP.'),
  tls_port: z
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(0)
    .describe('Port for TLS, with the certificate of sip.tls; 0: none.'),
  offer: z
    .enum(['tcp', 'tls'])
    .default('tcp')
    .describe(
      'What sessions that XMPP users begin are offered over; those of SIP users go as they are offered.',
    ),
  public_host: z
    .string()
    .default('')
    .describe('Host in MSRP URIs, by which SIP users reach this very process; empty: sip.local_host.'),
  peers: z
    .array(z.string())
    .default([])
    .meta({
      description:
        'Addresses or CIDRs that may connect, and be connected to; empty: any, as chats go from end to end. Without the id of a session nobody is served.',
      examples: [['192.0.2.0/24']],
    }),
  max_bytes: z.number().int().min(1).max(524_288).default(65_536).describe('Largest message taken from SIP.'),
  max_sessions: z.number().int().min(1).default(10_000).describe('Sessions at a time.'),
  max_connections: z.number().int().min(1).default(10_000).describe('Connections at a time.'),
  keep_alive: z
    .number()
    .positive()
    .default(60)
    .describe('Seconds of silence after which the other end is asked whether it is there.'),
});
