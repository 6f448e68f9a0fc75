/**
 * Start tags of requests, and the stanzas of ours that go in them. XEP-0124 §7–§13, XEP-0206.
 */
import type { XmlElement } from '@stoxgate/contracts';
import { el, escapeValue, NS, serialize } from '@stoxgate/wire-xmpp';
import type { PhonesPolicy } from './phones-policy.ts';

type Attributes = Readonly<Record<string, string | number | undefined>>;

/** Start tag; attributes with a prefix, which `serialize` does not write, have their prefix declared. */
function bodyStart(attrs: Attributes): string {
  let text = `<body xmlns="${NS.HTTP_BIND}"`;
  for (const [name, value] of Object.entries(attrs)) {
    if (value !== undefined) text += ` ${name}="${escapeValue(String(value))}"`;
  }
  return `${text}>`;
}

/** Opens a session, XEP-0124 §7.1, XEP-0206 §3. */
export const createStart = (policy: PhonesPolicy, rid: number, domain: string): string =>
  bodyStart({
    'xmlns:xmpp': NS.XBOSH,
    rid,
    to: domain,
    ver: '1.6',
    wait: Math.round(policy.waitMs / 1000),
    hold: policy.hold,
    content: 'text/xml; charset=utf-8',
    'xml:lang': 'en',
    'xmpp:version': '1.0',
  });

/** Any later request. */
export const ordinaryStart = (rid: number, sid: string): string => bodyStart({ rid, sid });

/** The stream begins anew after SASL, XEP-0206 §5. */
export const restartStart = (rid: number, sid: string, domain: string): string =>
  bodyStart({ 'xmlns:xmpp': NS.XBOSH, rid, sid, to: domain, 'xml:lang': 'en', 'xmpp:restart': 'true' });

/** The session ends, XEP-0124 §13. */
export const terminateStart = (rid: number, sid: string): string =>
  bodyStart({ rid, sid, type: 'terminate' });

/** RFC 6120 §6.4.3. */
export const emptyResponse = (): string => serialize(el('response', { xmlns: NS.SASL }));

const iqSet = (id: string, payload: XmlElement): string =>
  serialize(el('iq', { xmlns: NS.CLIENT, type: 'set', id }, payload));

/** RFC 6120 §7.6.1. */
export const bindIq = (id: string, resource: string): string =>
  iqSet(id, el('bind', { xmlns: NS.BIND }, el('resource', {}, resource)));

/** RFC 3921 §3. */
export const sessionIq = (id: string): string => iqSet(id, el('session', { xmlns: NS.SESSION }));
