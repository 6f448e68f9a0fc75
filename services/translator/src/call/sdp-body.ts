/**
 * The SDP in a SIP message: its whole body, or the part of a multipart body. RFC 3261 §20.15, RFC 5621.
 */
import type { SipBody } from '@stoxgate/contracts';
import { decodeBase64, decodeLatin1, decodeUtf8 } from '@stoxgate/wire-sip';
import { type BodyPart, mediaType, partsOf } from './multipart.ts';

export type SdpBody =
  | { readonly kind: 'sdp'; readonly sdp: string }
  | { readonly kind: 'none' }
  /** Something else than SDP, or SDP that is not UTF-8: owed a 415. */
  | { readonly kind: 'other' };

const SDP = 'application/sdp';
/** Multipart bodies within multipart bodies, before they are no longer looked into. */
const DEPTH_MAX = 3;

/** A description of another disposition, such as early-session (RFC 3959), is not that of the session. */
const isSession = ({ disposition }: BodyPart): boolean => disposition === '' || disposition === 'session';

function sdpIn(contentType: string, content: string, depth: number): string | undefined {
  const type = mediaType(contentType);
  if (type === SDP) return content;
  if (!type.startsWith('multipart/') || depth === 0) return undefined;
  const parts = partsOf(contentType, content);
  // RFC 2046 §5.1.4: of alternatives the last that is understood is the best.
  for (const part of type === 'multipart/alternative' ? parts.toReversed() : parts) {
    const isWanted = mediaType(part.contentType) !== SDP || isSession(part);
    const found = isWanted ? sdpIn(part.contentType, part.content, depth - 1) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The same where other parts are binary, as ISUP is (RFC 3204): one character a byte until the part is found. */
function sdpInBytes({ contentType, content }: SipBody): string | undefined {
  if (!mediaType(contentType).startsWith('multipart/')) return undefined;
  const found = sdpIn(contentType, decodeLatin1(decodeBase64(content) ?? new Uint8Array()), DEPTH_MAX);
  return found === undefined
    ? undefined
    : decodeUtf8(Uint8Array.from(found, (character) => character.charCodeAt(0)));
}

/** The session description of a message: its body, or the part that is one. Does not throw. */
export function sdpOf(body: SipBody | undefined): SdpBody {
  if (body === undefined || body.content === '') return { kind: 'none' };
  const sdp = body.encoding === 'utf8' ? sdpIn(body.contentType, body.content, DEPTH_MAX) : sdpInBytes(body);
  return sdp === undefined ? { kind: 'other' } : { kind: 'sdp', sdp };
}
