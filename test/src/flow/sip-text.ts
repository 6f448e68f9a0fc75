/**
 * SIP in a flow: header and body lines to build messages from, and messages of the gateway as lines.
 */
import type { CommandOf, OwnContact, SipBody } from '@stoxgate/contracts';
import { formatNameAddr } from '@stoxgate/wire-sip';

export interface SipLines {
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: SipBody | undefined;
}

const HEADER = /^([A-Za-z][A-Za-z0-9-]*):\s*(.*)$/;

/** Header lines up to the first that is none; the rest is the body, SDP unless Content-Type says otherwise. */
export function readSipLines(lines: readonly string[]): SipLines {
  const headers = new Map<string, string[]>();
  const end = lines.findIndex((line) => !HEADER.test(line));
  for (const line of end < 0 ? lines : lines.slice(0, end)) {
    const [, name = '', value = ''] = HEADER.exec(line) ?? [];
    headers.set(name.toLowerCase(), [...(headers.get(name.toLowerCase()) ?? []), value]);
  }
  const bodyLines = end < 0 ? [] : lines.slice(end).filter((line, index) => index > 0 || line !== '');
  const contentType = headers.get('content-type')?.[0] ?? 'application/sdp';
  headers.delete('content-type');
  const body: SipBody | undefined =
    bodyLines.length === 0
      ? undefined
      : { contentType, content: `${bodyLines.join('\r\n')}\r\n`, encoding: 'utf8' };
  return { headers, body };
}

const contactText = (contact: OwnContact): string =>
  `<sip:${contact.user}@gw${contact.gr === undefined ? '' : `;gr=${contact.gr}`}>`;

type SipCommand = CommandOf<'sip.request.send'> | CommandOf<'sip.response.send'>;

/** What the gateway sends, as lines `name: value`. `branch` and `answers` stand for what the edge makes of them. */
export function headerLinesOf(command: SipCommand): readonly (readonly [string, string])[] {
  const isRequest = command.type === 'sip.request.send';
  const message = isRequest ? command.request : command.response;
  const lines: [string, string][] = [
    ['from', formatNameAddr(message.from)],
    ['to', formatNameAddr(message.to)],
    ['call-id', message.callId],
    ['edge', command.edge ?? 'any'],
  ];
  if (isRequest) {
    lines.push(['cseq', `${command.request.cseq} ${command.request.method}`], ['branch', command.branch]);
    lines.push(['max-forwards', String(command.request.maxForwards)]);
    for (const route of command.request.routes) lines.push(['route', route]);
    for (const { header, value } of command.challenges ?? []) lines.push(['answers', `${header} ${value}`]);
  } else {
    const { cseq, recordRoutes, vias } = command.response;
    lines.push(['cseq', `${cseq.number} ${cseq.method}`]);
    for (const route of recordRoutes) lines.push(['record-route', route]);
    for (const via of vias) lines.push(['via', via]);
  }
  if (message.contact !== undefined) lines.push(['contact', contactText(message.contact)]);
  if (message.body !== undefined) lines.push(['content-type', message.body.contentType]);
  for (const [name, values] of Object.entries(message.headers)) {
    for (const value of values) lines.push([name, value]);
  }
  return lines;
}
