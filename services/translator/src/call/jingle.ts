/**
 * Jingle requests as they come in: the IQ-set or -get around them, action, sid, reason. XEP-0166 §7.
 */
import { normalizeJid } from '@stoxgate/addressing';
import type { XmlElement } from '@stoxgate/contracts';
import { elementsOf, NS } from '@stoxgate/wire-xmpp';
import { delegatedIn } from './delegated.ts';
import type { GivenReason } from './reasons.ts';

const NAMESPACES: ReadonlySet<string> = new Set([NS.JINGLE, 'urn:xmpp:jingle:0']);

/** An IQ-set or -get to be answered, its addresses prepared. */
export interface IncomingIq {
  readonly domain: string;
  readonly type: 'set' | 'get';
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** The IQ that it came in, from the user's server (XEP-0355). */
  readonly delegatedBy?: XmlElement;
}

export interface JingleRequest {
  readonly iq: IncomingIq;
  readonly action: string;
  readonly sid: string;
  readonly jingle: XmlElement;
}

/** JID in its prepared form, or as it is when it is none. */
export const preparedJid = (jid: string): string => normalizeJid(jid) ?? jid;

/** The IQ of a stanza, or undefined when it is none that can be answered. */
export function readIq(domain: string, stanza: XmlElement): IncomingIq | undefined {
  const { type, id } = stanza.attrs;
  const from = normalizeJid(stanza.attrs.from ?? '');
  const to = normalizeJid(stanza.attrs.to ?? '');
  if (stanza.name !== 'iq' || (type !== 'set' && type !== 'get')) return undefined;
  if (id === undefined || from === undefined || to === undefined) return undefined;
  return { domain, type, id, from, to };
}

/** An IQ as it came, or as its user's server hands it on: `inner` is the user's own stanza. */
export function receivedIq(
  domain: string,
  stanza: XmlElement,
): { readonly iq: IncomingIq; readonly inner: XmlElement } | undefined {
  const delegated = delegatedIn(stanza);
  const inner = delegated ?? stanza;
  const iq = readIq(domain, inner);
  if (iq === undefined) return undefined;
  return { iq: delegated === undefined ? iq : { ...iq, delegatedBy: stanza }, inner };
}

/** The Jingle request in an IQ; `malformed`: it lacks action or sid; `foreign`: the payload is something else. */
export function readJingle(iq: IncomingIq, stanza: XmlElement): JingleRequest | 'malformed' | 'foreign' {
  const payloads = elementsOf(stanza);
  const jingle = payloads.find((child) => child.name === 'jingle' && NAMESPACES.has(child.attrs.xmlns ?? ''));
  if (jingle === undefined) return 'foreign';
  const { action, sid } = jingle.attrs;
  if (payloads.length !== 1 || !action || !sid) return 'malformed';
  return { iq, action, sid, jingle };
}

/** Whether some transport in it has a candidate. */
export const jingleHasCandidates = (jingle: XmlElement): boolean =>
  elementsOf(jingle).some((content) =>
    elementsOf(content).some(
      (transport) =>
        transport.name === 'transport' && elementsOf(transport).some(({ name }) => name === 'candidate'),
    ),
  );

const SIP_CODE = /^[456]\d\d$/;

/** The reason of a session-terminate; `sip-error` is read in any namespace. */
export function reasonIn(jingle: XmlElement): GivenReason {
  const reason = elementsOf(jingle).find((child) => child.name === 'reason');
  const parts = reason === undefined ? [] : elementsOf(reason);
  const condition = parts.find((child) => child.name !== 'text' && child.name !== 'sip-error')?.name;
  const code = parts.find((child) => child.name === 'sip-error')?.attrs.code ?? '';
  return {
    ...(condition === undefined ? {} : { condition }),
    ...(SIP_CODE.test(code) ? { sipError: Number(code) } : {}),
  };
}
