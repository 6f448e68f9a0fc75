/**
 * A message of RFC 4475 (SIP torture tests) with what a parser owes for it.
 */
import { encodeUtf8 } from '../utf8.ts';

export interface TortureMessage {
  /** Name of the message in RFC 4475. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** `request`, `response`: accepted. A number: refused with that status. `drop`: no answer. */
  readonly owed: 'request' | 'response' | 'drop' | number;
}

/** The session description that most of the messages carry. */
export const sdpOf = (address: string): string =>
  [
    'v=0',
    `o=mhandley 29739 7272939 IN IP4 ${address}`,
    's=-',
    `c=IN IP4 ${address}`,
    't=0 0',
    'm=audio 49217 RTP/AVP 0 12',
    'm=video 3227 RTP/AVP 31',
    'a=rtpmap:31 LPC',
    '',
  ].join('\r\n');

/** Lines to bytes; `{n}` in a line becomes the length of the body. */
export function torture(
  name: string,
  owed: TortureMessage['owed'],
  lines: readonly string[],
  body = '',
): TortureMessage {
  const length = String(encodeUtf8(body).length);
  const head = lines.map((line) => line.replaceAll('{n}', length)).join('\r\n');
  return { name, owed, bytes: encodeUtf8(`${head}\r\n\r\n${body}`) };
}
