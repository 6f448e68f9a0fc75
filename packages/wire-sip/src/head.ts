/**
 * The header fields of one message, read line by line. RFC 3261 §7.3, §20.
 */
import type { NameAddr, SipBody } from '@stoxgate/contracts';
import { type Defect, defect } from './fault.ts';
import { isSpaceCode, isToken, readDigits, skipSpace, sliceTrimmed } from './grammar.ts';
import { emptyRecord, splitList } from './header-list.ts';
import { fullHeaderNameIn } from './header-name.ts';
import type { SipLimits } from './limits.ts';
import { parseNameAddr } from './name-addr.ts';
import { parseVia, type Via } from './via.ts';

export interface Head {
  vias: string[];
  topVia: Via | undefined;
  from: NameAddr | undefined;
  to: NameAddr | undefined;
  callId: string | undefined;
  cseq: { number: number; method: string } | undefined;
  contacts: NameAddr[];
  recordRoutes: string[];
  maxForwards: number | undefined;
  contentLength: number | undefined;
  contentType: string | undefined;
  headers: Record<string, string[]>;
  body: SipBody | undefined;
}

const CALL_ID = /^[!-~]+$/;
const CSEQ_DIGITS = 20;
const LENGTH_DIGITS = 10;
const MAX_CSEQ = 2 ** 31 - 1;

/** Headers that may stand once only, beside those that `readField` handles by name. */
const SINGLE = new Set([
  ...['content-disposition', 'date', 'event', 'expires', 'min-expires', 'min-se', 'rack', 'refer-to'],
  ...['referred-by', 'replaces', 'retry-after', 'rseq', 'session-expires', 'sip-if-match', 'sip-etag'],
]);

const emptyHead = (): Head => ({
  vias: [],
  topVia: undefined,
  from: undefined,
  to: undefined,
  callId: undefined,
  cseq: undefined,
  contacts: [],
  recordRoutes: [],
  maxForwards: undefined,
  contentLength: undefined,
  contentType: undefined,
  headers: emptyRecord<string[]>(),
  body: undefined,
});

const repeated = (name: string): Defect => defect('repeated', `Repeated ${name}`);
const malformed = (name: string): Defect => defect('header', `Malformed ${name}`);
const tooMany = (name: string): Defect => defect('limit', `Too Many ${name}`);

function readVia(head: Head, value: string, limits: SipLimits): Defect | undefined {
  const elements = splitList(value);
  if (elements === undefined) return malformed('Via');
  for (const element of elements) {
    const via = parseVia(element);
    if (via === undefined) return malformed('Via');
    head.topVia ??= via;
  }
  head.vias = head.vias.length === 0 ? elements : [...head.vias, ...elements];
  return head.vias.length > limits.maxVias ? tooMany('Via') : undefined;
}

function readContact(head: Head, value: string, limits: SipLimits): Defect | undefined {
  if (value === '*') {
    if (head.contacts.length > 0) return malformed('Contact');
    head.contacts.push({ uri: '*', params: emptyRecord<string>() });
    return undefined;
  }
  const elements = splitList(value);
  if (elements === undefined || head.contacts[0]?.uri === '*') return malformed('Contact');
  for (const element of elements) {
    const contact = parseNameAddr(element);
    if (contact === undefined) return malformed('Contact');
    if (head.contacts.push(contact) > limits.maxListElements) return tooMany('Contact');
  }
  return undefined;
}

function readRecordRoute(head: Head, value: string, limits: SipLimits): Defect | undefined {
  const elements = splitList(value);
  if (elements === undefined) return malformed('Record-Route');
  for (const element of elements) {
    if (parseNameAddr(element) === undefined) return malformed('Record-Route');
    if (head.recordRoutes.push(element) > limits.maxListElements) return tooMany('Record-Route');
  }
  return undefined;
}

function readCseq(head: Head, value: string): Defect | undefined {
  if (head.cseq !== undefined) return repeated('CSeq');
  let end = 0;
  while (end < value.length && !isSpaceCode(value.charCodeAt(end))) end++;
  const number = readDigits(value, 0, end, CSEQ_DIGITS);
  const method = sliceTrimmed(value, end, value.length);
  if (number < 0 || !isToken(method)) return defect('cseq', 'Malformed CSeq');
  if (number > MAX_CSEQ) return defect('cseq', 'CSeq Number Too Large');
  head.cseq = { number, method };
  return undefined;
}

