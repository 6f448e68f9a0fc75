/**
 * Chat sessions over MSRP as they cross the bus. RFC 4975. A session lives in one process, that of its connection; `edge`
 * of a command is that process, as `edge` of the envelope of `msrp.session.opened` names it. `session` is the session id in
 * our MSRP URI: whoever knows it may speak in the session, so it derives from what nobody outside can foresee.
 */
import { z } from 'zod';
import { SipBody } from './sip-message.ts';

/** Where the other end is. active: we connect to it; passive: it connects to us (RFC 6135). */
export const MsrpPeer = z.object({
  /** Its `a=path`, MSRP URIs. */
  path: z.array(z.string()),
  role: z.enum(['active', 'passive']),
  /** Over TLS: what its certificate must be (RFC 8122); absent: one of a known authority that names its host. */
  fingerprints: z.array(z.object({ hash: z.string(), value: z.string() })).optional(),
});
export type MsrpPeer = z.infer<typeof MsrpPeer>;

const session = z.string();
const edge = z.string();

/** Make ready for a session, on any edge; with `peer`, go on to connect. Asked again, it is the same session. */
export const MsrpSessionOpen = z.object({
  type: z.literal('msrp.session.open'),
  session,
  isSecure: z.boolean(),
  /** Content-Types that are taken, `text/*` and `*` among them; absent: any. Another is answered with 415. */
  acceptTypes: z.array(z.string()).optional(),
  peer: MsrpPeer.optional(),
});

/** The other end is known now. */
export const MsrpSessionConnect = z.object({
  type: z.literal('msrp.session.connect'),
  edge,
  session,
  peer: MsrpPeer,
});

/** The session is over: no event comes of it any more. */
export const MsrpSessionClose = z.object({ type: z.literal('msrp.session.close'), edge, session });

/**
 * Send a message, in chunks, after those before it; before the session is connected it waits. `message` is a name that
 * comes back in events; sent again under the same name, it is one message.
 */
export const MsrpMessageSend = z.object({
  type: z.literal('msrp.message.send'),
  edge,
  session,
  message: z.string(),
  body: SipBody,
  /** Success-Report: yes. */
  wantsReport: z.boolean(),
  failureReport: z.enum(['yes', 'no', 'partial']),
});

/** Report to the other end what became of a message of `bytes` bytes; `message` is its Message-ID. */
export const MsrpReportSend = z.object({
  type: z.literal('msrp.report.send'),
  edge,
  session,
  message: z.string(),
  bytes: z.number().int(),
  status: z.number().int(),
});

/** The session is ready; `path` goes into our SDP as `a=path`, `port` into its m-line. */
export const MsrpSessionOpened = z.object({
  type: z.literal('msrp.session.opened'),
  session,
  path: z.string(),
  port: z.number().int(),
  /** Of our certificate, over TLS. */
  fingerprint: z.object({ hash: z.string(), value: z.string() }).optional(),
});

/** The connection is there and the session bound to it: messages flow. */
export const MsrpSessionConnected = z.object({ type: z.literal('msrp.session.connected'), session });

/**
 * Nothing comes of the session. full: too many sessions here. no-tls: it is not configured. unusable: the path is none.
 * unreachable: no connection. untrusted: the certificate is not the one that it should be. refused: answered with `status`.
 * timeout: no answer, or nobody connected. unknown: no session of that name here.
 */
export const MsrpSessionFailed = z.object({
  type: z.literal('msrp.session.failed'),
  session,
  cause: z.enum(['full', 'no-tls', 'unusable', 'unreachable', 'untrusted', 'refused', 'timeout', 'unknown']),
  status: z.number().int().optional(),
});

/**
 * A session that was connected is over. lost: its connection ended. timeout: the other end answers no more. gone: it says
 * that it knows of no such session. stopped: this process ends.
 */
export const MsrpSessionClosed = z.object({
  type: z.literal('msrp.session.closed'),
  session,
  cause: z.enum(['lost', 'timeout', 'gone', 'stopped']),
});

/** A whole message came; `message` is its Message-ID. */
export const MsrpMessageReceived = z.object({
  type: z.literal('msrp.message.received'),
  session,
  message: z.string(),
  body: SipBody,
  bytes: z.number().int(),
  wantsReport: z.boolean(),
  failureReport: z.enum(['yes', 'no', 'partial']),
});

/** A message of ours is out: written, and with failureReport yes answered with 200, to its last chunk. */
export const MsrpMessageSent = z.object({
  type: z.literal('msrp.message.sent'),
  session,
  message: z.string(),
});

/** The other end reports that it has the message. */
export const MsrpMessageDelivered = z.object({
  type: z.literal('msrp.message.delivered'),
  session,
  message: z.string(),
});

/**
 * A message of ours did not arrive, or not surely. refused: answered, or reported, with `status`. timeout: no answer.
 * closed: the session ended before it was out. full: too much waits to be sent. unknown: no session of that name here.
 */
export const MsrpMessageFailed = z.object({
  type: z.literal('msrp.message.failed'),
  session,
  message: z.string(),
  cause: z.enum(['refused', 'timeout', 'closed', 'full', 'unknown']),
  status: z.number().int().optional(),
});
