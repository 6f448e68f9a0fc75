/**
 * Stanzas that cross the component's link inside others: what the users of an intercepted domain send each other for a call,
 * handed on by their server (XEP-0355 §4.2, XEP-0297), and what is sent in the name of such a user (XEP-0356 §5, §6). Pure.
 */
import {
  type AddressMap,
  bareJidOf,
  formatJid,
  interceptorOf,
  type Jid,
  normalizeDomain,
  parseJid,
} from '@stoxgate/addressing';
import type { XmlElement } from '@stoxgate/contracts';
import { childOf, el, elementsOf, NS } from '@stoxgate/wire-xmpp';

/** Whether the server of this domain hands calls to the component `normalDomain`. */
export function isIntercepted(map: AddressMap, domain: string, normalDomain: string): boolean {
  const component = interceptorOf(map, domain);
  return component !== undefined && (normalizeDomain(component) ?? component) === normalDomain;
}

/** The one stanza in `<forwarded/>`, without the namespace that it is declared with there. */
export function forwardedIn(wrapper: XmlElement): XmlElement | undefined {
  const forwarded = childOf(wrapper, 'forwarded', NS.FORWARD);
  const [stanza, ...more] = forwarded === undefined ? [] : elementsOf(forwarded).filter(isStanza);
  if (stanza === undefined || more.length > 0) return undefined;
  const { xmlns: _, ...attrs } = stanza.attrs;
  return { ...stanza, attrs };
}

const isStanza = ({ name }: XmlElement): boolean => name === 'iq' || name === 'message';

/**
 * Whether a stanza is one that `server` may hand on: from a device of its own to a user of an intercepted domain, or an
 * error for one of its own users, in whose name the stanza had been sent. Whoever else is named as sender is not believed.
 */
export function mayHandOn(
  map: AddressMap,
  normalDomain: string,
  server: string,
  { attrs }: XmlElement,
): boolean {
  const host = parseJid(server);
  const from = parseJid(attrs.from ?? '');
  const to = parseJid(attrs.to ?? '');
  if (host === undefined || host.local !== undefined || host.resource !== undefined) return false;
  if (from === undefined || to?.local === undefined || !isIntercepted(map, host.domain, normalDomain)) {
    return false;
  }
  if (attrs.type === 'error') return to.domain === host.domain;
  const isDevice = from.local !== undefined && from.resource !== undefined && from.domain === host.domain;
  return isDevice && isIntercepted(map, to.domain, normalDomain);
}

/** The answer to an IQ in the name of a user, from the answer that its server wraps it in; undefined: it is none. */
export function privilegedAnswer(
  map: AddressMap,
  normalDomain: string,
  outer: XmlElement,
  from: Jid,
): XmlElement | undefined {
  const isOfUser = from.local !== undefined && from.resource === undefined;
  if (!isOfUser || !isIntercepted(map, from.domain, normalDomain)) return undefined;
  const privilege = childOf(outer, 'privilege', NS.PRIVILEGE);
  const inner = privilege && forwardedIn(privilege);
  const { type, id, to = '' } = inner?.attrs ?? {};
  const isAnswer = inner?.name === 'iq' && (type === 'result' || type === 'error');
  return isAnswer && id === outer.attrs.id && bareJidOf(to) === formatJid(from) ? inner : undefined;
}

/**
 * A stanza in the name of a user of an intercepted domain, as the user's server takes it from the component `domain`. The
 * user's JID may be a full one: clients pair sessions by it. Undefined: nothing may be sent in that name.
 */
export function inTheNameOf(map: AddressMap, domain: string, stanza: XmlElement): XmlElement | undefined {
  const user = parseJid(stanza.attrs.from ?? '');
  const normalDomain = normalizeDomain(domain) ?? domain;
  if (user?.local === undefined || !isIntercepted(map, user.domain, normalDomain)) return undefined;
  const { type, id } = stanza.attrs;
  const inner = { ...stanza, attrs: { xmlns: NS.CLIENT, ...stanza.attrs } };
  if (stanza.name === 'iq' && (type === 'set' || type === 'get')) {
    const to = formatJid({ ...user, resource: undefined });
    return el('iq', { type, id, from: domain, to }, el('privileged_iq', { xmlns: NS.PRIVILEGE }, inner));
  }
  if (stanza.name !== 'message') return undefined;
  const forwarded = el('forwarded', { xmlns: NS.FORWARD }, inner);
  return el(
    'message',
    { id, from: domain, to: user.domain },
    el('privilege', { xmlns: NS.PRIVILEGE }, forwarded),
  );
}