function readContentLength(head: Head, value: string): Defect | undefined {
  const length = readDigits(value, 0, value.length, LENGTH_DIGITS);
  if (length < 0) return defect('length', 'Malformed Content-Length');
  if (head.contentLength !== undefined && head.contentLength !== length) {
    return defect('length', 'Conflicting Content-Length');
  }
  head.contentLength = length;
  return undefined;
}

function readMaxForwards(head: Head, value: string): Defect | undefined {
  if (head.maxForwards !== undefined) return repeated('Max-Forwards');
  const hops = readDigits(value, 0, value.length, LENGTH_DIGITS);
  if (hops < 0 || hops > 255) return malformed('Max-Forwards');
  head.maxForwards = hops;
  return undefined;
}

function readOther(head: Head, name: string, value: string): Defect | undefined {
  const present = head.headers[name];
  if (present === undefined) {
    if (!isToken(name)) return defect('header', 'Malformed Header Name');
    // As a key it would set the prototype of whatever plain object the record is copied into.
    if (name !== '__proto__') head.headers[name] = [value];
    return undefined;
  }
  if (SINGLE.has(name)) return repeated(name);
  present.push(value);
  return undefined;
}

function readField(head: Head, name: string, value: string, limits: SipLimits): Defect | undefined {
  switch (name) {
    case 'via':
      return readVia(head, value, limits);
    case 'from':
      if (head.from !== undefined) return repeated('From');
      head.from = parseNameAddr(value);
      return head.from === undefined ? malformed('From') : undefined;
    case 'to':
      if (head.to !== undefined) return repeated('To');
      head.to = parseNameAddr(value);
      return head.to === undefined ? malformed('To') : undefined;
    case 'call-id':
      if (head.callId !== undefined) return repeated('Call-ID');
      head.callId = value;
      return CALL_ID.test(value) ? undefined : malformed('Call-ID');
    case 'cseq':
      return readCseq(head, value);
    case 'contact':
      return readContact(head, value, limits);
    case 'record-route':
      return readRecordRoute(head, value, limits);
    case 'max-forwards':
      return readMaxForwards(head, value);
    case 'content-length':
      return readContentLength(head, value);
    case 'content-type':
      if (head.contentType !== undefined) return repeated('Content-Type');
      head.contentType = value;
      return undefined;
    default:
      return readOther(head, name, value);
  }
}

const unfold = (text: string): string => text.replace(/[ \t]*\r\n[ \t]+/g, ' ');

/** Index of the CR that ends the line at `from`, -1 when a bare CR or LF comes first. */
export function endOfLine(text: string, from: number): number {
  const cr = text.indexOf('\r', from);
  return cr >= 0 && text.indexOf('\n', from) === cr + 1 ? cr : -1;
}

/** Name of the header whose line begins at `start`. */
function nameIn(text: string, start: number, colon: number): string {
  const from = skipSpace(text, start);
  let to = colon;
  while (to > from && isSpaceCode(text.charCodeAt(to - 1))) to--;
  return fullHeaderNameIn(text, from, to);
}

/**
 * Reads the header lines from index `from` of `text`, where each line ends in CRLF, up to its end at `end`.
 */
export function readHead(text: string, from: number, end: number, limits: SipLimits): Head | Defect {
  const head = emptyHead();
  let lines = 0;
  for (let start = from; start < end; ) {
    let cr = endOfLine(text, start);
    let folded = false;
    while (cr >= 0 && cr + 2 < end && isSpaceCode(text.charCodeAt(cr + 2))) {
      folded = true;
      cr = endOfLine(text, cr + 2);
    }
    if (cr < 0) return defect('header', 'Bare CR or LF');
    if (cr - start > limits.maxLineChars) return defect('limit', 'Header Too Long', 513);
    if (++lines > limits.maxHeaders) return defect('limit', 'Too Many Headers', 513);
    const colon = text.indexOf(':', start);
    if (colon < 0 || colon > cr) return defect('header', 'Header Without Colon');
    const name = nameIn(text, start, colon);
    const value = folded ? unfold(text.slice(colon + 1, cr)).trim() : sliceTrimmed(text, colon + 1, cr);
    const found = readField(head, name, value, limits);
    if (found !== undefined) return found;
    start = cr + 2;
  }
  return head;
}
