/**
 * Entries under `media.external_services`: STUN and TURN servers that clients may ask for. XEP-0215.
 */
import { z } from 'zod';

const secret = z.string().min(1);
const file = z.string().min(1);

export const ExternalService = z.strictObject({
  type: z.enum(['stun', 'stuns', 'turn', 'turns']).meta({ description: 'What it is.', examples: ['turn'] }),
  host: z
    .string()
    .min(1)
    .meta({ description: 'Its host.', examples: ['turn.example.org'] }),
  port: z
    .number()
    .int()
    .min(1)
    .max(65_535)
    .optional()
    .meta({ description: 'Its port; that of its protocol when absent.', examples: [3478] }),
  transport: z.enum(['udp', 'tcp']).default('udp').describe('Transport to it.'),
  username: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'User name that all clients share.', examples: ['stoxgate'] }),
  password: secret.optional().meta({ description: 'Its password.', examples: ['s3cret'], writeOnly: true }),
  password_file: file.optional().meta({
    description: 'File that holds the password instead; its last line break is dropped.',
    examples: ['/run/secrets/turn-password'],
  }),
  secret: secret.optional().meta({
    description:
      'Secret shared with a TURN server that wants passwords which expire (use-auth-secret of coturn).',
    examples: ['s3cret'],
    writeOnly: true,
  }),
  secret_file: file.optional().meta({
    description: 'File that holds the secret instead; its last line break is dropped.',
    examples: ['/run/secrets/turn'],
  }),
  ttl: z
    .number()
    .int()
    .min(60)
    .default(86_400)
    .describe('Seconds until a password made of the secret expires.'),
});
export type ExternalService = z.infer<typeof ExternalService>;
