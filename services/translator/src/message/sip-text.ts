/**
 * The text in a body, by its charset: RFC 3428 §7, RFC 2046 §4.1.2.
 */
import type { SipBody } from '@stoxgate/contracts';
import { decodeBase64, decodeLatin1, decodeUtf8, encodeBase64, encodeUtf8 } from '@stoxgate/wire-sip';
import { type BodyPart, partsOf } from '../call/multipart.ts';

/** `broken`: not in the charset that it claims. `unknown`: a charset that we do not read. */
export type BodyText = { readonly text: string } | 'broken' | 'unknown';

const CHARSET = /;\s*charset\s*=\s*"?([^"\s;]+)"?/i;

const bytesOf = (body: SipBody): Uint8Array | undefined =>
  body.encoding === 'base64' ? decodeBase64(body.content) : encodeUtf8(body.content);

/** Decodes a body of a text type. */
export function textOfBody(body: SipBody): BodyText {
  switch ((CHARSET.exec(body.contentType)?.[1] ?? 'utf-8').toLowerCase()) {
    case 'utf-8':
    case 'utf8':
    case 'us-ascii':
      return body.encoding === 'utf8' ? { text: body.content } : 'broken';
    case 'iso-8859-1': {
      const bytes = bytesOf(body);
      return bytes === undefined ? 'broken' : { text: decodeLatin1(bytes) };
    }
    default:
      return 'unknown';
  }
}

/** The parts of a multipart body as bodies of their own; those beside the text need not be text (RFC 2046 §5.1). */
export function bodiesIn(body: SipBody): readonly SipBody[] {
  if (body.encoding === 'utf8') {
    return partsOf(body.contentType, body.content).map(({ contentType, content }) => ({
      contentType,
      content,
      encoding: 'utf8',
    }));
  }
  const bytes = decodeBase64(body.content);
  if (bytes === undefined) return [];
  return partsOf(body.contentType, decodeLatin1(bytes)).map(({ contentType, content }: BodyPart) => {
    const own = Uint8Array.from(content, (char) => char.charCodeAt(0));
    const text = decodeUtf8(own);
    return text === undefined
      ? { contentType, content: encodeBase64(own), encoding: 'base64' }
      : { contentType, content: text, encoding: 'utf8' };
  });
}
