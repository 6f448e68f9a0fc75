/**
 * MSRP messages as bytes. RFC 4975 §7.1, §7.2.
 */
import { formatByteRange } from './byte-range.ts';
import type { MsrpAnswerable } from './fault.ts';
import { cleanValue, isToken } from './grammar.ts';
import type { MsrpHeader, MsrpRequest, MsrpResponse } from './message.ts';
import { msrpPhrase } from './status.ts';
import { formatMsrpPath } from './uri.ts';
import { encodeUtf8 } from './utf8.ts';

const headerLines = (headers: readonly MsrpHeader[]): string =>
  headers
    .filter(({ name }) => isToken(name))
    .map(({ name, value }) => `${name}: ${cleanValue(value)}\r\n`)
    .join('');

const line = (name: string, value: string | undefined): string =>
  value === undefined ? '' : `${name}: ${cleanValue(value)}\r\n`;

/**
 * A request. Its transaction id must not occur in its body after seven dashes (§7.1): see `endsInside`. Headers that say
 * what is meant without them are left out.
 */
export function serializeMsrpRequest(request: MsrpRequest): Uint8Array {
  const { transactionId, method, status, body, flag } = request;
  const head = [
    `MSRP ${transactionId} ${method}\r\n`,
    `To-Path: ${formatMsrpPath(request.toPath)}\r\n`,
    `From-Path: ${formatMsrpPath(request.fromPath)}\r\n`,
    line('Message-ID', request.messageId),
    line('Byte-Range', formatByteRange(request.byteRange)),
    request.wantsSuccessReport ? 'Success-Report: yes\r\n' : '',
    request.failureReport === 'yes' ? '' : `Failure-Report: ${request.failureReport}\r\n`,
    status === undefined
      ? ''
      : line('Status', `000 ${status.code}${status.comment ? ` ${status.comment}` : ''}`),
    headerLines(request.headers),
    line('Content-Type', request.contentType),
  ].join('');
  const end = `-------${transactionId}${flag}\r\n`;
  if (body === undefined) return encodeUtf8(head + end);
  return joined(encodeUtf8(`${head}\r\n`), body, encodeUtf8(`\r\n${end}`));
}

export function serializeMsrpResponse(response: MsrpResponse): Uint8Array {
  const { transactionId, code, comment } = response;
  return encodeUtf8(
    [
      `MSRP ${transactionId} ${code}${comment ? ` ${cleanValue(comment)}` : ''}\r\n`,
      `To-Path: ${formatMsrpPath(response.toPath)}\r\n`,
      `From-Path: ${formatMsrpPath(response.fromPath)}\r\n`,
      headerLines(response.headers),
      `-------${transactionId}$\r\n`,
    ].join(''),
  );
}

/**
 * The response to a request (§7.2): for a SEND it goes to the hop that it came from, for any other method back along the
 * whole path.
 */
export function msrpResponseTo(
  { transactionId, method, toPath, fromPath }: MsrpAnswerable,
  code: number,
  comment = msrpPhrase(code),
): MsrpResponse {
  return {
    transactionId,
    toPath: method === 'SEND' ? fromPath.slice(0, 1) : fromPath,
    fromPath: toPath.slice(0, 1),
    headers: [],
    code,
    ...(comment !== '' && { comment }),
  };
}

/** Whether a body has what a reader could take for the end of the chunk with this transaction id. */
export function endsInside(body: Uint8Array, transactionId: string): boolean {
  const end = encodeUtf8(`-------${transactionId}`);
  const last = end[end.length - 1] ?? 0;
  // Ids are random: their last character is rarer in a body than dashes are.
  for (let at = body.indexOf(last, end.length - 1); at >= 0; at = body.indexOf(last, at + 1)) {
    const from = at - end.length + 1;
    if (end.every((byte, i) => body[from + i] === byte)) return true;
  }
  return false;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
