/**
 * Keys under `phones:`: whose state is shown where, and who may tell it.
 */
import { z } from 'zod';

/** 32 bytes in base64 or hexadecimal. */
export const SEALING_KEY = /^([A-Za-z0-9+/]{43}=|[0-9a-fA-F]{64})$/;
export const SEALING_KEY_ADVICE = 'write 32 random bytes in base64, as made by: openssl rand -base64 32';

const BoshUrl = z.strictObject({
  domain: z
    .string()
    .regex(/^[^\s@/]+$/, 'write a domain name, such as example.org')
    .toLowerCase()
    .meta({ description: 'Domain of the accounts.', examples: ['example.com'] }),
  url: z
    .string()
    .min(1)
    .meta({
      description: 'Its connection manager.',
      examples: ['https://xmpp.example.com/http-bind'],
    }),
});

const ClientUrl = z.strictObject({
  domain: BoshUrl.shape.domain,
  url: z
    .string()
    .min(1)
    .meta({ description: 'Where its clients connect.', examples: ['xmpp://xmpp.example.com:5222'] }),
});

const Table = z.strictObject({
  url: z
    .string()
    .regex(/^((postgres|postgresql|mysql|mariadb):\/\/.+)?$/, 'write postgres://… or mysql://…')
    .default('')
    .meta({
      description: 'Database in which a SIP server writes states; empty: none.',
      examples: ['postgres://opensips@127.0.0.1/opensips'],
    }),
  table: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?$/, 'write a table name, or schema.table')
    .default('phone_state')
    .describe('Table with the columns id, which grows, uri and state. Rows are deleted once they are taken.'),
  poll: z.number().positive().default(1).describe('Seconds between two looks.'),
});

export const Phones = z.strictObject({
  transport: z
    .enum(['bosh', 'client'])
    .default('bosh')
    .describe(
      'How phones log in: bosh, in sessions over HTTP that any process goes on with; client, over a connection (TCP or WebSocket) each.',
    ),
  client_url: z
    .string()
    .default('')
    .meta({
      description:
        'With transport client: where clients of the XMPP server connect. xmpp:// begins with STARTTLS, xmpps:// and wss:// with TLS.',
      examples: ['xmpp://xmpp.example.org:5222', 'wss://xmpp.example.org/xmpp-websocket'],
    }),
  client_urls: z.array(ClientUrl).default([]).describe('Others, by domain.'),
  bosh_url: z
    .string()
    .default('')
    .meta({
      description:
        'With transport bosh: connection manager (XEP-0124) of the XMPP server that has the accounts; empty, and no bosh_urls: no phones.',
      examples: ['https://xmpp.example.org/http-bind'],
    }),
  bosh_urls: z.array(BoshUrl).default([]).describe('Others, by domain.'),
  file: z
    .string()
    .default('')
    .meta({
      description: 'Accounts, read at start: SIP URI, username, password, RID, SID, presenceId.',
      examples: ['/etc/stoxgate/accounts.csv'],
    }),
  key: z.string().regex(SEALING_KEY, SEALING_KEY_ADVICE).optional().meta({
    description: 'Passwords are kept and sent on the bus only encrypted with this; absent: as they are.',
    writeOnly: true,
  }),
  key_file: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'File that holds the key instead.', examples: ['/run/secrets/phones'] }),
  allow_plain: z
    .boolean()
    .default(false)
    .describe('Whether passwords may go without TLS to hosts other than this one.'),
  ca_file: z
    .string()
    .default('')
    .meta({
      description: 'PEM file with the authorities of these servers; empty: those that Node trusts.',
      examples: ['/etc/stoxgate/xmpp-ca.crt'],
    }),
  database: Table.prefault({}).describe('A table that is looked at for states.'),
  xmpp_domain: z
    .string()
    .regex(/^[^\s@/]*$/, 'write a domain name, such as example.org')
    .toLowerCase()
    .default('')
    .meta({
      description: "Domain of user names without one; empty: that of the phone's SIP URI.",
      examples: ['example.org'],
    }),
  resource: z
    .string()
    .min(1)
    .max(255)
    .default('SIP-phone')
    .describe('Resource that phones log in with; accounts may have their own.'),
  priority: z
    .number()
    .int()
    .min(-128)
    .max(127)
    .default(-1)
    .describe('Priority of their presence; below 0 no chat goes to them.'),
  presence_id: z
    .enum(['kept', 'new'])
    .default('kept')
    .describe(
      'Id of the presence that is sent: in a session that of its first, as in the account file, or another one each time.',
    ),
  onthephone_show: z.enum(['dnd', 'away', 'xa']).default('dnd').describe('What presence shows in a call.'),
  onthephone_text: z.string().max(1000).default('On the phone').describe('What it says in a call.'),
  rid_start: z
    .number()
    .int()
    .min(1)
    .max(2 ** 53 - 2 ** 32)
    .default(123_456)
    .describe('First request id of accounts that bring none.'),
  rid_random: z
    .boolean()
    .default(false)
    .describe(
      'Whether these, and each session, begin at one that nobody can foresee instead, as XEP-0124 demands.',
    ),
  mechanisms: z
    .array(z.enum(['SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN']))
    .min(1)
    .default(['SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN'])
    .describe('How phones may log in, best first; the first that the server offers.'),
  wait: z
    .number()
    .int()
    .min(1)
    .max(600)
    .default(60)
    .describe(
      'Seconds for which the connection manager may hold a request; with transport client, of silence before a ping.',
    ),
  hold: z
    .number()
    .int()
    .min(0)
    .max(1)
    .default(1)
    .describe('Requests that it may hold; 0: it is asked now and then, before it would end the session.'),
  watch_dialogs: z
    .boolean()
    .default(false)
    .describe(
      'Whether the SIP side is asked for the calls of each phone (SUBSCRIBE to event dialog, RFC 4235).',
    ),
  watch_expires: z
    .number()
    .int()
    .min(60)
    .max(86_400)
    .default(600)
    .describe(
      'Seconds for which it is asked at a time; what was missed in an outage is known again by then.',
    ),
});
