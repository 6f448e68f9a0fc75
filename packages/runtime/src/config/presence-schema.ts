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
  min_expires: z
    .number()
    .int()
    .min(1)
    .max(3600)
    .default(60)
    .describe(
      'Shortest subscription or publication that SIP users are granted, in seconds; shorter ones get 423.',
    ),
  max_expires: z
    .number()
    .int()
    .min(60)
    .max(604_800)
    .default(86_400)
    .describe('Longest one, in seconds; who asks for more gets this.'),
  foreign_watchers: z
    .enum(['refuse', 'allow'])
    .default('refuse')
    .describe('SIP users of domains that no component has, when they ask for presence: 403, or as others.'),
  notify_interval: z
    .number()
    .min(0)
    .max(60)
    .default(5)
    .describe(
      'Seconds between two notifications of changes in one SIP subscription, at least; the last change is always told.',
    ),
  per_resource: z
    .boolean()
    .default(false)
    .describe(
      'Tell SIP watchers each resource of an XMPP user in a notification of its own (RFC 8048) rather than all of them in each.',
    ),
  entity: z
    .enum(['pres', 'sip'])
    .default('pres')
    .describe('Scheme in which documents to SIP name whom they are about.'),
  rpid: z
    .boolean()
    .default(false)
    .describe('Tell SIP watchers away and do-not-disturb as activities of RFC 4480, too.'),
  publishers: z
    .enum(['self', 'any'])
    .default('self')
    .describe(
      'For whom SIP users may publish: self, where From is whom it is for, else 403; any, where the SIP server is trusted to know.',
    ),
  compositor: z
    .boolean()
    .default(false)
    .describe(
      'In mode sip: XMPP users are told what SIP users publish to the gateway (PUBLISH), rather than what a SIP presence server says.',
    ),
});
