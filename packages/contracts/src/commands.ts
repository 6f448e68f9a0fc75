/**
 * Commands: what to do, in the imperative. The translator issues them; the store and the bus carry them out to edges.
 */
import { z } from 'zod';
import { BoshRequestSend } from './bosh.ts';
import { Event } from './events.ts';
import { MediaRequest } from './media.ts';
import {
  MsrpMessageSend,
  MsrpReportSend,
  MsrpSessionClose,
  MsrpSessionConnect,
  MsrpSessionOpen,
} from './msrp.ts';
import { PHONE_CONNECTION_COMMANDS } from './phone-connection.ts';
import { OutgoingSipRequest, OutgoingSipResponse } from './sip-message.ts';
import { XmlElement } from './xml-element.ts';

/**
 * Send a request in a new client transaction named `branch`. ACK to a 2xx makes no transaction: the edge keeps it to
 * answer repeated 2xx. CANCEL carries the branch of the INVITE that it cancels (RFC 3261 §9.1).
 * `challenges`: WWW-/Proxy-Authenticate values of the 401/407 that this request answers; the edge has the credentials.
 * `edge`: the edge that must send it; absent means any.
 */
export const SipRequestSend = z.object({
  type: z.literal('sip.request.send'),
  edge: z.string().optional(),
  branch: z.string(),
  request: OutgoingSipRequest,
  challenges: z
    .array(z.object({ header: z.enum(['www-authenticate', 'proxy-authenticate']), value: z.string() }))
    .optional(),
});

/** Send a response in the server transaction of its topmost Via. 2xx to INVITE is repeated until ACK. */
export const SipResponseSend = z.object({
  type: z.literal('sip.response.send'),
  edge: z.string(),
  response: OutgoingSipResponse,
});

/** Send a stanza by the link of `domain`. An IQ-set or -get has the id of this command; its answer comes as an event. */
export const XmppStanzaSend = z.object({
  type: z.literal('xmpp.stanza.send'),
  domain: z.string(),
  stanza: XmlElement,
});

/**
 * Ask a media relay. `call` names the call there, `exchange` this request: asked again, it has the same answer.
 * `relay`: the relay that has the call; absent: any. An offer and an answer are answered by an event, and so is what
 * fails; the rest is done or forgotten.
 */
export const MediaRequestSend = z.object({
  type: z.literal('media.request.send'),
  call: z.string(),
  exchange: z.string(),
  relay: z.string().optional(),
  request: MediaRequest,
});

/** Hand an event to another session. */
export const SessionNotify = z.object({
  type: z.literal('session.notify'),
  key: z.string(),
  event: Event,
});

/** Let `timer.fired` reach this session at `dueAt` (ms since the epoch). Setting a name again moves it. */
export const TimerSet = z.object({
  type: z.literal('timer.set'),
  name: z.string(),
  dueAt: z.number().int(),
});

export const TimerClear = z.object({ type: z.literal('timer.clear'), name: z.string() });

const EDGE_COMMANDS = [
  SipRequestSend,
  SipResponseSend,
  XmppStanzaSend,
  MediaRequestSend,
  MsrpSessionOpen,
  MsrpSessionConnect,
  MsrpSessionClose,
  MsrpMessageSend,
  MsrpReportSend,
  BoshRequestSend,
  ...PHONE_CONNECTION_COMMANDS,
] as const;

/** Commands that an edge carries out; the others end in the store or in another session. */
export const EdgeCommand = z.discriminatedUnion('type', EDGE_COMMANDS);
export type EdgeCommand = z.infer<typeof EdgeCommand>;

export const Command = z.discriminatedUnion('type', [...EDGE_COMMANDS, SessionNotify, TimerSet, TimerClear]);
export type Command = z.infer<typeof Command>;
export type CommandOf<Type extends Command['type']> = Extract<Command, { type: Type }>;
