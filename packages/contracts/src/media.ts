/**
 * Requests to a media relay as they cross the bus. A relayed call has two ends; each exchange of offer and answer goes
 * through the relay, which puts its own addresses, and what each end can take, in the place of the other's.
 */
import { z } from 'zod';

/** An end of a relayed call: the XMPP user's, or the SIP party's. */
export const MediaEnd = z.enum(['xmpp', 'sip']);
export type MediaEnd = z.infer<typeof MediaEnd>;

/**
 * What the end that gets the description takes. rtp: RTP/AVP at an address, as ordinary phones. srtp: the same with keys
 * in the description (RFC 4568). rtp-ice: RTP/AVP found
 * by ICE. webrtc: ICE, DTLS-SRTP, RTCP on the port of RTP.
 */
export const MediaProfile = z.enum(['rtp', 'srtp', 'rtp-ice', 'webrtc']);
export type MediaProfile = z.infer<typeof MediaProfile>;

/** `from`: the end that the content of the request comes from. SDP is a whole session description. */
export const MediaRequest = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('offer'), from: MediaEnd, sdp: z.string(), to: MediaProfile }),
  z.object({ kind: z.literal('answer'), from: MediaEnd, sdp: z.string(), to: MediaProfile }),
  /** ICE candidates that came after their description: an SDP of the m-lines they are for, with ufrag and pwd. */
  z.object({ kind: z.literal('candidates'), from: MediaEnd, sdp: z.string() }),
  /** A digit to be played in the media towards the other end (RFC 4733). */
  z.object({ kind: z.literal('digit'), from: MediaEnd, digit: z.string(), durationMs: z.number().int() }),
  /** The call is over: the relay forgets it. */
  z.object({ kind: z.literal('delete') }),
]);
export type MediaRequest = z.infer<typeof MediaRequest>;
