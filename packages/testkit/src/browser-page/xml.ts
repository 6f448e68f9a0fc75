/**
 * XML by the browser's own means, so that nothing is shared with what the tests examine.
 */
export const NS = {
  CLIENT: 'jabber:client',
  DISCO_INFO: 'http://jabber.org/protocol/disco#info',
  JMI: 'urn:xmpp:jingle-message:0',
  JINGLE: 'urn:xmpp:jingle:1',
  RTP: 'urn:xmpp:jingle:apps:rtp:1',
  RTP_INFO: 'urn:xmpp:jingle:apps:rtp:info:1',
  ICE: 'urn:xmpp:jingle:transports:ice-udp:1',
  DTLS: 'urn:xmpp:jingle:apps:dtls:0',
  GROUP: 'urn:xmpp:jingle:apps:grouping:0',
  SSMA: 'urn:xmpp:jingle:apps:rtp:ssma:0',
  FEEDBACK: 'urn:xmpp:jingle:apps:rtp:rtcp-fb:0',
  HEADERS: 'urn:xmpp:jingle:apps:rtp:rtp-hdrext:0',
  STANZAS: 'urn:ietf:params:xml:ns:xmpp-stanzas',
} as const;

type Attributes = Readonly<Record<string, string | number | undefined>>;

/** An element; attributes without a value are left out. */
export function el(
  ns: string,
  name: string,
  attributes: Attributes = {},
  ...children: readonly (Element | string)[]
): Element {
  const element = document.createElementNS(ns, name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined) element.setAttribute(key, String(value));
  }
  element.append(...children);
  return element;
}

export const textOf = (element: Element): string => new XMLSerializer().serializeToString(element);

export const parsed = (text: string): Element =>
  new DOMParser().parseFromString(text, 'application/xml').documentElement;

export const childrenOf = (parent: Element | undefined, name: string): readonly Element[] =>
  [...(parent?.children ?? [])].filter(({ localName }) => localName === name);

export const childOf = (parent: Element | undefined, name: string): Element | undefined =>
  childrenOf(parent, name)[0];

export const attributeOf = (element: Element | undefined, name: string): string =>
  element?.getAttribute(name) ?? '';

export const bareOf = (jid: string): string => jid.split('/', 1)[0] ?? '';
