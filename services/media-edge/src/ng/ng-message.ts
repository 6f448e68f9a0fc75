/**
 * Messages of rtpengine's ng protocol: a datagram is a cookie, a blank, and a dictionary, here as JSON. The reply has the
 * cookie of its request; a request that comes again with its cookie gets the reply that it had.
 */
import { z } from 'zod';

/** A request as rtpengine takes it; `command` and what belongs to it. */
export interface NgRequest {
  readonly command: string;
  readonly [field: string]: unknown;
}

export const NgReply = z.object({
  result: z.enum(['ok', 'error', 'pong', 'load limit']),
  'error-reason': z.string().optional(),
  warning: z.string().optional(),
  sdp: z.string().optional(),
});
export type NgReply = z.infer<typeof NgReply>;

/** The largest payload of a UDP datagram over IPv4. */
export const LARGEST_DATAGRAM = 65_507;

/** The datagram of a request, or undefined when none can be so large. */
export function ngDatagram(cookie: string, request: NgRequest): Buffer | undefined {
  const datagram = Buffer.from(`${cookie} ${JSON.stringify(request)}`);
  return datagram.length > LARGEST_DATAGRAM ? undefined : datagram;
}

const LONGEST_COOKIE = 128;
const BLANK = 0x20;

/** The cookie that a datagram begins with and where its dictionary begins, or undefined. */
export function cookieOf(datagram: Buffer): { readonly cookie: string; readonly at: number } | undefined {
  const end = datagram.indexOf(BLANK);
  if (end < 1 || end > LONGEST_COOKIE) return undefined;
  return { cookie: datagram.toString('latin1', 0, end), at: end + 1 };
}

/** What a reply says, or undefined when it makes no sense. */
export function readNgReply(datagram: Buffer, at: number): NgReply | undefined {
  try {
    const read = NgReply.safeParse(JSON.parse(datagram.toString('utf8', at)));
    return read.success ? read.data : undefined;
  } catch {
    return undefined;
  }
}
