/**
 * The SDP in a SIP message: its whole body, or the part of a multipart body. RFC 3261 §20.15, RFC 2046 §5.1.
 */
import type { SipBody } from '@stoxgate/contracts';

export type SdpBody =
  | { readonly kind: 'sdp'; readonly sdp: string }
  | { readonly kind: 'none' }
  /** Something else than SDP, or SDP that is not UTF-8: owed a 415. */
  | { readonly kind: 'other' };

const BOUNDARY = /;\s*boundary\s*=\s*(?:"([^"]+)"|([^\s;]+))/i;
const typeOf = (contentType: string): string => contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function sdpPart(body: SipBody): string | undefined {
  const match = BOUNDARY.exec(body.contentType);
  const boundary = match?.[1] ?? match?.[2];
  if (boundary === undefined) return undefined;
  const parts = `\r\n${body.content}`.split(
    new RegExp(`\\r?\\n--${escaped(boundary)}(?:--)?[ \\t]*(?=\\r?\\n|$)`),
  );
  for (const part of parts.slice(1)) {
    const blank = /\r?\n\r?\n/.exec(part);
    const head = blank === null ? '' : part.slice(0, blank.index);
    if (blank !== null && /^content-type:\s*application\/sdp\b/im.test(head)) {
      return part.slice(blank.index + blank[0].length);
    }
  }
  return undefined;
}

export function sdpOf(body: SipBody | undefined): SdpBody {
  if (body === undefined || body.content === '') return { kind: 'none' };
  if (body.encoding !== 'utf8') return { kind: 'other' };
  const type = typeOf(body.contentType);
  if (type === 'application/sdp') return { kind: 'sdp', sdp: body.content };
  const part = type.startsWith('multipart/') ? sdpPart(body) : undefined;
  return part === undefined ? { kind: 'other' } : { kind: 'sdp', sdp: part };
}

const comparable = (sdp: string): string =>
  sdp
    .split(/\r?\n/)
    .map((line) => line.trimEnd())
    .filter((line) => line !== '' && !line.startsWith('o='))
    .join('\n');

/** Whether two descriptions say the same; `o=` may differ in its version (RFC 3264 §8). */
export const isSameSdp = (one: string, other: string): boolean => comparable(one) === comparable(other);
