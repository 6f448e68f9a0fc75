/**
 * Header lines of a chunk, each into its field. RFC 4975 §7.1, §9.
 */
import { type ByteRange, parseByteRange, WHOLE_MESSAGE } from './byte-range.ts';
import { type MsrpDefect, msrpDefect } from './fault.ts';
import { hasControls, isToken } from './grammar.ts';
import type { MsrpLimits } from './limits.ts';
import type { FailureReport, MsrpHeader, MsrpStatus } from './message.ts';
import { type MsrpUri, parseMsrpPath } from './uri.ts';

export interface MsrpHead {
  toPath?: readonly MsrpUri[];
  fromPath?: readonly MsrpUri[];
  messageId?: string;
  byteRange: ByteRange;
  wantsSuccessReport: boolean;
  failureReport: FailureReport;
  status?: MsrpStatus;
  contentType?: string;
  readonly headers: MsrpHeader[];
}

const MESSAGE_ID = /^[\x21-\x7e]{1,256}$/;
const STATUS = /^000 ([0-9]{3})(?: (.*))?$/;
const CONTENT_TYPE = /^[^\s/;,]+\/[^\s/;,]+(?:\s*;.*)?$/;

const badValue = (name: string): MsrpDefect => msrpDefect('value', `Malformed ${name}`);

type Reader = (head: MsrpHead, value: string, limits: MsrpLimits) => MsrpDefect | undefined;

const readPath =
  (field: 'toPath' | 'fromPath', name: string): Reader =>
  (head, value, { maxPathUris, maxUriChars }) => {
    const path = parseMsrpPath(value, maxPathUris, maxUriChars);
    if (path === undefined) return msrpDefect('path', `Malformed ${name}`);
    head[field] = path;
    return undefined;
  };

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['to-path', readPath('toPath', 'To-Path')],
  ['from-path', readPath('fromPath', 'From-Path')],
  [
    'message-id',
    (head, value) => {
      if (!MESSAGE_ID.test(value)) return badValue('Message-ID');
      head.messageId = value;
      return undefined;
    },
  ],
  [
    'byte-range',
    (head, value) => {
      const range = parseByteRange(value);
      if (range === undefined) return badValue('Byte-Range');
      head.byteRange = range;
      return undefined;
    },
  ],
  [
    'success-report',
    (head, value) => {
      const word = value.toLowerCase();
      if (word !== 'yes' && word !== 'no') return badValue('Success-Report');
      head.wantsSuccessReport = word === 'yes';
      return undefined;
    },
  ],
  [
    'failure-report',
    (head, value) => {
      const word = value.toLowerCase();
      if (word !== 'yes' && word !== 'no' && word !== 'partial') return badValue('Failure-Report');
      head.failureReport = word;
      return undefined;
    },
  ],
  [
    'status',
    (head, value) => {
      const [, code, comment] = STATUS.exec(value) ?? [];
      if (code === undefined) return badValue('Status');
      head.status = { code: Number(code), ...(comment && { comment }) };
      return undefined;
    },
  ],
  [
    'content-type',
    (head, value) => {
      if (!CONTENT_TYPE.test(value)) return badValue('Content-Type');
      head.contentType = value;
      return undefined;
    },
  ],
]);

/** Reads header lines, each of which ends in CRLF. Fields of the first lines are there even when a later one is a defect. */
export function readMsrpHead(
  text: string,
  limits: MsrpLimits,
): { readonly head: MsrpHead; readonly defect: MsrpDefect | undefined } {
  const head: MsrpHead = {
    byteRange: WHOLE_MESSAGE,
    wantsSuccessReport: false,
    failureReport: 'yes',
    headers: [],
  };
  const seen = new Set<string>();
  let defect: MsrpDefect | undefined;
  const lines = text === '' ? [] : text.slice(0, -2).split('\r\n');
  // The paths stand first (§7.1): an answer finds its way even when what follows is too much.
  for (const line of lines.slice(0, limits.maxHeaders)) defect ??= readLine(head, line, seen, limits);
  if (lines.length > limits.maxHeaders) defect ??= msrpDefect('limit', 'Too Many Headers');
  return { head, defect };
}

function readLine(
  head: MsrpHead,
  line: string,
  seen: Set<string>,
  limits: MsrpLimits,
): MsrpDefect | undefined {
  const colon = line.indexOf(':');
  const name = line.slice(0, Math.max(0, colon));
  if (!isToken(name) || hasControls(line)) return msrpDefect('header', 'Malformed Header');
  const value = line.slice(colon + 1).trim();
  const reader = READERS.get(name.toLowerCase());
  if (reader === undefined) {
    head.headers.push({ name, value });
    return undefined;
  }
  if (seen.has(name.toLowerCase())) return msrpDefect('repeated', 'Repeated Header');
  seen.add(name.toLowerCase());
  return reader(head, value, limits);
}
