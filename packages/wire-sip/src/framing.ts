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
  /** Start line and headers, the empty line included. */
  readonly head: string;
  readonly bodyBytes: number;
  /** Text where a character is a byte. */
  readonly body: string | Uint8Array;
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
  const bodyStart = text.indexOf('\r\n\r\n') + 4;
  if (bodyStart < 4) return undefined;
  return {
    head: text.slice(0, bodyStart),
    bodyBytes: text.length - bodyStart,
    body: text.slice(bodyStart),
  };
}

/** The first `length` bytes of the body. */
export const cutBody = ({ body }: Framed, length: number): BodyContent =>
  typeof body === 'string'
    ? { content: body.slice(0, length), encoding: 'utf8' }
    : contentOf(body.subarray(0, length));

/** Splits head from body; undefined when the head does not end. Where all is ASCII, bytes and characters coincide. */
export function splitHead(data: Uint8Array): Framed | undefined {
  const text = decodeUtf8(data);
  if (text !== undefined && text.length === data.length) return splitAscii(text);
  const bodyStart = endOfHead(data);
  if (bodyStart < 0) return undefined;
  const head = data.subarray(0, bodyStart);
  return {
    head: decodeUtf8(head) ?? decodeLatin1(head),
    bodyBytes: data.length - bodyStart,
    body: data.subarray(bodyStart),
  };
}
