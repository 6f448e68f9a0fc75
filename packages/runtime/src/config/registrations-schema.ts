/**
 * Keys under `sip.registrations`.
 */
import { z } from 'zod';

export const Registration = z.strictObject({
  aor: z
    .string()
    .regex(/^[^\s@<>"?;]+@[^\s@<>"?;:]+$/, 'write user@host, such as +4930123456@trunk.example.net')
    .meta({
      description: 'Address of record that calls to it are for.',
      examples: ['+4930123456@trunk.example.net'],
    }),
  registrar: z
    .string()
    .regex(/^$|^(?:\[[0-9a-fA-F:.]+\]|[^\s@<>"?;:]+)(?::\d{1,5})?$/, 'write host or host:port')
    .default('')
    .meta({
      description:
        'Host or host:port of the registrar, where it is not the proxy; empty: the proxy, or without one the servers of the domain.',
      examples: ['registrar.example.net:5060'],
    }),
  transport: z
    .enum(['udp', 'tcp', 'tls'])
    .default('udp')
    .describe('Transport to registrar, where that is set.'),
  username: z
    .string()
    .min(1)
    .meta({ description: 'User name of the digest.', examples: ['4930123456'] }),
  password: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'Password.', examples: ['s3cret'], writeOnly: true }),
  password_file: z
    .string()
    .min(1)
    .optional()
    .meta({
      description: 'File that holds the password instead; its last line break is dropped.',
      examples: ['/run/secrets/trunk'],
    }),
  realm: z
    .string()
    .optional()
    .meta({
      description:
        'Realm that the password belongs to; any when absent. It answers challenges of calls and messages, too, after sip.credentials; of several accounts in a realm that one answers which is in From, else the first.',
      examples: ['trunk.example.net'],
    }),
  expires: z
    .number()
    .int()
    .min(60)
    .max(86_400)
    .default(3600)
    .describe(
      'Seconds asked for; the registration is renewed well before what the registrar grants is over.',
    ),
  contact_user: z
    .string()
    .regex(/^[A-Za-z0-9._+*~-]*$/, 'write letters, digits and . _ + * ~ -')
    .default('')
    .meta({
      description:
        'User part of our Contact; empty: that of aor. A call to it is for the number in To, where it is itself none.',
      examples: ['gateway'],
    }),
  instance: z
    .boolean()
    .default(false)
    .describe(
      'Whether our Contact has +sip.instance and reg-id (RFC 5626), by which some registrars tell edges apart.',
    ),
  unregister: z
    .boolean()
    .default(true)
    .describe(
      'Whether an edge that drains takes its Contact back; false where several edges share one address.',
    ),
});
