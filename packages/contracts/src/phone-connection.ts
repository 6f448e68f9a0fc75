/**
 * Logins of phones' owners that last: presence over TCP or WebSocket instead of BOSH. RFC 6120, RFC 7395. A connection lives
 * in one process, that which took it; `edge` of a command is that process, as the envelope of `phone.connection.taken` names
 * it. `connection` derives from what nobody outside can foresee, and is never used twice.
 *
 * Whoever has `phone.connection.keep` in hand has the connection, and does not acknowledge it before it is over: should that
 * process die, the bus hands the command to another, which says so too.
 */
import { z } from 'zod';
import { SealedSecret } from './bosh.ts';

const connection = z.string();
const edge = z.string();

export const SaslMechanism = z.enum(['SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN']);
export type SaslMechanism = z.infer<typeof SaslMechanism>;

/** Have a connection from now on. Without `edge` any may, and nothing is opened yet; else this one goes on to have it. */
export const PhoneConnectionKeep = z.object({
  type: z.literal('phone.connection.keep'),
  connection,
  edge: edge.optional(),
});

/** Log in. `url`: xmpp, xmpps, ws or wss. `mechanisms`: best first. */
export const PhoneConnectionOpen = z.object({
  type: z.literal('phone.connection.open'),
  connection,
  edge,
  url: z.string(),
  domain: z.string(),
  username: z.string(),
  secret: SealedSecret,
  mechanisms: z.array(SaslMechanism),
  resource: z.string(),
});

/** Send presence, XML text. `number` counts those of a connection, from 1. */
export const PhonePresenceSend = z.object({
  type: z.literal('phone.presence.send'),
  connection,
  edge,
  number: z.number().int(),
  presence: z.string(),
});

/** Log out, or have nothing more to do with a connection that was never opened. */
export const PhoneConnectionClose = z.object({
  type: z.literal('phone.connection.close'),
  connection,
  edge,
});

/** An edge has the connection now: it is to be told to open or to close it. */
export const PhoneConnectionTaken = z.object({ type: z.literal('phone.connection.taken'), connection });

/** Logged in, with the resource that was asked for. */
export const PhoneConnectionOpened = z.object({ type: z.literal('phone.connection.opened'), connection });

/** Presence was handed to the network. */
export const PhonePresenceSent = z.object({
  type: z.literal('phone.presence.sent'),
  connection,
  number: z.number().int(),
});

/**
 * Why a connection is over. asked: by us. timeout, transport, tls: the server was out of reach,
 * went away, or is not who it should be. secret: the password cannot be opened or used; unusable: the URL is none;
 * nothing was sent. credentials, mechanism, unproven: no login; temporary: one that may succeed later. conflict: somebody has
 * the resource; refused: there is none to be had. replaced: somebody took it. address: the server does not serve the domain.
 * shutdown: the server goes down, or has enough of us. ended: it ended the stream, or said what cannot be read.
 */
export const ConnectionCause = z.enum([
  'asked',
  'timeout',
  'transport',
  'tls',
  'secret',
  'unusable',
  'credentials',
  'mechanism',
  'unproven',
  'temporary',
  'conflict',
  'refused',
  'replaced',
  'address',
  'shutdown',
  'ended',
]);
export type ConnectionCause = z.infer<typeof ConnectionCause>;

/** The connection is over, and nobody has it any more. */
export const PhoneConnectionClosed = z.object({
  type: z.literal('phone.connection.closed'),
  connection,
  cause: ConnectionCause,
});

export const PHONE_CONNECTION_COMMANDS = [
  PhoneConnectionKeep,
  PhoneConnectionOpen,
  PhonePresenceSend,
  PhoneConnectionClose,
] as const;

export type PhoneConnectionCommand = z.infer<(typeof PHONE_CONNECTION_COMMANDS)[number]>;

export const PHONE_CONNECTION_EVENTS = [
  PhoneConnectionTaken,
  PhoneConnectionOpened,
  PhonePresenceSent,
  PhoneConnectionClosed,
] as const;

export type PhoneConnectionEvent = z.infer<(typeof PHONE_CONNECTION_EVENTS)[number]>;
