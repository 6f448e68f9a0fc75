/**
 * Where the head of a message ends, and its text.
 */
import type { SipBody } from '@stoxgate/contracts';
import { encodeBase64 } from './base64.ts';
import { decodeLatin1, decodeUtf8 } from './utf8.ts';

const CR = 13;
const LF = 10;

type BodyContent = Pick<SipBody, 'content' | 'encoding'>;

export interface Framed {
  /** Start line and headers, the empty line included, up to `headEnd`. */
  readonly text: string;
  readonly headEnd: number;
  readonly bodyBytes: number;
  /** Undefined where a character is a byte: it is the rest of `text`. */
  readonly body: Uint8Array | undefined;
}

/** Index just after the empty line that ends the head, or -1 when there is none. */
function endOfHead(data: Uint8Array): number {
  for (let lf = data.indexOf(LF); lf >= 0; lf = data.indexOf(LF, lf + 1)) {
    if (data[lf - 1] === CR && data[lf + 1] === CR && data[lf + 2] === LF) return lf + 3;
  }
  return -1;
}

function contentOf(bytes: Uint8Array): BodyContent {
  const text = decodeUtf8(bytes);
  return text === undefined
    ? { content: encodeBase64(bytes), encoding: 'base64' }
    : { content: text, encoding: 'utf8' };
}

function splitAscii(text: string): Framed | undefined {
  const headEnd = text.indexOf('\r\n\r\n') + 4;
  return headEnd < 4 ? undefined : { text, headEnd, bodyBytes: text.length - headEnd, body: undefined };
}

/** The first `length` bytes of the body. */
export const cutBody = ({ text, headEnd, body }: Framed, length: number): BodyContent =>
  body === undefined
    ? { content: text.slice(headEnd, headEnd + length), encoding: 'utf8' }
    : contentOf(body.subarray(0, length));

/** Splits head from body; undefined when the head does not end. Where all is ASCII, bytes and characters coincide. */
export function splitHead(data: Uint8Array): Framed | undefined {
  const text = decodeUtf8(data);
  if (text !== undefined && text.length === data.length) return splitAscii(text);
  const bodyStart = endOfHead(data);
  if (bodyStart < 0) return undefined;
  const bytes = data.subarray(0, bodyStart);
  const head = decodeUtf8(bytes) ?? decodeLatin1(bytes);
  return {
    text: head,
    headEnd: head.length,
    bodyBytes: data.length - bodyStart,
    body: data.subarray(bodyStart),
  };
}
