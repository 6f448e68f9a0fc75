/**
 * For tests of the media mapping: Jingle as XML text, SDP as lines.
 */
import { readFileSync } from 'node:fs';
import type { XmlElement } from '@stoxgate/contracts';
import { parseXml, serialize } from '@stoxgate/wire-xmpp';
import { answerFromJingle } from '../media/answer-from-jingle.ts';
import { jingleFromAnswer } from '../media/jingle-from-answer.ts';
import { jingleFromOffer } from '../media/jingle-from-offer.ts';
import type { MediaFault, MediaResult, SdpContext } from '../media/media-state.ts';
import { offerFromJingle } from '../media/offer-from-jingle.ts';

/** The XMPP user calls. */
export const CALLER: SdpContext = {
  sdpOrigin: '203.0.113.1',
  userName: 'juliet',
  sessionId: '2890844526',
  xmppRole: 'initiator',
};
/** The XMPP user is called. */
export const CALLEE: SdpContext = { ...CALLER, xmppRole: 'responder' };

export const fixture = (name: string): string =>
  readFileSync(new URL(`../media/fixtures/${name}`, import.meta.url), 'utf8');

export function xml(text: string): XmlElement {
  const parsed = parseXml(text);
  if (!parsed.ok) throw new Error(`bad XML in a test: ${JSON.stringify(parsed.fault)}`);
  return parsed.element;
}

/** Serialised with single quotes, as the specifications print it. */
export const text = (element: XmlElement): string => serialize(element).replaceAll('"', "'");

export function mapped<T>(result: MediaResult<T>): T {
  if (!result.ok) throw new Error(`${result.cause}: ${result.detail}`);
  return result;
}

export function faultOf<T>(result: MediaResult<T>): MediaFault['cause'] {
  if (result.ok) throw new Error('expected a fault');
  return result.cause;
}

export const jingle = (...contents: string[]): XmlElement =>
  xml(`<jingle xmlns='urn:xmpp:jingle:1'>${contents.join('')}</jingle>`);

const PCMU = "<payload-type id='0' name='PCMU' clockrate='8000'/>";
const RAW =
  "<transport xmlns='urn:xmpp:jingle:transports:raw-udp:1'>" +
  "<candidate component='1' generation='0' id='a' ip='192.0.2.1' port='5000'/></transport>";

export interface ContentParts {
  readonly attrs?: string;
  readonly media?: string;
  readonly description?: string;
  readonly transport?: string;
}

/** `<content/>`: one PCMU payload type over raw UDP unless told otherwise. */
export function content({
  attrs,
  media = 'audio',
  description = PCMU,
  transport = RAW,
}: ContentParts = {}): string {
  return (
    `<content ${attrs ?? "creator='initiator' name='voice'"}>` +
    `<description xmlns='urn:xmpp:jingle:apps:rtp:1' media='${media}'>${description}</description>` +
    `${transport}</content>`
  );
}

/** ICE `<transport/>` with credentials. */
export const ice = (children = ''): string =>
  "<transport xmlns='urn:xmpp:jingle:transports:ice-udp:1' ufrag='8hhy' pwd='asd88fgpdd777uzjYhagZg'>" +
  `${children}</transport>`;

export const FINGERPRINT =
  "<fingerprint xmlns='urn:xmpp:jingle:apps:dtls:0' hash='sha-256' setup='actpass'>02:1A</fingerprint>";

/** An SDP: a session part with `c=`, then the given lines. */
export const sdp = (...lines: string[]): string =>
  ['v=0', 'o=- 1 1 IN IP4 192.0.2.9', 's=-', 'c=IN IP4 192.0.2.9', 't=0 0', ...lines]
    .map((line) => `${line}\r\n`)
    .join('');

export const linesOf = (text: string): string[] => text.split('\r\n').slice(0, -1);

/** Lines of the offer for a session-initiate with these contents. */
export const offerLines = (...contents: string[]): string[] =>
  linesOf(mapped(offerFromJingle(jingle(...contents), CALLER)).sdp);

/** Contents and groups of the session-initiate for an offer with these media lines, serialised. */
export const initiateXml = (...lines: string[]): string =>
  mapped(jingleFromOffer(sdp(...lines), CALLEE))
    .children.map(text)
    .join('');

/** Lines of the answer that an XMPP callee's `contents` give to an offer with these media lines. */
export function answerLines(offer: readonly string[], ...contents: string[]): string[] {
  const { media } = mapped(jingleFromOffer(sdp(...offer), CALLEE));
  return linesOf(mapped(answerFromJingle(jingle(...contents), media, CALLEE)).sdp);
}

/** What a caller's `contents` get back from an answer with these media lines. */
export function acceptOf(contents: readonly string[], ...answer: string[]) {
  const { media } = mapped(offerFromJingle(jingle(...contents), CALLER));
  return mapped(jingleFromAnswer(sdp(...answer), media, CALLER));
}

export const acceptXml = (contents: readonly string[], ...answer: string[]): string =>
  acceptOf(contents, ...answer)
    .children.map(text)
    .join('');

/** One tag a line, indented: for golden files. */
export function pretty(element: XmlElement, depth = 0): string {
  const indent = '  '.repeat(depth);
  if (element.children.every((child) => typeof child === 'string')) return `${indent}${text(element)}\n`;
  const inner = element.children.map((child) =>
    typeof child === 'string' ? child : pretty(child, depth + 1),
  );
  const open = text({ ...element, children: [] }).replace(/\/>$/, '>');
  return `${indent}${open}\n${inner.join('')}${indent}</${element.name}>\n`;
}
