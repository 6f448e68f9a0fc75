/**
 * Keys under `numbers:`.
 */
import { z } from 'zod';

const DialRule = z.strictObject({
  match: z
    .string()
    .min(1)
    .meta({
      description:
        'Regular expression (ECMAScript) that a number matches from its beginning; visual separators are taken out before.',
      examples: ['0(?=[1-9])'],
    }),
  replace: z
    .string()
    .max(256)
    .optional()
    .meta({
      description:
        'What stands in place of what matched, with $1, $2 … for groups. With @ it names the host as well: a SIP host, or from SIP a domain of xmpp.domains.',
      examples: ['+49'],
    }),
  refuse: z
    .boolean()
    .default(false)
    .describe('Whether XMPP users may not call or write to such a number, wherever it is: 403.'),
  direction: z
    .enum(['both', 'to_sip', 'from_sip'])
    .default('both')
    .describe('For numbers that XMPP users call, for numbers that SIP names, or for both.'),
});

const UserPhone = z.strictObject({
  username: z
    .string()
    .min(1)
    .meta({
      description: 'Name at the first of xmpp.domains, or NAME@DOMAIN.',
      examples: ['alice'],
    }),
  phone: z
    .string()
    .regex(/^[+*][0-9*#]+$/, 'write + or *, then digits, such as +4930123456')
    .meta({ description: 'Number: + or *, then digits.', examples: ['+4930123456'] }),
});

export const Numbers = z.strictObject({
  dialplan: z
    .array(DialRule)
    .max(256)
    .default([])
    .describe('Rules for telephone numbers, one after another, each for what the one before has left.'),
  username_to_phone: z
    .array(UserPhone)
    .max(100_000)
    .default([])
    .describe(
      'Users with a number: SIP reaches them by it, and a contact of that name is called by it. It is looked up after the rules.',
    ),
  hosts: z
    .array(z.string().min(1))
    .default([])
    .meta({
      description:
        'SIP hosts, as of trunks, whose telephone numbers are shown as those of the first component: +4930… rather than +4930…\\40HOST. Those of sip.registrations are among them.',
      examples: [['trunk.example.net']],
    }),
  caller_host: z
    .string()
    .default('')
    .meta({
      description:
        'Host of the SIP address from which users of username_to_phone call and write, sip:+4930…@HOST; empty: from their name at their domain.',
      examples: ['trunk.example.net'],
    }),
});
