/**
 * What the gateway did, in the words of a flow.
 */
import type { Command, CommandOf, PhoneConnectionCommand, XmlElement } from '@stoxgate/contracts';
import { childOf, elementsOf, NS, readStanzaError, serialize } from '@stoxgate/wire-xmpp';
import type { Bindings } from './bindings.ts';
import { chatFault, chatHeadline, describeChat, isChatCommand } from './chat-peer.ts';
import { describeRelay, relayFault, relayHeadline } from './relay-peer.ts';
import { headerLinesOf } from './sip-text.ts';
import { contains, fragmentOf, isXmlLine } from './xml-fragment.ts';
import { readHeadline, STANZAS } from './xmpp-peer.ts';

/** What has an arrow in a ladder; what is said for phones has none. */
export type ArrowCommand = Exclude<
  Command,
  CommandOf<'timer.set' | 'timer.clear' | 'session.notify' | 'bosh.request.send'> | PhoneConnectionCommand
>;

export type Outcome =
  | { readonly kind: 'command'; readonly command: ArrowCommand }
  | { readonly kind: 'inner'; readonly text: string };

const jingleOf = (stanza: XmlElement): XmlElement | undefined => childOf(stanza, 'jingle', NS.JINGLE);

function stanzaHeadline(stanza: XmlElement): string {
  const { type, to } = stanza.attrs;
  if (stanza.name !== 'iq') return `${stanza.name} ${type === undefined ? '' : `type=${type} `}to=${to}`;
  if (type === 'result') return 'iq-result';
  if (type === 'error') return `iq-error ${readStanzaError(stanza).condition}`;
  const jingle = jingleOf(stanza);
  return jingle === undefined ? `iq type=${type}` : `${jingle.attrs.action} sid=${jingle.attrs.sid}`;
}

function sipHeadline(command: CommandOf<'sip.request.send'> | CommandOf<'sip.response.send'>): string {
  if (command.type === 'sip.request.send') return `${command.request.method} ${command.request.requestUri}`;
  const { status, reason, cseq } = command.response;
  return `${status} ${reason} to ${cseq.method}`;
}

export function headlineOf(command: ArrowCommand): string {
  if (command.type === 'xmpp.stanza.send') return stanzaHeadline(command.stanza);
  if (isChatCommand(command)) return chatHeadline(command);
  return command.type === 'media.request.send' ? relayHeadline(command) : sipHeadline(command);
}

/** The outcome as it would stand in a flow, for messages about a failure. */
export function describe(outcome: Outcome): string {
  if (outcome.kind === 'inner') return `gw : ${outcome.text}`;
  const { command } = outcome;
  if (command.type === 'media.request.send') return describeRelay(command);
  if (isChatCommand(command)) return describeChat(command);
  const head = `gw --> ?   ${headlineOf(command)}`;
  if (command.type === 'xmpp.stanza.send') return `${head}\n    | ${serialize(command.stanza)}`;
  const message = command.type === 'sip.request.send' ? command.request : command.response;
  const lines = headerLinesOf(command).map(([name, value]) => `${name}: ${value}`);
  return [head, ...lines, ...(message.body?.content.split('\r\n') ?? [])].join('\n    | ');
}

function stanzaFault(bindings: Bindings, stanza: XmlElement, text: string, details: readonly string[]) {
  const { name, words, attrs } = readHeadline(text);
  const actual = readHeadline(stanzaHeadline(stanza));
  if (name !== actual.name) return 'another stanza';
  if (words.length > 0 && words[0] !== actual.words[0]) return 'another condition';
  const head = STANZAS.has(name) ? stanza : (jingleOf(stanza) ?? stanza);
  for (const [key, value] of Object.entries(attrs)) {
    const found = stanza.attrs[key] ?? head.attrs[key];
    if (found === undefined || !bindings.matches(value, found)) return `${key} is ${found}`;
  }
  const absent = details.filter((line) => line.startsWith('no '));
  const given = fragmentOf(details.filter((line) => !line.startsWith('no ')));
  const missing = given.find((expected) => !contains(bindings, stanza, expected));
  if (missing !== undefined) return `no ${serialize(missing)} in it`;
  const unwanted = absent.find((line) =>
    fragmentOf([line.slice(3)]).some((expected) => contains(bindings, stanza, expected)),
  );
  return unwanted === undefined ? undefined : `it has ${unwanted.slice(3)}`;
}

function bodyFault(bindings: Bindings, content: string, expected: readonly string[]): string | undefined {
  const lines = content.split(/\r?\n/);
  for (const line of expected) {
    const index = lines.findIndex((candidate) => bindings.matches(line, candidate));
    if (index < 0) return `no line ${line}, or not in this order`;
    lines.splice(0, index + 1);
  }
  return undefined;
}

function sipFault(
  bindings: Bindings,
  command: CommandOf<'sip.request.send'> | CommandOf<'sip.response.send'>,
  text: string,
  details: readonly string[],
): string | undefined {
  const actual = sipHeadline(command);
  const isShort = command.type === 'sip.response.send' && bindings.matches(`${text} to …`, actual);
  if (!isShort && !bindings.matches(text, actual)) return `it is ${actual}`;
  const headers = headerLinesOf(command);
  // What follows an empty line is body, whatever it looks like.
  const blank = details.findIndex((line) => line.trim() === '');
  const body: string[] = [];
  for (const line of blank < 0 ? details : details.slice(0, blank)) {
    const [, no, name, value = ''] = /^(no )?([A-Za-z][A-Za-z0-9-]*):?\s*(.*)$/.exec(line) ?? [];
    if (/^[a-z]=/.test(line) || name === undefined) {
      body.push(line);
      continue;
    }
    const found = headers.filter(([header]) => header === name.toLowerCase());
    if (no !== undefined && found.length > 0) return `it has ${name}`;
    if (no === undefined && !found.some(([, candidate]) => bindings.matches(value, candidate))) {
      return `${name} is ${found.map(([, candidate]) => candidate).join(' | ') || 'missing'}`;
    }
  }
  const message = command.type === 'sip.request.send' ? command.request : command.response;
  if (blank >= 0) body.push(...details.slice(blank + 1));
  return bodyFault(bindings, message.body?.content ?? '', body);
}

/** What differs between an outgoing message and what the flow says of it; undefined: nothing. */
export function faultOf(
  bindings: Bindings,
  command: ArrowCommand,
  headline: string,
  details: readonly string[],
): string | undefined {
  if (command.type === 'media.request.send') return relayFault(bindings, command, headline, details);
  if (isChatCommand(command)) return chatFault(bindings, command, headline, details);
  if (command.type !== 'xmpp.stanza.send') return sipFault(bindings, command, headline, details);
  const wanted = details.filter((line) => line.trim() !== '');
  if (wanted.some((line) => !isXmlLine(line.replace(/^no /, '')))) return 'details are not XML';
  return stanzaFault(bindings, command.stanza, headline, wanted);
}

export const isIqAnswer = (stanza: XmlElement): boolean =>
  stanza.name === 'iq' && (stanza.attrs.type === 'result' || stanza.attrs.type === 'error');

/** First child's name, for a stanza that no other word fits. */
export const payloadOf = (stanza: XmlElement): string => elementsOf(stanza)[0]?.name ?? '';
