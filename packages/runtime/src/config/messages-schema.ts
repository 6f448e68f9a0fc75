/**
 * Keys under `messages:`.
 */
import { z } from 'zod';
import { Msrp } from './msrp-schema.ts';

const seconds = z.number().positive();

export const Messages = z.strictObject({
  message_accept: z.literal([202, 200]).default(202).describe('Answer to an incoming MESSAGE.'),
  msrp: Msrp.prefault({}).describe('Chat sessions over MSRP.'),
  message_type: z
    .enum(['auto', 'normal', 'chat'])
    .default('auto')
    .describe(
      'Type of messages from SIP; auto: chat for a user who said something within ten minutes, else normal.',
    ),
  oversize: z
    .enum(['chunk', 'reject', 'tcp', 'msrp'])
    .default('chunk')
    .describe(
      'A text over max_udp to a proxy by UDP: in several requests, one after another; refused; in one by TCP; or, in a chat, over MSRP with whom takes that, else in several requests.',
    ),
  max_udp: z
    .number()
    .int()
    .min(800)
    .max(65_000)
    .default(1300)
    .describe('Largest MESSAGE request by UDP, in bytes (RFC 3428).'),
  max_body: z
    .number()
    .int()
    .min(1000)
    .max(262_144)
    .default(65_536)
    .describe('Longest text to SIP, in bytes; longer ones are refused.'),
  use_cpim: z
    .enum(['auto', 'always', 'never'])
    .default('auto')
    .describe(
      'Whether texts to SIP are wrapped in message/cpim, which asks for notifications (RFC 5438); auto: when their sender wants a receipt.',
    ),
  send_html: z
    .boolean()
    .default(false)
    .describe('Whether formatted texts (XHTML-IM) go as text/html to SIP users who sent or accept such.'),
  languages: z
    .enum(['one', 'all'])
    .default('one')
    .describe(
      'A text in several languages to SIP: in the one that is meant, or in all as multipart/alternative, to those who do not refuse that.',
    ),
  chat_call_id: z
    .enum(['stanza', 'pair'])
    .default('stanza')
    .describe(
      'Call-ID of chat texts without a thread: one for each, or one for those of a chat, so that answers fall into one thread.',
    ),
  lock_resource: z
    .boolean()
    .default(false)
    .describe(
      'Whether what SIP says in a chat goes to the device that spoke last in it (RFC 6121), or to the user: to all devices, as the server decides.',
    ),
  receipt_on_2xx: z
    .boolean()
    .default(false)
    .describe('Whether a 200 to a MESSAGE is a receipt for its sender; a 202 never is.'),
  idle_as: z
    .enum(['active', 'paused'])
    .default('active')
    .describe('Chat state of a SIP user who types no more.'),
  chat_mode: z
    .enum(['auto', 'msrp', 'message'])
    .default('auto')
    .describe(
      'How chats of XMPP users go to SIP: in sessions over MSRP, or each text in a MESSAGE of its own. auto: sessions with whom OPTIONS says that it takes them, which needs msrp.enabled.',
    ),
  session_timeout: seconds
    .default(600)
    .describe('Seconds after which a chat session in which nobody says anything ends.'),
  failure_report: z
    .enum(['no', 'partial', 'yes'])
    .default('no')
    .describe(
      'What SIP users report of texts in a chat session that did not arrive: nothing (RFC 7573), only failures, or each. What is reported becomes an error for the sender.',
    ),
  on_unavailable: z
    .enum(['unbind', 'bye'])
    .default('unbind')
    .describe(
      "A chat session whose XMPP resource is gone: open to the user's other resources until it times out, or over.",
    ),
  chat_from_gr: z
    .boolean()
    .default(true)
    .describe('Whether From of an INVITE to a chat names the XMPP resource (gr), as Contact does.'),
  chat_report: z
    .enum(['receipt', 'handover'])
    .default('receipt')
    .describe(
      'When a SIP user who asked for it hears that a text arrived: on the receipt of the XMPP client where it gives any, or when handed to the XMPP server.',
    ),
  options_cache: seconds
    .default(300)
    .describe('Seconds for which it is known that a SIP user takes sessions.'),
  options_negative_cache: seconds.default(60).describe('The same of one who takes none.'),
});
