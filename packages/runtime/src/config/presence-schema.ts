/**
 * Keys under `presence:`.
 */
import { z } from 'zod';

export const Presence = z.strictObject({
  mode: z
    .enum(['local', 'sip'])
    .default('local')
    .describe(
      'Presence of SIP contacts: always available, told by the gateway itself; or as a SIP presence server tells it, both ways (RFC 8048).',
    ),
  expires: z
    .number()
    .int()
    .min(60)
    .max(86_400)
    .default(3600)
    .describe('Seconds for which XMPP users are subscribed to SIP contacts at a time.'),
  without_presence: z
    .enum(['available', 'unsubscribed'])
    .default('available')
    .describe(
      'A contact whose SIP side knows no presence (405, 489 or 501): always available, so that it can be called, or refused.',
    ),
});
