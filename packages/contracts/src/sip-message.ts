/**
 * SIP messages as they cross the bus: parsed and bounded by the SIP edge, meaning untouched.
 * RFC 3261 §7, §20.
 */
import { z } from 'zod';

/** A `name-addr` or `addr-spec` with its header parameters (RFC 3261 §20.10). Parameter names are lower case. */
export const NameAddr = z.object({
  displayName: z.string().optional(),
  uri: z.string(),
  params: z.record(z.string(), z.string()),
});
export type NameAddr = z.infer<typeof NameAddr>;

/** A message body. `text` is UTF-8 decoded; bytes that are not UTF-8 travel as base64. */
export const SipBody = z.object({
  contentType: z.string(),
  content: z.string(),
  encoding: z.enum(['utf8', 'base64']),
});
export type SipBody = z.infer<typeof SipBody>;

/** Header values by lower-case full name, each occurrence one entry, list headers left unsplit. */
export const SipHeaders = z.record(z.string(), z.array(z.string()));
export type SipHeaders = z.infer<typeof SipHeaders>;

const common = {
  /** Via values, topmost first; the topmost of a request carries `received` and `rport` as the edge saw them. */
  vias: z.array(z.string()),
  from: NameAddr,
  to: NameAddr,
  callId: z.string(),
  cseq: z.object({ number: z.number().int(), method: z.string() }),
  contacts: z.array(NameAddr),
  /** Record-Route values, one URI each, in order of appearance. */
  recordRoutes: z.array(z.string()),
  /** All other headers. */
  headers: SipHeaders,
  body: SipBody.optional(),
};

export const SipRequest = z.object({
  method: z.string(),
  requestUri: z.string(),
  maxForwards: z.number().int(),
  ...common,
});
export type SipRequest = z.infer<typeof SipRequest>;

export const SipResponse = z.object({ status: z.number().int(), reason: z.string(), ...common });
export type SipResponse = z.infer<typeof SipResponse>;

/** Where a message came from: the flow's protocol and the packet's source. */
export const SipSource = z.object({
  protocol: z.enum(['udp', 'tcp', 'tls']),
  address: z.string(),
  port: z.number().int(),
});
export type SipSource = z.infer<typeof SipSource>;

/** A Contact of ours. The edge that sends it writes its own host and port. */
export const OwnContact = z.object({
  user: z.string(),
  gr: z.string().optional(),
  /** Parameters of the header, as they are written: of a registration (RFC 3261 §20.10, RFC 5626 §4.1). */
  params: z.record(z.string(), z.string()).optional(),
});
export type OwnContact = z.infer<typeof OwnContact>;

/** A request for the edge to send. The edge adds Via (with `branch`), Contact's host, Content-Length. */
export const OutgoingSipRequest = z.object({
  method: z.string(),
  requestUri: z.string(),
  /** Route set, topmost first; empty means: by configured proxy or by the Request-URI. */
  routes: z.array(z.string()),
  /** The Request-URI is that of a strict router and the next hop, whatever `routes` has (RFC 3261 §12.2.1.1). */
  isStrictlyRouted: z.boolean().optional(),
  from: NameAddr,
  to: NameAddr,
  callId: z.string(),
  cseq: z.number().int(),
  maxForwards: z.number().int(),
  contact: OwnContact.optional(),
  /** Of a CANCEL: the Via of the INVITE, for an edge that did not send it; else it would match nothing (RFC 3261 §9.1). */
  via: z.string().optional(),
  headers: SipHeaders,
  body: SipBody.optional(),
});
export type OutgoingSipRequest = z.infer<typeof OutgoingSipRequest>;

/**
 * A response for the edge to send. It is complete: an edge that never saw the request can send it by its
 * topmost Via.
 */
export const OutgoingSipResponse = z.object({
  status: z.number().int(),
  reason: z.string(),
  vias: z.array(z.string()),
  from: NameAddr,
  to: NameAddr,
  callId: z.string(),
  cseq: z.object({ number: z.number().int(), method: z.string() }),
  recordRoutes: z.array(z.string()),
  contact: OwnContact.optional(),
  headers: SipHeaders,
  body: SipBody.optional(),
});
export type OutgoingSipResponse = z.infer<typeof OutgoingSipResponse>;
