/**
 * Requests to a BOSH connection manager as they cross the bus. XEP-0124, XEP-0206. The translator keeps the session – sid,
 * rid, what is unanswered – and any BOSH edge may send any request: all that a request is made of is in its command, so a
 * command that is carried out twice, here or elsewhere, sends the same bytes twice, as recovery demands (XEP-0124 §14.3).
 *
 * Request text: `start`, then the payload, then `</body>`. POST, `Content-Type: text/xml; charset=utf-8`, no redirection
 * followed. One event for each command, with its key, `rid` and `attempt`; an edge that dies owes none.
 */
import { z } from 'zod';
import { XmlElement } from './xml-element.ts';

/**
 * A password at rest and on the bus; base64. open: its UTF-8, where no key is configured. aes-256-gcm: 12 bytes of nonce,
 * ciphertext, 16 bytes of tag; the associated data is the session key of its phone. Only the BOSH edge opens it.
 */
export const SealedSecret = z.object({ form: z.enum(['open', 'aes-256-gcm']), text: z.string() });
export type SealedSecret = z.infer<typeof SealedSecret>;

export const ScramMechanism = z.enum(['SCRAM-SHA-1', 'SCRAM-SHA-256']);
export type ScramMechanism = z.infer<typeof ScramMechanism>;

/** client-final-message without channel binding, RFC 5802 §7: a `<response/>`. */
export const ScramFinal = z.object({
  step: z.literal('scram-final'),
  mechanism: ScramMechanism,
  username: z.string(),
  nonce: z.string(),
  /** Text of the server's `<challenge/>` as it came, base64: server-first-message. */
  challenge: z.string(),
  secret: SealedSecret,
});
export type ScramFinal = z.infer<typeof ScramFinal>;

/**
 * A SASL element (RFC 6120 §6) that the edge writes, because it takes the password: deterministic, without a random part
 * but `nonce`. plain: RFC 4616, `<auth/>` with an empty authzid. scram-first: `<auth/>` with `n,,n=…,r=nonce`.
 */
export const SaslStep = z.discriminatedUnion('step', [
  z.object({ step: z.literal('plain'), username: z.string(), secret: SealedSecret }),
  z.object({
    step: z.literal('scram-first'),
    mechanism: ScramMechanism,
    username: z.string(),
    nonce: z.string(),
  }),
  ScramFinal,
]);
export type SaslStep = z.infer<typeof SaslStep>;

/** Send a request. `attempt` counts the times that this rid is sent, from 1. */
export const BoshRequestSend = z.object({
  type: z.literal('bosh.request.send'),
  url: z.string(),
  rid: z.number().int(),
  attempt: z.number().int(),
  /** How long the answer may take. */
  timeoutMs: z.number().int(),
  /** Start tag of `<body>`, not closed. */
  start: z.string(),
  /** XML text, possibly none, or what the edge has to write. */
  payload: z.union([z.string(), SaslStep]),
  /** A SASL exchange is under way whose end may be in the answer; a payload that is one needs not be repeated. */
  proof: ScramFinal.optional(),
});

/**
 * An answer came. `status` is that of HTTP. `body`: `<body xmlns='http://jabber.org/protocol/httpbind'/>` with what is in
 * it; absent: nothing that can be read, within limits, as such. `isServerProven`: where the answer has the `<success/>` or
 * the `<challenge/>` that follows the client's last word in a SCRAM exchange, whether its `v=` is right.
 */
export const BoshRequestAnswered = z.object({
  type: z.literal('bosh.request.answered'),
  rid: z.number().int(),
  attempt: z.number().int(),
  status: z.number().int(),
  body: XmlElement.optional(),
  isServerProven: z.boolean().optional(),
});

/**
 * No answer came. timeout: not in time. transport: no connection, or it broke: the request may have arrived. tls: the
 * server is not who it should be. secret: the password cannot be opened, or made into what SASL wants; nothing was sent.
 * unusable: the URL is none, or the server's challenge makes no sense; nothing was sent.
 */
export const BoshRequestFailed = z.object({
  type: z.literal('bosh.request.failed'),
  rid: z.number().int(),
  attempt: z.number().int(),
  cause: z.enum(['timeout', 'transport', 'tls', 'secret', 'unusable']),
});
